"""Who signs in, with what proof, and what they may do.

Words: a *user* is a sign-in that points to its person; a *role* is granted for dated periods; a *sign-in session* can
be listed and ended; a *desk* is an enrolled browser that several regulators share, each with a PIN.
"""
