"""Figures of the requests, each with its rows."""
