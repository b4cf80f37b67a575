"""Addresses built when they are first asked for.

Werkzeug writes and compiles a function for each route at the start, two in fact: of some three hundred routes a worker
builds a few dozen, and the compiling was a tenth of every start. `Rule._compile_builder` is not public: the version is
locked, and tests/http/test_routes.py tells when it is gone.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

# The number of a row in an address: the greatest a key may be in both databases; beyond it nothing is there.
NUMBER = "int(max=2147483647)"
Builder = Callable[..., tuple[str, str]]


class LazyRule(Rule):
    """A route whose address-building function is compiled at its first use."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compile_now = super()._compile_builder
        compiled: list[Builder] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build
