"""What may be done to plans, by subject."""
