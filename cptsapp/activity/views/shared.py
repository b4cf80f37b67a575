"""What the screens of activity share: the blueprint, days in addresses, files."""

from datetime import date

from flask import Blueprint, Response, request

from cptsapp.core import addresses, tables
from cptsapp.core.text import fold

blueprint = Blueprint("activity", __name__)
blueprint.add_app_template_filter(tables.shown, "shown")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITERS = {"csv": (tables.to_csv, "text/csv; charset=utf-8"), "xlsx": (tables.to_xlsx, XLSX)}


def day_argument(name: str) -> date | None:
    """A day of the address, None when it is absent or no day."""
    return addresses.day(request.args.get(name))


def number_argument(name: str) -> int | None:
    """A number of the address, None when it is absent or no number."""
    return addresses.row_number(request.values.get(name))


def as_file(sheet: tables.Sheet, kind: str) -> Response:
    """The sheet as a file to keep: `kind` is csv or xlsx."""
    write, mimetype = WRITERS[kind]
    name = fold(sheet.title).replace(" ", "-") or "tableau"
    response = Response(write(sheet), content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
