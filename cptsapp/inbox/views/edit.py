"""Correcting a request, its agreements, its priority, its labels."""
