"""Proposing doctors, and what follows."""
