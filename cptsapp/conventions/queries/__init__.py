"""Reads of the conventions, one function a screen or a figure."""
