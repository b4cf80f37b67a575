"""How one becomes a member and stays one, and the rate of adhesion.

Words: an *application* is received, then approved or refused by the officers; approved, it opens a *membership*, a
dated period of the directory, renewed before its end. The *rate* divides the members of a day by the professionals
of the territory on that day, by rules written in words.
"""
