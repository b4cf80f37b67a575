"""Forms of the plans: shape only."""
