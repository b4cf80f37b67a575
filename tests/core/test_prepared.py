"""Reads run by the driver: the same rows as the session's, seen from where the request stands."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import bindparam, literal, select, union_all

from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.snp.models import Modality, Slot
from cptsapp.territory.models import Commune
from tests.tools.factories import make_slot

pytestmark = pytest.mark.database

NAME = Prepared(lambda: select(Commune.name).where(Commune.code == bindparam("code")))
SLOTS = Prepared(
    lambda: select(Slot.id, Slot.starts_at, Slot.modality, Slot.conditions).where(Slot.starts_at > bindparam("since")),
    remembers=True,
)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_a_value_is_found_by_its_parameter(cast):
    assert NAME.scalar(code="85288") == "Talmont-Saint-Hilaire"
    assert NAME.scalar(code="00000") is None


def test_what_the_request_has_changed_is_seen(cast):
    session.get(Commune, "85288").name = "Talmont"
    session.flush()
    assert NAME.scalar(code="85288") == "Talmont"
    session.rollback()
    assert NAME.scalar(code="85288") == "Talmont-Saint-Hilaire"


def test_what_is_still_to_be_written_is_written_before(cast):
    session.get(Commune, "85288").name = "Talmont"
    assert NAME.scalar(code="85288") == "Talmont"
    session.rollback()


def test_rows_come_with_the_types_of_their_columns(cast):
    slot = make_slot(cast.gp_practice, conditions=["adults"])
    row = SLOTS.all(since=LONG_AGO)[0]
    assert (row.id, row.starts_at, row.modality) == (slot.id, slot.starts_at, Modality.SURGERY)
    assert row.conditions == ["adults"]


def test_a_remembered_row_is_read_again_once_it_changed(cast):
    slot = make_slot(cast.gp_practice)
    assert SLOTS.all(since=LONG_AGO)[0].conditions == []
    slot.conditions = ["children"]
    assert SLOTS.all(since=LONG_AGO)[0].conditions == ["children"]


def test_a_union_is_read_too(app: Flask):
    both = Prepared(lambda: union_all(select(literal(1).label("n")), select(literal(2))))
    assert sorted(row.n for row in both.all()) == [1, 2]
