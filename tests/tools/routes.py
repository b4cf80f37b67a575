"""One map of routes for every application a test makes: building it was nine tenths of making one.

Routes are the same in each: a map holds addresses and the names of views, never the views.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.routing import Map, RuleFactory


class SharedMap(Map):
    """A map that takes each route once; whole, it takes no other: see `own_map`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: set[tuple[str, str, frozenset[str]]] = set()
        self.is_whole = False

    def add(self, rulefactory: RuleFactory) -> None:
        for rule in rulefactory.get_rules(self):
            key = (rule.rule, rule.endpoint, frozenset(rule.methods or ()))
            if key in self._known:
                continue
            if self.is_whole:
                raise RuntimeError(f"{rule.rule} is not a route of the application: call own_map(app) first")
            self._known.add(key)
            super().add(rule)


_shared: list[SharedMap] = []


@contextmanager
def shared_map() -> Iterator[None]:
    """Applications made meanwhile have the one map of this process."""
    usual = Flask.url_map_class
    Flask.url_map_class = staticmethod(_first_or_known)  # type: ignore[assignment]
    try:
        yield
        _shared[0].is_whole = True
    finally:
        Flask.url_map_class = usual


def _first_or_known(**kwargs: Any) -> SharedMap:
    if not _shared:
        _shared.append(SharedMap(**kwargs))
    return _shared[0]


def own_map(app: Flask) -> None:
    """Give an application a map of its own, for a test that adds routes."""
    own = Map()
    own.converters.update(app.url_map.converters)
    for rule in app.url_map.iter_rules():
        copy = rule.empty()
        copy.provide_automatic_options = getattr(rule, "provide_automatic_options", None)
        own.add(copy)
    app.url_map = own
