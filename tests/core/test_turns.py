"""Writers come in one after the other, and none is forgotten."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from cptsapp.core.db import db, session
from cptsapp.territory.models import Commune

pytestmark = pytest.mark.database

WRITERS, TIMES = 12, 8


def test_every_writer_gets_its_turn(app: Flask, cast):
    session.commit()

    def write(_writer: int) -> None:
        for _ in range(TIMES):
            with app.app_context():
                commune = session.get(Commune, "85288", with_for_update=True)
                commune.population += 1
                session.commit()

    before = session.get(Commune, "85288").population
    session.rollback()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert session.get(Commune, "85288").population == before + WRITERS * TIMES


def test_a_turn_ends_with_its_transaction_whatever_its_end(app: Flask, cast):
    session.rollback()
    with db.engine.connect() as first, first.begin():
        pass
    with pytest.raises(ZeroDivisionError), db.engine.begin():
        raise ZeroDivisionError
    with db.engine.begin() as last:
        assert last.exec_driver_sql("SELECT 1").scalar() == 1
