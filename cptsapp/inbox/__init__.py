"""The patients' requests: from the form to a doctor found, or a documented break in care (A25–A48).

A *request* comes in by a door (CPTS, MiSAS, DAC) and is about one or more *seekers* of a household. It goes through
the states of `rules/states.py`, and each thing done to it is a *step*. Doctors say how many patients they take (an
*offer*), are asked (a *proposal*), answer; partners receive it (a *referral*) and answer. Who and how to reach them is
sealed; what is counted is not, and stays when the rest is erased.
"""
