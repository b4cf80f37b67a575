"""Reads of the adhesion: its settings, applications, members, texts; the rate."""
