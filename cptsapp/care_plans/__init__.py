"""PPCS: who is engaged in a person's coordination plan, and its calendar. Never the plan itself, held by the DAC (B34).

Words: a *plan* has a *lead* (référent), a *regular doctor* (médecin traitant) and a *care circle*; the first *meeting*
by video, then *plan reviews* at 6 and 12 months (A79); a *plan fee* is the flat sum owed for one step (A68).
"""
