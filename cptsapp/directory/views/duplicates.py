"""Sheets that may be the same: the proposals, the merge of two, those told apart, the log of merges."""

from flask import abort, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core.refusals import Refusal
from cptsapp.directory.actions import merging as actions
from cptsapp.directory.models import SheetKind
from cptsapp.directory.queries import duplicates as proposals
from cptsapp.directory.queries import merging as queries
from cptsapp.directory.rules.merging import FIELDS
from cptsapp.directory.views.blueprint import blueprint
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import page_number, pages

KINDS = {"personnes": SheetKind.PERSON, "structures": SheetKind.ORGANISATION}
_SORTS = {kind: word for word, kind in KINDS.items()}


@blueprint.get("/doublons")
@requires("directory.manage")
def duplicates() -> str:
    """The pairs to decide upon, both columns side by side."""
    kind = KINDS.get(request.args.get("sorte", ""), SheetKind.PERSON)
    page = page_number()
    found = proposals.duplicates(kind, page)
    return render_template(
        "directory/duplicates.html",
        found=found,
        kind=kind,
        kinds=[(word, one, found.counts[one]) for word, one in KINDS.items()],
        sort=_SORTS[kind],
        name_of=queries.name_of,
        **pages(found.is_last, "directory.duplicates", page, sorte=_SORTS[kind]),
    )


@blueprint.route("/doublons/<sort>/<int:kept_id>/<int:other_id>", methods=["GET", "POST"])
@requires("directory.manage")
def merge(sort: str, kept_id: int, other_id: int) -> Response:
    """Make two sheets one: which is kept, and what it takes, field by field."""
    kind = _kind(sort)
    found = queries.comparison(kind, kept_id, other_id)
    if request.method == "GET":
        return _comparison(found, sort)
    take = [name for name in FIELDS[kind] if request.form.get(f"champ-{name}") == "other"]
    try:
        actions.merge(kind, kept_id, other_id, take, by=me())
    except Refusal as refusal:
        return _comparison(found, sort, 409, refusal.message)
    return htmx.redirect(url_for("directory.merges"))


def _kind(sort: str) -> SheetKind:
    return KINDS[sort] if sort in KINDS else abort(404)


def _comparison(found: queries.Comparison, sort: str, status: int = 200, error: str = "") -> Response:
    page = render_template(
        "directory/merge.html",
        found=found,
        sort=sort,
        chosen={one.name: request.form.get(f"champ-{one.name}", one.default) for one in found.choices},
        name_of=queries.name_of,
        label_of=queries.label_of,
        error=error,
    )
    return make_response(page, status)


@blueprint.post("/doublons/<sort>/<int:one_id>/<int:other_id>/distinctes")
@requires("directory.manage")
def tell_apart(sort: str, one_id: int, other_id: int) -> Response:
    """These are two: they are not proposed again."""
    actions.tell_apart(_kind(sort), one_id, other_id, by=me())
    return htmx.redirect(url_for("directory.duplicates", sorte=sort))


@blueprint.get("/doublons/distinctes")
@requires("directory.manage")
def told_apart() -> str:
    """The pairs someone said are two."""
    page = page_number()
    lines, is_more = queries.distincts(page)
    return render_template("directory/told_apart.html", lines=lines, **pages(not is_more, "directory.told_apart", page))


@blueprint.post("/doublons/distinctes/<int:distinct_id>/reprendre")
@requires("directory.manage")
def propose_again(distinct_id: int) -> Response:
    """Propose a pair again."""
    actions.propose_again(queries.distinct(distinct_id), by=me())
    return htmx.redirect(url_for("directory.told_apart"))


@blueprint.get("/reunions")
@requires("directory.manage")
def merges() -> Response:
    """The merges made, the last first."""
    return _merges()


def _merges(status: int = 200, error: str = "", left: list[str] | None = None) -> Response:
    page = page_number()
    lines, is_more = queries.merges(page)
    shown = render_template(
        "directory/merges.html",
        lines=lines,
        error=error,
        left=left or [],
        **pages(not is_more, "directory.merges", page),
    )
    return make_response(shown, status)


@blueprint.post("/reunions/<int:merge_id>/defaire")
@requires("directory.manage")
def undo_merge(merge_id: int) -> Response:
    """Give both sheets back what they were."""
    done = queries.merge(merge_id)
    try:
        left = actions.undo(done, by=me())
    except Refusal as refusal:
        return _merges(409, refusal.message)
    if not left:
        return htmx.redirect(url_for("directory.merges"))
    return _merges(left=[FIELDS[done.sheet_kind].get(name, name) for name in left])
