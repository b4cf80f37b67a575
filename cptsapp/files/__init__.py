"""Stored files: minutes, signed conventions, evidence. Told by their content, named by their checksum, never a plan's.

A row says who put which file when; the bytes lie under `instance/files`, once however often they were put.
"""
