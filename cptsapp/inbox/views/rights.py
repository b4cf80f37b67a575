"""Rights asked for: access, rectification, erasure."""
