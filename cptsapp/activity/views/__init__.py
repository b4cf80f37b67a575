"""Screens of activity: the evening, the day on paper, campaigns, figures, statements."""

from importlib import import_module

from cptsapp.activity.views.shared import blueprint

for _screen in ("evening", "campaigns", "figures", "statement", "takes_part"):
    import_module(f"cptsapp.activity.views.{_screen}")

__all__ = ["blueprint"]
