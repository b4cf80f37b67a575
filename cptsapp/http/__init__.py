"""What every screen stands on: one transaction a request, access, htmx, forms, filters, errors, headers, static files.

Knows Flask, knows no feature.
"""
