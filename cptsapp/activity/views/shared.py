"""What the screens of activity share: the blueprint, who is asking, days in addresses, files."""

from datetime import date
from typing import cast

from flask import Blueprint, Response, request
from flask_login import current_user

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import tables
from cptsapp.core.text import fold

blueprint = Blueprint("activity", __name__)
blueprint.add_app_template_filter(tables.shown, "shown")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITERS = {"csv": (tables.to_csv, "text/csv; charset=utf-8"), "xlsx": (tables.to_xlsx, XLSX)}


def me() -> CurrentUser:
    """Who is asking."""
    return cast(CurrentUser, current_user._get_current_object())


def day_argument(name: str) -> date | None:
    """A day of the address, None when it is absent or no day."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def number_argument(name: str) -> int | None:
    """A number of the address, None when it is absent or no number."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def as_file(sheet: tables.Sheet, kind: str) -> Response:
    """The sheet as a file to keep: `kind` is csv or xlsx."""
    write, mimetype = WRITERS[kind]
    name = fold(sheet.title).replace(" ", "-") or "tableau"
    response = Response(write(sheet), content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
