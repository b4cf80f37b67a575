"""What a partner receives and answers."""
