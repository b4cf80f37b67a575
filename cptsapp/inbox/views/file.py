"""One request: the next act, what was asked, the steps."""
