"""A file given back: to whoever sees what holds it, as an attachment that no browser shows."""

import pytest

from cptsapp.conventions.models import ConventionParty, FrozenText, Signature
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.files.queries import path_of
from cptsapp.http.attachments import POLICY
from tests.tools import files
from tests.tools.conventions import STARTS, make_convention
from tests.tools.factories import acting


@pytest.fixture
def signed(cast):
    """The number of the file that the partner signed."""
    convention = make_convention()
    text = session.query(FrozenText).one()
    party = session.query(ConventionParty).filter(ConventionParty.partner_id.is_not(None)).one()
    file = files.make_file(name="Signée par le DAC.pdf")
    session.add(
        Signature(
            text_id=text.id,
            party_id=party.id,
            signer="Anne Leduc",
            signed_on=STARTS,
            file_id=file.id,
            recorded_at=clock.now(),
        )
    )
    session.commit()
    assert convention.id
    return file.id


def test_whoever_sees_the_convention_gets_the_file(cast, sign_in, signed):
    response = sign_in(cast.board_member).get(f"/fichiers/{signed}", buffered=True)
    assert (response.status_code, response.data) == (200, files.PDF)
    assert response.mimetype == "application/pdf"


def test_file_leaves_as_an_attachment_in_a_closed_box(cast, sign_in, signed):
    headers = sign_in(cast.coordinator).get(f"/fichiers/{signed}", buffered=True).headers
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''Sign%C3%A9e%20par%20le%20DAC.pdf" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["Cache-Control"] == "no-store"


def test_whoever_sees_no_convention_gets_404(cast, sign_in, signed):
    assert sign_in(cast.gp).get(f"/fichiers/{signed}", buffered=True).status_code == 404


def test_a_file_that_nobody_holds_is_nobodys(cast, sign_in):
    file_id = files.make_file(by=acting(cast.coordinator)).id
    session.commit()
    assert sign_in(cast.coordinator).get(f"/fichiers/{file_id}").status_code == 404


def test_bytes_gone_from_the_disk_are_a_404(cast, sign_in, signed):
    from cptsapp.files.models import StoredFile

    path_of(session.get_one(StoredFile, signed)).unlink()
    assert sign_in(cast.coordinator).get(f"/fichiers/{signed}", buffered=True).status_code == 404
