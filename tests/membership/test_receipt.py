"""The receipt of a paid fee: what it says, that it is accessible, and always the same bytes."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.membership.actions.settings import save
from cptsapp.membership.receipt import receipt
from tests.tools.factories import acting, make_membership, make_person

PAID = {"fee_cents": 1250, "paid_on": date(2026, 1, 14), "receipt_number": 42}


@pytest.fixture
def paid(cast):
    save({"address": "3, rue du Port\n85440 Talmont-Saint-Hilaire"}, by=acting(cast.coordinator))
    made = make_membership(make_person(last_name="Office", first_name="Inès", title="Mme"), **PAID)
    session.commit()
    return made


def text_of(data: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).replace("\xa0", " ")


@pytest.mark.parametrize(
    "words",
    [
        "CPTS Littoral d’Essai",
        "85440 Talmont-Saint-Hilaire",
        "Reçu de cotisation n° 42",
        "Mme Inès Office",
        "du 01/01/2026 au 31/12/2026",
        "12,50 €",
        "14/01/2026",
    ],
)
def test_the_receipt_says_who_paid_what_to_whom(paid, words):
    assert words in text_of(receipt(paid, "Mme Inès Office"))


def test_the_receipt_is_tagged_and_titled_in_french(paid):
    catalogue = PdfReader(BytesIO(receipt(paid, "Mme Inès Office"))).trailer["/Root"]
    assert (catalogue["/MarkInfo"]["/Marked"], catalogue["/Lang"]) == (True, "fr-FR")
    assert "/StructTreeRoot" in catalogue


def test_the_receipt_is_the_same_each_time(paid):
    assert receipt(paid, "Mme Inès Office") == receipt(paid, "Mme Inès Office")


def test_a_name_is_never_read_as_markup(paid):
    assert "*Inès* #pagebreak() $x$" in text_of(receipt(paid, "*Inès* #pagebreak() $x$"))


def test_without_an_address_or_a_telephone_the_receipt_is_made_all_the_same(cast):
    made = make_membership(**PAID)
    assert "Reçu de cotisation" in text_of(receipt(made, "Inès"))


def test_what_is_not_paid_has_no_receipt(cast):
    with pytest.raises(Refusal, match="pas notée payée"):
        receipt(make_membership(fee_cents=1250, receipt_number=42), "Inès")


def test_the_treasurer_opens_it(paid, cast, sign_in):
    number = paid.id
    answer = sign_in(cast.treasurer).get(f"/adhesions/periodes/{number}/recu.pdf")
    assert answer.mimetype == "application/pdf"
    assert "Office" in text_of(answer.data)


def test_a_board_member_does_not(paid, cast, sign_in):
    number = paid.id
    assert sign_in(cast.board_member).get(f"/adhesions/periodes/{number}/recu.pdf").status_code == 403
