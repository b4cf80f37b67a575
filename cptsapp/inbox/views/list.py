"""The inbox: its queues, the list of one narrowed by filters in the address, and the search by a fragment of a name."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import addresses, french
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.queries import list as queries
from cptsapp.inbox.queries import searching
from cptsapp.inbox.queries.list import Asked, QueueCount
from cptsapp.inbox.queries.list_rows import lines
from cptsapp.inbox.queries.sorters import labels, name_of, sorters
from cptsapp.inbox.queries.waiting import waiting
from cptsapp.inbox.readings import note_listed
from cptsapp.inbox.rules.priority import CRITERIA
from cptsapp.inbox.rules.queues import (
    BY_CODE,
    MINE,
    NO_CRITERION,
    NOBODYS,
    NUMBERED,
    QUEUES,
    SEARCH,
    Filters,
    filters_of,
)
from cptsapp.inbox.rules.words import DOORS, REASONS
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory

ORDERS = {
    "sans-activite": "les plus anciennes d’abord",
    "reportees": "par jour de retour",
    "douteuses": "les dernières d’abord",
    "closes": "les dernières closes d’abord",
    "recherche": "les dernières reçues d’abord",
}
OF_EVERY_STATE = frozenset({"ouvertes", "sans-activite", "reportees", "recherche"})
BY_DEADLINE = "par échéance puis critères"
CHIPS = (
    ("suivi", MINE, "Suivies par moi"),
    ("suivi", NOBODYS, "Sans suivi"),
    ("retard", "1", "En retard"),
    *(("critere", code, label) for code, label in CRITERIA.items()),
    ("critere", NO_CRITERION, "Sans critère"),
)
# What has just been done, told above the list.
DONE = {
    "prise": "Vous suivez cette demande.",
    "rendue": "Plus personne ne suit cette demande.",
    "reconnue": "La demande est dans « Nouvelles ».",
    "effacee": "La demande douteuse est effacée.",
}


def address_of(filters: Filters, endpoint: str = ".requests", **more: str) -> str:
    """The list filtered so, or another page about the same filters."""
    said = urlencode([*filters.pairs(), *((name, value) for name, value in more.items() if value)])
    return f"{url_for(endpoint)}?{said}" if said else url_for(endpoint)


@blueprint.get("/demandes")
@requires("inbox.manage")
def requests() -> Response:
    """A queue, or what a search found; without either, the first queue that holds something."""
    return show_list()


def show_list(error: str = "", status: int = 200) -> Response:
    """The list that the address asks for, with why a gesture on a row was refused. Its reading is recorded."""
    user, counts = me(), queries.queue_counts()
    wanted = queries.asked(user, filters_of(request.values), counts)
    page = queries.page(wanted, request.values.get("apres", ""), request.args.get("avant", ""))
    shown = lines(page.rows, user, tells_state=wanted.code in OF_EVERY_STATE)
    after_commit(lambda: note_listed(wanted.code, len(shown), by=user))
    narrowing = queries.narrowing(wanted)
    page_text = render_template(
        "inbox/list.html",
        **_frame(wanted, counts),
        error=error,
        lines=shown,
        found_count=narrowing.count,
        chips=_chips(wanted, narrowing),
        is_home=not request.args and not error,
        done=_done(),
        previous_url=address_of(wanted.filters, avant=page.before) if page.before else "",
        next_url=address_of(wanted.filters, apres=page.after) if page.after else "",
        today=territory.today(),
        acts=[] if wanted.code in ("closes", "douteuses") else _acts(wanted.code),
    )
    return make_response(page_text, status)


def _frame(wanted: Asked, counts: Mapping[str, QueueCount]) -> dict[str, Any]:
    queue = SEARCH if wanted.search else BY_CODE[wanted.code]
    asked = urlencode(wanted.filters.pairs())
    return {
        "queue": queue,
        "queues": [(each, counts.get(each.code), each in NUMBERED) for each in QUEUES if _is_shown(each.code, counts)],
        "open_count": counts["ouvertes"].count,
        "waiting": waiting(),
        "search": wanted.search,
        "filters": wanted.filters,
        "asked": f"?{asked}",
        "order": ORDERS.get(wanted.code, BY_DEADLINE),
        "clear_url": address_of(wanted.filters.only_queue()) if wanted.filters.narrowing else "",
        "filters_url": address_of(wanted.filters, ".list_filters"),
    }


def _is_shown(code: str, counts: Mapping[str, QueueCount]) -> bool:
    """Queues by the way are shown when they hold something; those of the way of a request always."""
    return code in ("ouvertes", "closes") or BY_CODE[code] in NUMBERED or counts[code].count > 0


def _chips(wanted: Asked, found: queries.Narrowing) -> list[dict[str, Any]]:
    """One filter each, toggled by a click; those that would find nothing are left out."""
    current = wanted.filters.narrowing
    chips = [
        _chip(wanted, name, value, label, found.counts.get((name, value), 0))
        for name, value, label in CHIPS
        if found.counts.get((name, value)) or current.get(name) == value
    ]
    return chips + [_chip(wanted, "etiquette", str(number), name, count) for number, name, count in found.labels]


def _chip(wanted: Asked, name: str, value: str, label: str, count: int) -> dict[str, Any]:
    is_current = wanted.filters.narrowing.get(name) == value
    return {"label": label, "count": count, "url": _toggle(wanted.filters, name, value), "is_current": is_current}


@lru_cache(maxsize=1000)
def _toggle(filters: Filters, name: str, value: str) -> str:
    return f"/demandes?{urlencode(filters.toggled(name, value).pairs())}"


def _acts(code: str) -> list[tuple[str, str]]:
    """The gestures on several files that a queue calls for."""
    common = [("confier", "Confier…"), ("etiqueter", "Étiqueter…"), ("reporter", "Reporter…")]
    if code in ("nouvelles", "a-completer"):
        return [*common, ("accepter", "Demande complète…")]
    return [*common, ("reprendre", "Reprendre…")] if code == "reportees" else common


def _done() -> dict[str, str]:
    """What a gesture has just done, with the request it was done to when it can be undone."""
    said = DONE.get(request.args.get("fait", ""), "")
    count = addresses.row_number(request.args.get("faites"))
    if count is not None:
        left = addresses.row_number(request.args.get("laissees"))
        said = french.count(count, "demande traitée", "demandes traitées")
        said += f", {french.count(left, 'laissée', 'laissées')} de côté." if left else "."
    return {"said": said, "reference": request.args.get("sur", "")[:20] if request.args.get("fait") == "prise" else ""}


# -- the search -------------------------------------------------------------------------------------------------------


@blueprint.post("/demandes/chercher")
@requires("inbox.manage")
def search_requests() -> Response:
    """What was typed becomes a sealed address: no browser, proxy nor log keeps a name."""
    give_up()  # a search writes nothing, and keeps no writer waiting
    typed = request.form.get("q", "").strip()
    if not typed:
        return htmx.redirect(url_for(".requests"))
    return htmx.redirect(address_of(Filters(cherche=searching.sealed(typed, me().id))))


# -- the filters on a page of their own -------------------------------------------------------------------------------


@blueprint.get("/demandes/filtres")
@requires("inbox.manage")
def list_filters() -> str:
    """Every filter of a queue, as a form: on a phone they do not fit above the list."""
    wanted = queries.asked(me(), filters_of(request.args))
    filters = wanted.filters
    choices: list[tuple[str, str, str, Sequence[tuple[str, str]]]] = [
        ("suivi", "Suivie par", "tout le monde", _followers(wanted)),
        ("critere", "Critère", "tous", [*CRITERIA.items(), (NO_CRITERION, "sans critère")]),
        ("commune", "Commune", "toutes", [(row.code, f"{row.name} ({row.count})") for row in queries.communes(wanted)]),
        ("etiquette", "Étiquette", "toutes", [(str(row.id), row.name) for row in labels()]),
        ("porte", "Porte", "toutes", [(door.value, label) for door, label in DOORS.items()]),
        ("motif", "Motif", "tous", [(reason.value, label) for reason, label in REASONS.items()]),
    ]
    return render_template(
        "inbox/list_filters.html",
        filters=filters,
        current=filters.narrowing,
        choices=choices,
        back_url=address_of(filters),
        clear_url=address_of(filters.only_queue()),
    )


def _followers(wanted: Asked) -> list[tuple[str, str]]:
    others = [(str(row.id), row.display_name) for row in sorters() if row.id != wanted.user.id]
    found = [(MINE, "moi"), (NOBODYS, "personne"), *others]
    asked = wanted.filters.assigned
    if asked.isdigit() and asked not in dict(found):  # who left still follows some
        found.append((asked, name_of(int(asked)) or asked))
    return found
