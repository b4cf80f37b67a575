"""Delays, weights, retention, and what the public page says."""
