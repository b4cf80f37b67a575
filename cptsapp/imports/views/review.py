"""The review: what the file brings, decided item by item, then applied at once, or exported to be looked into."""

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core import addresses
from cptsapp.core.refusals import Refusal
from cptsapp.core.sheets import csv_file
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.imports import differences, permissions, queries, reviewing, screens
from cptsapp.imports.actions import deciding, lifecycle
from cptsapp.imports.models import Decision, Import, ImportItem, ImportState, ItemKind
from cptsapp.imports.views import ended
from cptsapp.imports.views.blueprint import blueprint

EXPORTED = (ItemKind.DOUBTFUL, ItemKind.UNREADABLE)


# -- the page ---------------------------------------------------------------------------------------------------------


def page(import_: Import, status: int = 200, **given: Any) -> Response:
    """The review at the place that the address says; `given` names the kind, the open item, an error."""
    return htmx.respond("imports/review.html", "imports/_review.html", status, **_context(import_, **given))


def _context(
    import_: Import, kind: ItemKind | None = None, opened: ImportItem | None = None, error: str = "", said: str = ""
) -> dict[str, Any]:
    counts = queries.counts(import_)
    word = request.args.get("genre", "")
    kind = kind or screens.KIND_BY_WORD.get(word) or (None if word in _UNLISTED else reviewing.first_kind(counts))
    opened = opened or _opened(import_)
    if opened is not None:
        kind = opened.kind
    shown = _listing(import_, kind, opened) if kind else None
    return {
        "import_": import_,
        "counts": counts,
        "kind": kind,
        "unlisted": word if kind is None and word in _UNLISTED else "",
        "tiles": _tiles(import_, counts, kind, word),
        "rows": [reviewing.row_of(item) for item in shown.rows] if shown else [],
        "urls": _urls(import_, kind, shown),
        "opened": opened,
        "open_item": _open_item(import_, opened) if opened is not None else None,
        "apply_words": reviewing.button_words(counts.undecided_count),
        "why_not_apply": permissions.why_not_apply(import_, counts.undecided_count),
        "words": screens,
        "error": error,
        "said": said,
    }


_UNLISTED = (reviewing.UNCHANGED, reviewing.OUTSIDE)


def _opened(import_: Import) -> ImportItem | None:
    """The item that the address opens."""
    item_id = addresses.row_number(request.args.get("fiche"))
    return queries.item(import_, item_id) if item_id else None


def _listing(import_: Import, kind: ItemKind, opened: ImportItem | None) -> reviewing.Listing:
    """The page of the address, or the one that begins with the open item when that page has it not."""
    after = addresses.row_number(request.args.get("apres"))
    before = addresses.row_number(request.args.get("avant"))
    shown = reviewing.listing(import_, kind, after, before)
    if opened is None or opened.id in {item.id for item in shown.rows}:
        return shown
    return reviewing.listing(import_, kind, after=opened.id - 1)


def _tiles(import_: Import, counts: queries.Counts, kind: ItemKind | None, word: str) -> list[dict[str, Any]]:
    more = {ItemKind.UNREADABLE: screens.unlisted_count(import_)}
    found = [
        _tile(import_, words, counts.by_kind[one] + more.get(one, 0), is_current=one is kind)
        for one, words in screens.KIND_WORDS.items()
    ]
    unchanged = ("Inchangés", "rien à faire", reviewing.UNCHANGED)
    outside = ("Hors territoire", "non gardés", reviewing.OUTSIDE)
    found.append(_tile(import_, unchanged, counts.unchanged_count, is_current=kind is None and word == unchanged[2]))
    found.append(_tile(import_, outside, counts.outside_count, is_current=kind is None and word == outside[2]))
    return found


def _tile(import_: Import, words: tuple[str, str, str], number: int, *, is_current: bool) -> dict[str, Any]:
    label, detail, word = words
    url = url_for("imports.show", import_id=import_.id, genre=word)
    return {"label": label, "detail": detail, "number": number, "url": url, "is_current": is_current}


def _urls(import_: Import, kind: ItemKind | None, shown: reviewing.Listing | None) -> dict[str, Any]:
    """Addresses of the pages around, and the arguments that keep one's place."""
    if kind is None or shown is None:
        return {"previous": "", "next": "", "place": {}}
    base: dict[str, Any] = {"import_id": import_.id, "genre": screens.KIND_WORDS[kind][2]}
    first = {"apres": shown.rows[0].id - 1} if shown.rows and shown.before else {}
    return {
        "previous": url_for("imports.show", **base, avant=shown.before) if shown.before else "",
        "next": url_for("imports.show", **base, apres=shown.after) if shown.after else "",
        "place": {**base, **first},
    }


def _open_item(import_: Import, item: ImportItem) -> dict[str, Any]:
    """Both sides of the open item and what one may choose."""
    return {
        "row": reviewing.row_of(item),
        "sides": differences.sides(item),
        "choices": reviewing.choices(import_, item),
        "communes": item.found.get("communes") or [],
        "commune_code": item.found.get("commune_code", ""),
        "cannot": item.found.get("cannot_take", ""),
        "alike_count": reviewing.alike_count(item),
        "decided_by": queries.user_name(item.decided_by_id) if item.decided_by_id else "",
    }


# -- deciding ---------------------------------------------------------------------------------------------------------


@blueprint.post("/<int:import_id>/fiches/<int:item_id>")
@requires("directory.import")
def decide(import_id: int, item_id: int) -> Response:
    """Decide of an item (and of those alike), then open the next."""
    found = queries.import_(current_user, import_id)
    item = queries.item(found, item_id)
    if found.state is not ImportState.REVIEW:
        return ended.too_late(found)
    word = request.form.get("decision", "")
    if word not in set(Decision):
        return page(found, 422, opened=item, error="Choisissez ce qu’il faut faire.")
    try:
        done = deciding.decide(item, Decision(word), request.form.get("commune"), _wants_same(), by=current_user)
    except Refusal as refusal:
        return page(found, 409, opened=item, error=refusal.message)
    following = reviewing.next_item(item)
    if not htmx.wants_fragment():
        return htmx.redirect(_place_url(item, following))
    said = "Décidé" if done == 1 else f"Décidé pour {done} fiches"
    return page(found, kind=item.kind, opened=queries.item(found, following) if following else None, said=said)


def _wants_same() -> bool:
    return request.form.get("same") == "1"


def _place_url(item: ImportItem, following: int | None) -> str:
    place: dict[str, Any] = {
        name: value for name in ("apres", "avant") if (value := addresses.row_number(request.args.get(name)))
    }
    genre = screens.KIND_WORDS[item.kind][2]
    url: str = url_for("imports.show", import_id=item.import_id, genre=genre, fiche=following, **place)
    return f"{url}#fiche-{following or item.id}"


# -- applying ---------------------------------------------------------------------------------------------------------


@blueprint.route("/<int:import_id>/appliquer", methods=["GET", "POST"])
@requires("directory.import")
def apply(import_id: int) -> Response:
    """What applying will do, then doing it, in one transaction."""
    found = queries.import_(current_user, import_id)
    if found.state is not ImportState.REVIEW:
        return (
            ended.too_late(found)
            if request.method == "POST"
            else htmx.redirect(url_for("imports.show", import_id=found.id))
        )
    reason = permissions.why_not_apply(found, queries.counts(found).undecided_count)
    if request.method == "GET" or reason:
        return _apply_page(found, reason, 409 if request.method == "POST" else 200)
    try:
        lifecycle.apply(found, by=current_user)
    except Refusal as refusal:  # the directory has changed since the review, or someone was quicker
        give_up()
        found = queries.import_(current_user, import_id)
        if found.state is not ImportState.REVIEW:
            return ended.too_late(found)
        return page(found, 409, error=refusal.message)
    return htmx.redirect(url_for("imports.show", import_id=found.id))


def _apply_page(import_: Import, reason: str | None, status: int) -> Response:
    body = render_template(
        "imports/apply.html",
        import_=import_,
        consequence=reviewing.consequence(import_),
        reason=reason,
        words=screens,
    )
    return make_response(body, status)


# -- export -----------------------------------------------------------------------------------------------------------


@blueprint.get("/<int:import_id>/exporter")
@requires("directory.import")
def export(import_id: int) -> Response:
    """The doubtful items or the unreadable lines, for whoever looks into the file."""
    found = queries.import_(current_user, import_id)
    kind = screens.KIND_BY_WORD.get(request.args.get("genre", ""), ItemKind.UNREADABLE)
    kind = kind if kind in EXPORTED else ItemKind.UNREADABLE
    items = reviewing.every(found, kind)
    rows = [[_lines(item), item.label, item.reason, reviewing.row_of(item).choice] for item in items]
    _note_export(found.id, screens.KIND_WORDS[kind][2], len(rows))
    name = f"import-{found.extract_on.isoformat()}-{screens.KIND_WORDS[kind][2]}.csv"
    return Response(
        csv_file(["Lignes", "Personne ou structure", "Pourquoi", "Choix"], rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _note_export(import_id: int, word: str, count: int) -> None:
    """What leaves is in the trail, also from a GET."""
    user = me()

    def note() -> None:
        found = queries.import_(user, import_id)
        record("import.exported", found, by=user, category=Category.READING, filter=word, rows=count)

    after_commit(note)


def _lines(item: ImportItem) -> str:
    return " ".join(str(line) for line in item.lines)
