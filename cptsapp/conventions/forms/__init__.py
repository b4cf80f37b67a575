"""Forms of the conventions: shape only."""
