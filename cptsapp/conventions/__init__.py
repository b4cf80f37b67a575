"""Conventions with the partners: drawn from a template, commented, adopted, signed, in force, renewed or ended.

Words: a *partner* is a structure of the directory with a relation (adhesion or partnership, D45); a *convention* binds
the CPTS and one or more partners, its *articles* hold *commitments*, its *amendments* (avenants) are conventions with
a parent; a *frozen text* is what was circulated, adopted, signed, and never changes.
"""
