"""Counts that could point at someone: from which one on they are written, and what is read in their place."""

SMALL = 5  # a count under five could point at someone
SMALL_WORDS = f"moins de\u00a0{SMALL}"
HIDDEN_WORDS = "masqué"  # a count that a subtraction would turn into a small one
