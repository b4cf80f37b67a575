"""Who practises where: persons, organisations, places, practices, and who posts for whom.

Words: a *practice* is person × place × profession, dated; a *delegation* lets a secretary or a locum act for a
practitioner, in their own name. Merging two persons sets `merged_into_id`; no row moves.
"""
