"""What leaves the directory: the filtered list as a file, its labels, its business cards."""

from itertools import islice

from flask import Response, render_template, request
from flask_login import current_user

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.directory import permissions
from cptsapp.directory.queries.search import Search
from cptsapp.directory.rules.columns import COLUMNS, USUAL, columns_for, label_lines, sheet_of
from cptsapp.directory.rules.facets import FACET_LABELS, Filters
from cptsapp.directory.rules.vcards import vcards
from cptsapp.directory.views.blueprint import blueprint
from cptsapp.directory.views.list import address_of, filters_of
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.files import as_file

LABELS_MAX = 2_400  # a hundred sheets


@blueprint.get("/exporter")
@requires("directory.export")
def export() -> str:
    """Choose what of the filtered list leaves, and how."""
    filters = filters_of(request.args)
    columns = columns_for(permissions.sees_members(current_user))
    return render_template(
        "directory/export.html",
        filters=filters,
        found_count=Search(current_user, filters).count,
        columns=columns,
        usual=USUAL,
        list_url=address_of(filters),
    )


@blueprint.get("/export.csv", defaults={"kind": "csv"})
@blueprint.get("/export.xlsx", defaults={"kind": "xlsx"})
@requires("directory.export")
def export_list(kind: str) -> Response:
    """The filtered list, all its pages, with the columns chosen."""
    filters, asked = filters_of(request.args), request.args.getlist("colonne")
    allowed = columns_for(permissions.sees_members(current_user))
    columns = [column for column in allowed if column.key in asked] or [COLUMNS["nom"]]
    sheet = sheet_of(Search(current_user, filters).rows(), columns)
    _note(filters, kind, len(sheet.rows))
    return as_file(sheet, kind)


@blueprint.get("/export.vcf")
@requires("directory.export")
def export_cards() -> Response:
    """The business cards of the filtered list."""
    filters = filters_of(request.args)
    search = Search(current_user, filters)
    _note(filters, "vcf", search.count)
    return _cards(vcards(search.rows()), "annuaire")


@blueprint.get("/<int:person_id>.vcf")
@requires("directory.read")
def card(person_id: int) -> Response:
    """The business card of a person, for whoever sees their sheet."""
    row = Search(current_user, Filters()).row(person_id)
    if row is None:
        raise Invisible
    return _cards(vcards([row]), fold(row.name).replace(" ", "-"))


def _cards(content: bytes, name: str) -> Response:
    response = Response(content, content_type="text/vcard; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.vcf"'
    return response


@blueprint.get("/etiquettes")
@requires("directory.export")
def labels() -> str:
    """Address labels of the filtered list, three by eight on a sheet."""
    filters = filters_of(request.args)
    search = Search(current_user, filters)
    found = [lines for row in islice(search.rows(), LABELS_MAX) if (lines := label_lines(row))]
    _note(filters, "étiquettes", len(found))
    return render_template(
        "directory/labels.html",
        labels=found,
        left_out=min(search.count, LABELS_MAX) - len(found),
        too_many=search.count > LABELS_MAX,
        most=LABELS_MAX,
        export_url=address_of(filters, "directory.export"),
    )


def _note(filters: Filters, kind: str, count: int) -> None:
    """Record that the list has left: how it was filtered and how long it was. What is typed may be a name: not that."""
    user = me()
    chosen = {facet: ", ".join(filters.chosen[facet]) for facet in FACET_LABELS if facet in filters.chosen}
    asked = {**chosen, "q": "un texte"} if filters.typed else chosen

    def write() -> None:
        record("directory.exported", None, by=user, category=Category.READING, format=kind, rows=count, filter=asked)

    after_commit(write)
