import pytest

from cptsapp.core.db import session
from cptsapp.directory.models import Objection, Profession
from cptsapp.directory.queries.objections import fingerprints, is_kept_out, kept_out
from cptsapp.directory.rules.objections import Identity, remembered
from cptsapp.territory.queries import today
from tests.tools.queries import count_queries

NURSE = Profession.NURSE
ROY = Identity("roy anne", NURSE, frozenset({"85288"}))
NUMBERED = Identity("roy anne", NURSE, frozenset({"85288"}), rpps="10001234567", adeli="859312345")


def _objects(identity):
    for print_ in fingerprints(remembered(identity)).values():
        session.add(Objection(fingerprint=print_, objected_on=today()))
    session.flush()


@pytest.mark.parametrize(
    "coming",
    [
        Identity("roy anne marie", NURSE, frozenset({"85194"}), rpps="10001234567"),
        Identity("martin anne", NURSE, adeli="859312345"),
        ROY,
        Identity("anne roy", NURSE, frozenset({"85288", "85194"})),
        Identity("roy anne", NURSE),
    ],
    ids=["RPPS", "ADELI", "name and commune", "first name first", "name alone"],
)
def test_who_objected_is_known_by_number_and_by_name_when_no_number_is_given(cast, coming):
    _objects(NUMBERED)
    assert is_kept_out(coming)


@pytest.mark.parametrize(
    "coming",
    [
        Identity("roy anne", NURSE, frozenset({"85288"}), rpps="10009999999"),
        Identity("roy anne", NURSE, frozenset({"85194"})),
        Identity("roy anne", Profession.MIDWIFE, frozenset({"85288"})),
        Identity("roy annie", NURSE, frozenset({"85288"})),
    ],
    ids=["another RPPS", "another commune", "another profession", "another name"],
)
def test_a_namesake_comes_in(cast, coming):
    _objects(NUMBERED)
    assert not is_kept_out(coming)


def test_who_had_no_rpps_is_kept_out_under_the_one_they_get(cast):
    _objects(Identity("roy anne", NURSE, frozenset({"85288"}), adeli="859312345"))
    assert is_kept_out(Identity("roy anne", NURSE, frozenset({"85288"}), rpps="10001234567"))


def test_a_whole_import_is_asked_about_in_one_statement(cast):
    _objects(NUMBERED)
    coming = {n: Identity(f"essai {n}", NURSE, frozenset({"85288"}), rpps=str(10001230000 + n)) for n in range(6000)}
    with count_queries() as asked:
        assert kept_out(coming) == {4567}
    assert len(asked) == 1


def test_the_table_holds_neither_name_nor_number(cast):
    _objects(NUMBERED)
    [held] = {type(row.fingerprint) for row in session.query(Objection)}
    assert held is bytes
    assert all(len(row.fingerprint) == 16 for row in session.query(Objection))
