"""What may be done to conventions, by subject."""
