"""Bringing a file into the directory: the open RPPS extract (everyone of the territory, B91), or a list of one's own.

Words: an *import* reads a file, then shows a *review* of *items* (new, changed, gone, doubtful, unreadable); someone
decides on those that need it, then it is applied in one transaction, or abandoned. Nothing is written before that.
"""
