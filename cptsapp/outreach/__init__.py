"""Calling professionals one by one (B92), several callers on one list.

Words: a *call campaign* has *targets*; a caller is handed one at a time, theirs for some minutes; each *call* has an
outcome, which says what comes next for the target.
"""
