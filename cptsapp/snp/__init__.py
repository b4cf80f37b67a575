"""The shared unscheduled-care agenda: slots that practitioners post, seats in them, and the bookings they receive.

Words: a *slot* is one patient or a range (*plage*) of n seats; a *series* repeats it on weekdays; an *absence* hides
slots and restores them; a *campaign* is a season with its pay rule; a *booking* takes one seat. A slot is open,
withdrawn or absent; a booking is booked, honoured, no_show or cancelled. The desk that books is `regulation`; what
comes after the visit is `activity`.
"""
