"""A table that leaves as a file."""

from flask import Response

from cptsapp.core import tables
from cptsapp.core.text import fold

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITERS = {"csv": (tables.to_csv, "text/csv; charset=utf-8"), "xlsx": (tables.to_xlsx, XLSX)}


def as_file(sheet: tables.Sheet, kind: str, name: str = "") -> Response:
    """The sheet as a file to keep, named after its title unless told; `kind` is csv or xlsx."""
    write, mimetype = WRITERS[kind]
    stem = fold(name or sheet.title).replace(" ", "-") or "tableau"
    response = Response(write(sheet), content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}.{kind}"'
    return response
