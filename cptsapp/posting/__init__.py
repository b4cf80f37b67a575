"""Posting: what a practitioner, their secretary or the coordinator does with slots, from a phone or a desk.

Words: *post* publishes slots; *withdraw* takes a free one back; an *absence* hides and restores; a *series* repeats.
"""
