"""Screens of the ledger: what each is owed and was paid, by year; the yearly cap."""

from importlib import import_module

from cptsapp.ledger.views.blueprint import blueprint

for _screen in ("statement", "settings"):
    import_module(f"cptsapp.ledger.views.{_screen}")

__all__ = ["blueprint"]
