"""A practitioner's own calendar: a private feed of their slots, and the busy hours read from theirs.

Words: a *feed* is an address that a calendar reads; a *source* is a calendar we read, of which only *busy times* stay.
"""
