"""Rules of the adhesion, pure."""
