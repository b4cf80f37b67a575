"""Forms of the adhesion."""
