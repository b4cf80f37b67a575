"""Reads of the requests: each through `permissions.visible_to`."""
