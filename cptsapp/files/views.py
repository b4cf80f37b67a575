"""A stored file, given back to whoever may read what holds it."""

from pathlib import Path

from flask import Blueprint, Flask, abort
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.files import disk, queries
from cptsapp.http import attachments
from cptsapp.http.access import signed_in
from cptsapp.http.routes import NUMBER

FOLDER = "files"
blueprint = Blueprint("files", __name__)


def init_app(app: Flask) -> None:
    """Say where the files of this instance are."""
    disk.use(Path(app.instance_path) / FOLDER)


@blueprint.get(f"/fichiers/<{NUMBER}:file_id>")
@signed_in
def show(file_id: int) -> Response:
    """The file, as an attachment; 404 for whoever sees nothing that holds it."""
    found = queries.file_for(current_user._get_current_object(), file_id)
    try:
        return attachments.send(queries.path_of(found), found.name, found.media_type)
    except FileNotFoundError:
        abort(404)
