"""Ticking communes: the panel that the first visit, the settings and a neighbour share."""

from collections.abc import Sequence
from dataclasses import replace

from flask import request

from cptsapp.territory import national, queries, rules


def chosen_communes(codes: Sequence[str] | None = None) -> queries.CommuneChoice:
    """The panel after the button that was pressed: « chercher », « montrer », a whole intercommunality, a list."""
    chosen = list(request.form.getlist("commune") if codes is None else codes)
    verb, _, detail = request.form.get("act", "").partition(":")
    typed, show = request.form.get("q", ""), request.form.get("show", "")
    unknown: list[str] = []
    if verb == "show":
        typed, show = "", detail
    elif verb == "epci":
        chosen += [commune.code for commune in national.by_epci(detail)]
        typed, show = "", "chosen"
    elif verb == "paste":
        pasted = rules.codes_in(request.form.get("pasted", ""))
        unknown = [code for code in pasted if national.commune(code) is None]
        chosen += pasted
        typed, show = "", "chosen"
    return replace(queries.choose(chosen, typed, show), unknown=unknown)
