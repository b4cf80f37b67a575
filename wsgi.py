"""Entry point of the server and of `flask --app wsgi`.

Nothing that imports make is garbage: collecting it would only slow the start, and every collection after it.
"""

import gc

gc.disable()

from cptsapp import create_app  # noqa: E402

app = create_app()
gc.freeze()
gc.enable()
