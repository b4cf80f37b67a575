"""Template filters: French, in the CPTS's own time."""

from flask import Flask

from cptsapp.core import french
from cptsapp.core.local import local

FILTERS = {
    "local": local,
    "hour": french.hour,
    "day_short": french.day_short,
    "day_near": french.day_near,
    "day_tiny": french.day_tiny,
    "day_long": french.day_long,
    "day_full": french.day_full,
    "day_numeric": french.day_numeric,
    "relative_day": french.relative_day,
    "number": french.number,
    "money": french.money,
    "phone": french.phone,
}
GLOBALS = {"count": french.count, "percent": french.percent}


def init_app(app: Flask) -> None:
    """Make them known to every template."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(GLOBALS)
