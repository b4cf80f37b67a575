"""An import by its number: its columns to say, its reading to follow, its end. The review has its own module."""

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.core import clock
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.imports import mapping, permissions, queries, screens
from cptsapp.imports.actions import arrivals, lifecycle
from cptsapp.imports.mapping import Field, Subject
from cptsapp.imports.models import Import, ImportState
from cptsapp.imports.views import ended, review
from cptsapp.imports.views.blueprint import blueprint

COLUMN = "colonne-"


@blueprint.get("/<int:import_id>")
@requires("directory.import")
def show(import_id: int) -> Response:
    """Wherever the import stands."""
    found = queries.import_(current_user, import_id)
    if found.state is ImportState.MAPPING:
        return _mapping_page(found, _known_columns(found))
    if found.state in (ImportState.WAITING, ImportState.READING):
        return _progress(found)
    if found.state is ImportState.REVIEW:
        return review.page(found)
    return ended.page(found, is_late=ended.LATE in request.args)


# -- columns of a list ------------------------------------------------------------------------------------------------


@blueprint.post("/<int:import_id>/colonnes")
@requires("directory.import")
def map_columns(import_id: int) -> Response:
    """Say what each column holds, and have the list read."""
    found = queries.import_(current_user, import_id)
    chosen = _chosen_columns(found)
    try:
        if len(set(chosen.values())) < len(chosen):
            raise Refusal(_said_twice(chosen))
        arrivals.choose_columns(found, {field: number for number, field in chosen.items()}, by=current_user)
    except Refusal as refusal:
        if found.state is not ImportState.MAPPING:
            raise
        return _mapping_page(found, chosen, 422, refusal.message)
    return htmx.redirect(url_for("imports.show", import_id=found.id))


def _known_columns(import_: Import) -> dict[int, Field]:
    return {number: Field(field) for field, number in import_.columns["map"].items()}


def _chosen_columns(import_: Import) -> dict[int, Field]:
    """What the form says of each column; a word that no list offers says nothing."""
    offered = {field.value: field for field in mapping.FIELDS[_subject(import_)]}
    found = {}
    for number in range(len(import_.columns.get("headings", ()))):
        word = request.form.get(f"{COLUMN}{number}", "")
        if word in offered:
            found[number] = offered[word]
    return found


def _subject(import_: Import) -> Subject:
    return Subject(import_.columns.get("subject", Subject.PERSONS))


def _said_twice(chosen: dict[int, Field]) -> str:
    fields = list(chosen.values())
    twice = next(field for field in fields if fields.count(field) > 1)
    return f"Deux colonnes sont dites «\u00a0{mapping.LABELS[twice]}\u00a0»\u202f: n’en gardez qu’une."


def _mapping_page(import_: Import, chosen: dict[int, Field], status: int = 200, error: str = "") -> Response:
    subject = _subject(import_)
    page = render_template(
        "imports/mapping.html",
        import_=import_,
        subject=subject,
        fields=[(field.value, mapping.LABELS[field]) for field in mapping.FIELDS[subject]],
        chosen={number: field.value for number, field in chosen.items()},
        samples=_samples(import_, chosen),
        error=error,
        column=COLUMN,
    )
    return make_response(page, status)


def _samples(import_: Import, chosen: dict[int, Field]) -> list[str]:
    """For each column the first values it holds; a profession that is not recognised is shown as such."""
    preview = import_.columns["preview"]
    found = []
    for number in range(len(import_.columns["headings"])):
        values = [row[number] for row in preview if number < len(row) and row[number]]
        if chosen.get(number) is Field.PROFESSION:
            values = [_profession_sample(value) for value in values]
        found.append(" · ".join(dict.fromkeys(values)))
    return found


def _profession_sample(value: str) -> str:
    return value if mapping.profession_of(value) else f"{value} (non reconnu)"


# -- reading ----------------------------------------------------------------------------------------------------------


def _progress(import_: Import) -> Response:
    return make_response(render_template("imports/progress.html", **_progress_context(import_)))


def _progress_context(import_: Import) -> dict[str, object]:
    now = clock.now()
    return {
        "import_": import_,
        "progress": screens.progress(import_, now),
        "steps": screens.steps(import_),
        "found": screens.found_so_far(import_),
        "words": screens,
        "user_name": queries.user_name,
        "etag": screens.etag(import_, now),
        "last": queries.last_applied(),
    }


@blueprint.get("/<int:import_id>/suivi")
@requires("directory.import")
def follow(import_id: int) -> Response:
    """What an open page asks every two seconds: nothing to say, how far it is, or the page that comes next."""
    found = queries.import_(current_user, import_id)
    here = url_for("imports.show", import_id=found.id)
    if not htmx.wants_fragment() or found.state not in (ImportState.WAITING, ImportState.READING):
        return htmx.redirect(here)
    etag = screens.etag(found, clock.now())
    if request.headers.get("If-None-Match", "").strip('"') == etag:
        return Response(status=204)
    response = make_response(render_template("imports/_progress.html", **_progress_context(found)))
    response.headers["ETag"] = f'"{etag}"'
    return response


follow.is_poll = True  # type: ignore[attr-defined]  # not counted as use of the session


# -- giving it up ----------------------------------------------------------------------------------------------------


@blueprint.route("/<int:import_id>/abandonner", methods=["GET", "POST"])
@requires("directory.import")
def abandon(import_id: int) -> Response:
    """Give an import up, once one has seen what that loses."""
    found = queries.import_(current_user, import_id)
    reason = permissions.why_not_abandon(found)
    if request.method == "GET" and reason is None:
        decided = screens.decided_count(found)
        return make_response(render_template("imports/abandon.html", import_=found, decided=decided, words=screens))
    if reason is not None:
        return ended.too_late(found) if request.method == "POST" else ended.page(found)
    lifecycle.abandon(found, by=current_user)
    return htmx.redirect(url_for("imports.home"))
