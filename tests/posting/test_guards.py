"""What the database itself refuses, said in French; transactions that leave nothing half done."""

from datetime import date, time

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.posting import queries
from cptsapp.posting.actions import absence, change, publish, withdraw
from cptsapp.posting.rules.draft import Draft
from cptsapp.snp.models import Absence, AgendaVersion, FollowUp, Modality, SlotState
from tests.posting.helpers import booking_in, paris, slot_on, slots
from tests.tools.factories import acting

pytestmark = pytest.mark.database


def draft(cast, opens=time(17), minutes=60, capacity=4, day=date(2026, 7, 22)) -> Draft:
    return Draft(cast.gp_practice.id, Modality.SURGERY, (), day, opens, minutes, capacity)


def blind(monkeypatch) -> None:
    """Two posts at once: neither sees the other before the database does."""
    monkeypatch.setattr(publish, "refuse_overlap", lambda *_args, **_kwargs: None)


def test_the_database_refuses_an_overlap(cast, monkeypatch):
    by = acting(cast.gp)
    publish.publish(draft(cast), by=by, key="a")
    blind(monkeypatch)
    with pytest.raises(Refusal, match="vient d’être publié"):
        publish.publish(draft(cast, time(17, 30)), by=by, key="b")
    session.commit()
    assert len(slots()) == 1


def test_what_was_done_before_the_refusal_stays_in_the_transaction(cast, monkeypatch):
    by = acting(cast.gp)
    publish.publish(draft(cast), by=by, key="a")
    blind(monkeypatch)
    with pytest.raises(Refusal):
        publish.publish(draft(cast, time(17, 45)), by=by, key="b")
    publish.publish(draft(cast, time(18)), by=by, key="c")
    session.commit()
    assert len(slots()) == 2


def test_two_practitioners_may_post_the_same_hour(cast):
    publish.publish(draft(cast), by=acting(cast.gp), key="a")
    other = Draft(cast.other_gp_practice.id, Modality.SURGERY, (), date(2026, 7, 22), time(17), 60, 4)
    publish.publish(other, by=acting(cast.other_gp), key="a")
    session.commit()
    assert len(slots()) == 2


def test_a_withdrawn_slot_leaves_its_time_free(cast):
    by = acting(cast.gp)
    first = publish.publish(draft(cast), by=by, key="a")
    withdraw.withdraw_free(first.id, by=by)
    publish.publish(draft(cast), by=by, key="b")
    session.commit()
    assert [slot.state for slot in slots()] == [SlotState.WITHDRAWN, SlotState.OPEN]


def test_a_withdrawn_slot_with_a_patient_does_not(cast):
    by = acting(cast.gp)
    number = slot_on(cast.gp_practice, paris(22, 17), capacity=4)
    booking_in(number)
    withdraw.withdraw_free(number, by=by)
    with pytest.raises(Refusal, match="Vous avez déjà"):
        publish.publish(draft(cast), by=by, key="b")


def test_the_database_refuses_a_restoration_over_another(cast, monkeypatch):
    by = acting(cast.gp)
    number = slot_on(cast.gp_practice, paris(22, 17), state=SlotState.WITHDRAWN)
    slot_on(cast.gp_practice, paris(22, 17))
    monkeypatch.setattr(withdraw, "refuse_overlap", lambda *_args, **_kwargs: None)
    with pytest.raises(Refusal):
        withdraw.restore(number, by=by)


def test_the_database_refuses_a_change_over_another(cast, monkeypatch):
    by = acting(cast.gp)
    number = slot_on(cast.gp_practice, paris(22, 17), capacity=4)
    slot_on(cast.gp_practice, paris(22, 16))
    monkeypatch.setattr(change, "refuse_overlap", lambda *_args, **_kwargs: None)
    with pytest.raises(Refusal):
        change.change_slot(number, draft(cast, time(16), 120), by=by)


def test_a_series_is_all_or_nothing(cast, monkeypatch):
    by = acting(cast.gp)
    wanted = draft(cast)
    plan = publish.plan_series(wanted, [2], date(2026, 8, 12), cast.gp_person.id)
    slot_on(cast.gp_practice, paris(29, 17, 30))
    monkeypatch.setattr(queries, "taken_spans", lambda *_args: [])
    with pytest.raises(Refusal):
        publish.publish_series(wanted, [2], date(2026, 8, 12), by=by, key="a", announced=plan.digest)
    session.rollback()
    assert len(slots()) == 1


def test_resizing_keeps_ranks_unique(cast):
    by = acting(cast.gp)
    number = slot_on(cast.gp_practice, paris(22, 17), capacity=4)
    change.change_slot(number, draft(cast, capacity=2, minutes=30), by=by)
    change.change_slot(number, draft(cast, capacity=6, minutes=90), by=by)
    session.commit()
    assert [seat.rank for seat in slots()[0].seats] == list(range(6))


def test_each_act_raises_the_version_once(cast):
    by = acting(cast.gp)
    number = slot_on(cast.gp_practice, paris(22, 17), capacity=4)
    versions = []
    for act in (withdraw.withdraw_free, withdraw.restore):
        act(number, by=by)
        session.commit()
        versions.append(session.get_one(AgendaVersion, 1).version)
    assert versions[1] == versions[0] + 1


def test_an_absence_and_its_end(cast):
    by = acting(cast.gp)
    number = slot_on(cast.gp_practice, paris(22, 17), capacity=4)
    booked = booking_in(number)
    days = (date(2026, 7, 22), date(2026, 7, 23))
    found = absence.what_goes(by, cast.gp_person.id, *days)
    choices = {booked: FollowUp.REGULATION_CALLS}
    noted = absence.declare_absence(cast.gp_person.id, days, choices, by=by, key="a", announced=found.digest)
    session.commit()
    assert slots()[0].state is SlotState.ABSENT
    assert absence.end_absence(noted.id, by=by)[1] == 4
    session.commit()
    assert session.query(Absence).one().ended_at is not None


def test_another_s_things_do_not_exist_for_the_acts(cast):
    by = acting(cast.other_gp)
    number = slot_on(cast.gp_practice, paris(22, 17), capacity=4)
    for act in (withdraw.withdraw_free, withdraw.restore):
        with pytest.raises(Invisible):
            act(number, by=by)
    with pytest.raises(Invisible):
        publish.publish(draft(cast), by=by, key="a")
    with pytest.raises(Invisible):
        absence.declare_absence(cast.gp_person.id, (date(2026, 7, 22), None), {}, by=by, key="a", announced="")
