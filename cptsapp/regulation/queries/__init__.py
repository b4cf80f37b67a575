"""Reads of the desk: one query object feeds a list, its counts and its strips."""
