"""The shared unscheduled-care agenda: its tables, and the acts on a seat that several screens share.

Words: a *slot* is one patient or a range (*plage*) of n seats; a *series* repeats it on weekdays; an *absence* hides
slots and restores them; a *campaign* is a season with its pay rule; a *hold* keeps a seat two minutes; a *booking*
takes it. A slot is open, withdrawn or absent; a booking is booked, honoured, no_show or cancelled. Practitioners'
screens are in `posting`, the desk's in `regulation`, what comes after the visit in `activity`.
"""
