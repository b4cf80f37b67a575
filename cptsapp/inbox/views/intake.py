"""The phone intake, kept as it goes."""
