"""The field of a file: what it says under itself before anything is stored."""

import io

import pytest
from flask import request
from werkzeug.datastructures import FileStorage

from cptsapp.files.forms import BODY_BYTES, CHOOSE, upload
from cptsapp.files.rules import EMPTY, MAX_BYTES, TOO_LARGE, UNKNOWN
from cptsapp.http import uploads
from cptsapp.http.fields import BaseForm
from tests.tools import files


class Joined(BaseForm):
    """One file to choose, another that may be left."""

    file = upload("Document signé")
    other = upload("Annexe", optional=True)


def errors(app, **sent) -> dict[str, list[str]]:
    """What the form says of these files, in a view that takes some."""
    data = {name: (io.BytesIO(content), f"{name}.pdf") for name, content in sent.items()}
    with app.test_request_context("/", method="POST", data=data):
        request._large = lambda: BODY_BYTES
        form = Joined(meta={"csrf": False})
        form.is_valid()
        request.close()
        request.environ["wsgi.input"].close()  # the body that the test itself wrote to a file
        return form.errors


def test_a_good_file_passes(app):
    assert errors(app, file=files.PDF) == {}


def test_a_field_left_empty_is_asked_for_unless_optional(app):
    assert errors(app) == {"file": [CHOOSE]}


@pytest.mark.parametrize(
    ("sent", "told"),
    [(b"", EMPTY), (files.EXE, UNKNOWN), (b"%PDF-" + b"0" * MAX_BYTES, TOO_LARGE)],
)
def test_what_would_not_be_stored_is_said_under_the_field(app, sent, told):
    assert errors(app, file=sent) == {"file": [told]}


def test_an_optional_file_is_looked_at_too(app):
    assert errors(app, file=files.PDF, other=files.EXE) == {"other": [UNKNOWN]}


def test_the_field_offers_the_kinds_that_are_taken(app):
    with app.test_request_context():
        assert 'accept=".pdf,.docx,.xlsx,.odt,.ods,.png,.jpg,.jpeg"' in str(Joined(meta={"csrf": False}).file())


def test_a_file_waits_in_the_instance_while_it_comes(app):
    with app.test_request_context("/", method="POST", data={"file": (io.BytesIO(files.PDF), "a.pdf")}):
        request._large = lambda: BODY_BYTES
        sent: FileStorage = request.files["file"]
        assert str(sent.stream.name).startswith(str(uploads.folder()))
        request.close()
