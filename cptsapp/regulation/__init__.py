"""The desk of the 116 117: the list of free slots, holds, bookings, orientations, broadcasts, and practice mode.

Words: a *hold* keeps a seat two minutes for one user; an *orientation* sends the caller elsewhere and counts (regular
doctor, en sus, out of hours); a *broadcast* asks a circle of practitioners, the first answer takes it; a *drill* is
practice mode, with slots of its own that enter no figure.
"""
