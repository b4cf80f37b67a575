"""What is being imported, what was, and the file to begin with."""

from pathlib import Path

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx, uploads
from cptsapp.http.access import requires
from cptsapp.http.fields import BaseForm, one_line
from cptsapp.imports import files, queries, screens, sheets
from cptsapp.imports.actions import arrivals
from cptsapp.imports.forms import DepotForm, ExtractForm, ListForm
from cptsapp.imports.mapping import Subject
from cptsapp.imports.models import Import
from cptsapp.imports.views.blueprint import blueprint
from cptsapp.territory import queries as territory

# What the form weighs beside its file.
MARGIN = 64 * 1024


@blueprint.get("")
@requires("directory.import")
def home() -> str:
    """The import that is open, and those of before."""
    page = min(max(request.args.get("page", 1, type=int), 1), 1000)
    found = queries.imports(page)
    return render_template(
        "imports/home.html",
        current=queries.current(),
        imports=screens.past([import_ for import_ in found if import_.turn is None]),
        words=screens,
        user_name=queries.user_name,
        previous_url=url_for("imports.home", page=page - 1) if page > 1 else "",
        next_url=url_for("imports.home", page=page + 1) if len(found) == queries.PAGE else "",
    )


# -- the national extract ---------------------------------------------------------------------------------------------


@blueprint.route("/extrait", methods=["GET", "POST"])
@uploads.takes_files(files.EXTRACT_MAX_BYTES + MARGIN)
@requires("directory.import")
def extract() -> Response:
    """Send the extract from one's own machine."""
    form = ExtractForm(today=territory.today())
    if not form.is_valid():
        return _extract_page(form)
    sent: FileStorage = form.file.data
    try:
        arrivals.release()
        made = arrivals.receive_extract(_path_of(sent), _name_of(sent), form.extract_on.data, by=current_user)
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field or "file")
        return _extract_page(form, 409)
    return htmx.redirect(_url_of(made))


@blueprint.post("/extrait/depot")
@requires("directory.import")
def from_depot() -> Response:
    """Read a file that is on the server already."""
    form = DepotForm()
    if not form.is_valid():
        return _extract_page(ExtractForm(formdata=None, today=territory.today()), 422, error="Choisissez un fichier.")
    try:
        arrivals.release()
        made = arrivals.receive_extract(files.deposited(form.name.data), form.name.data, None, by=current_user)
    except Refusal as refusal:
        return _extract_page(ExtractForm(formdata=None, today=territory.today()), 409, error=refusal.message)
    return htmx.redirect(_url_of(made))


def _extract_page(form: ExtractForm, status: int | None = None, error: str = "") -> Response:
    page = render_template(
        "imports/extract.html",
        form=form,
        error=error,
        depot=[(file, files.day_in(file.name)) for file in files.depot()],
        words=screens,
        current=queries.current(),
        user_name=queries.user_name,
        last=queries.last_applied(),
    )
    return make_response(page, status or _status(form))


# -- a list of the CPTS's own -----------------------------------------------------------------------------------------


@blueprint.route("/liste", methods=["GET", "POST"])
@uploads.takes_files(sheets.MAX_BYTES + MARGIN)
@requires("directory.import")
def own_list() -> Response:
    """Send a list of the CPTS's own; its columns are said on the next page."""
    form = ListForm()
    if not form.is_valid():
        return _list_page(form)
    sent: FileStorage = form.file.data
    try:
        arrivals.release()
        subject = Subject(form.subject.data)
        made = arrivals.receive_list(_path_of(sent), _name_of(sent), subject, by=current_user)
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field or "file")
        return _list_page(form, 409)
    return htmx.redirect(_url_of(made))


def _list_page(form: ListForm, status: int | None = None) -> Response:
    page = render_template(
        "imports/list.html", form=form, current=queries.current(), user_name=queries.user_name, bounds=sheets
    )
    return make_response(page, status or _status(form))


def _status(form: BaseForm) -> int:
    """200 for a page just opened, 422 for a form that was sent and comes back."""
    return 422 if form.errors else 200


def _path_of(sent: FileStorage) -> Path:
    """Where the file that was sent stands on the disk: `http.uploads` wrote it there as it came."""
    sent.stream.flush()
    return Path(str(sent.stream.name))


def _name_of(sent: FileStorage) -> str:
    """The file's name without the folders that some browsers send, nor signs that no name has."""
    name: str = one_line((sent.filename or "").replace("\\", "/").rpartition("/")[2])
    return name[:200]


def _url_of(import_: Import) -> str:
    return url_for("imports.show", import_id=import_.id)
