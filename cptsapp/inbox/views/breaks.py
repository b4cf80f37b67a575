"""Breaks in care: the register, the review, the CSV."""
