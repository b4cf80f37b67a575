"""Commitments that are followed: who owes what, by when, how it was shown to be done. Conventions and plans use it.

Words: a *checklist* belongs to one convention or one plan; a *commitment* is one of its lines, to do, doing, done or
dropped (late is derived); *evidence* shows that it was kept; the *journal* tells what happened, in order.
"""
