"""What became of the bookings: outcomes, figures per day, week, campaign and practitioner, payment statements, erasure.

Words: an *outcome* is honoured or no_show; the *fill rate* is booked ÷ posted; the *statement* is honoured acts ×
the campaign's pay per act (B47).
"""
