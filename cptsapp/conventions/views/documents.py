"""The papers of a convention: its text as a PDF, and the yearly report."""

from flask import Response

from cptsapp.accounts.current import me
from cptsapp.conventions.document import convention_pdf, file_stem
from cptsapp.conventions.queries.conventions import convention_for
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.http.access import requires
from cptsapp.http.attachments import send_pdf


@blueprint.get("/conventions/<int:convention_id>/convention.pdf")
@requires("conventions.read")
def document(convention_id: int) -> Response:
    """The text that holds, its signatures and its commitments."""
    convention = convention_for(me(), convention_id)
    return send_pdf(convention_pdf(convention), file_stem(convention))
