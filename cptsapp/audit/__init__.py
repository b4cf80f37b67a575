"""The trail: who changed or read what, and when, written in the transaction of the change (readings just after).

Words: an *event* has a category, *change*, *reading* or *question*. It names the row, never a patient's value.
"""
