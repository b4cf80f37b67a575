"""Keeping the house running: the worker that sends messages and does what is due, backups and restores.

Words: a *job* is something done every so often, by one worker at a time; a *copy* is one backup, with its manifest.
"""
