"""Tests of activity: outcomes, figures, statements."""
