"""« Mes engagements » of someone who owes fifty lines of some conventions, and is owed two hundred acts."""

from datetime import timedelta

from sqlalchemy import insert, select

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.ledger.models import LedgerLine
from tests.bench.conventions import TODAY
from tests.bench.measure import Act
from tests.bench.rig import Person as Visitor
from tests.bench.rig import Rig
from tests.tools import factories

ACTS = 200
PAGE = "/mes-engagements"


def owe(rig: Rig) -> None:
    """Two hundred acts of a campaign to the practitioner, half of them paid."""
    with rig.app.app_context():
        person_id = session.scalars(select(Person.id).order_by(Person.id).limit(1)).one()
        account, now = f"campaign/{factories.make_campaign().id}", clock.now()
        line = {"person_id": person_id, "kind": "snp.act", "account": account, "amount_cents": 1500}
        dated = {"created_at": now, "changed_at": now, "source_type": "booking"}
        session.execute(
            insert(LedgerLine),
            [
                {
                    **line,
                    **dated,
                    "source_id": number,
                    "done_on": TODAY - timedelta(days=number % 150),
                    "state": "paid" if number % 2 else "owed",
                }
                for number in range(1, ACTS + 1)
            ],
        )
        session.commit()
        session.remove()


def opening(person: Visitor) -> Act:
    """What one owes and is owed."""
    return lambda: person.get(PAGE)
