"""Reads of activity: figures, statements, campaigns, and the evening's list."""
