"""The demonstration: an invented CPTS of the Vendée coast, its people, and weeks of its agenda around the present.

Words: the *cast* is who is there; a *plan* is what a day holds; the *story* plays both through the real actions, the
clock moved along. Every person and patient is invented; telephones are of the ranges that Arcep keeps for fiction.
"""
