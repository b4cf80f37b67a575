"""Reads of the plans, one function a screen or a figure."""
