"""Messages waiting to leave: written with the change, sent after the commit by the worker, retried, then given up on.

Words: a *message* is waiting, sent, or failed. It never carries a patient's identity or a health detail.
"""
