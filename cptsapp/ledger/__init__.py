"""Money owed, approved, paid. First form: one line per honoured act, without any patient's identity.

Words: a *line* is owed, then approved, then paid; a correction cancels it and keeps it.
"""
