"""The list of the directory: found as one types, narrowed by facets that are links, every choice in the address."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cptsapp.directory import permissions
from cptsapp.directory.queries.search import PAGE, TYPED_MAX, Found, Search
from cptsapp.directory.rules.facets import COMMUNE, FACET_LABELS, VALUE_LABELS, FacetValue, Filters
from cptsapp.directory.rules.finder import Criterion
from cptsapp.directory.rules.marking import marked
from cptsapp.directory.views.blueprint import blueprint
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import page_number

_COMMUNE_CODE = re.compile(r"\d[\dAB]\d{3}", re.ASCII)


def filters_of(args: MultiDict[str, str]) -> Filters:
    """What an address asks of the list; a value that does not exist filters nothing."""
    known = {facet: [v for v in args.getlist(facet) if _exists(facet, v)] for facet in FACET_LABELS}
    chosen = {facet: tuple(dict.fromkeys(values)) for facet, values in known.items() if values}
    return Filters(args.get("q", "")[:TYPED_MAX].strip(), chosen)


def _exists(facet: str, value: str) -> bool:
    return bool(_COMMUNE_CODE.fullmatch(value)) if facet == COMMUNE else Criterion(facet, value) in VALUE_LABELS


@blueprint.get("")
@requires("directory.read")
def people() -> Response:
    """Persons and structures, by name, as one types."""
    search = Search(current_user, filters_of(request.args))
    found = search.page(page_number())
    return htmx.respond("directory/list.html", "directory/_list.html", **_page(search.filters, found))


@blueprint.get("/filtres")
@requires("directory.read")
def filters() -> Response:
    """The facets on a page of their own: on a phone they do not fit beside the list."""
    search = Search(current_user, filters_of(request.args))
    asked = search.filters
    return htmx.respond(
        "directory/filters.html",
        "directory/_filters.html",
        filters=asked,
        found=search.page(1),
        list_url=address_of(asked),
        clear_url=address_of(Filters(asked.typed)),
    )


def _page(filters: Filters, found: Found) -> dict[str, Any]:
    words = filters.words
    asked = urlencode(filters.pairs())
    return {
        "filters": filters,
        "found": found,
        "asked": f"?{asked}" if asked else "",  # the sheets before and after one are those of the search
        "pieces": lambda text: marked(text, words),
        "toggle": lambda value: _toggle(filters, asked, value),
        "clear_url": address_of(Filters(filters.typed)),
        "export_url": address_of(filters, "directory.export"),
        "sees_members": permissions.sees_members(current_user),
        "oob": htmx.wants_fragment(),
        **_pages(filters, found),
    }


def address_of(filters: Filters, endpoint: str = "directory.people", **more: Any) -> str:
    """The list filtered so, or another page of the same."""
    asked = urlencode([*filters.pairs(), *more.items()])
    return f"{url_for(endpoint)}?{asked}" if asked else url_for(endpoint)


def _toggle(filters: Filters, asked: str, value: FacetValue) -> str:
    """The list with this value too, or without it; thirty links a page, so most are only prolonged."""
    if value.is_chosen:
        return address_of(filters.toggled(value.criterion))
    return f"?{asked}&{value.criterion.facet}={value.criterion.value}"


def _pages(filters: Filters, found: Found) -> Mapping[str, str]:
    is_last = found.page * PAGE >= found.count
    return {
        "previous_url": address_of(filters, page=found.page - 1) if found.page > 1 else "",
        "next_url": "" if is_last else address_of(filters, page=found.page + 1),
    }
