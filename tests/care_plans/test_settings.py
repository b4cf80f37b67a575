"""What a CPTS decides of its plans: its amounts by step and payee, its delays, its words."""

from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.audit.models import AuditEvent
from cptsapp.care_plans.actions import fees
from cptsapp.care_plans.models import FeePayee, FeeStep, FlatFee, PlanState
from cptsapp.care_plans.queries.settings import delays, settings, standards
from cptsapp.care_plans.rules.defaults import STANDARDS
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.ledger.models import Nature
from tests.tools.plans import make_member, make_plan

FEES = "/ppcs/reglages/forfaits"
AMOUNT = {
    "step": "meeting",
    "payee": "regular_doctor",
    "amount": "60",
    "starts_on": "2026-01-01",
    "nature": "income_loss",
}


def whole_form(**changes):
    """The form of the settings as it is sent when nothing is changed."""
    words = {f"label_{one.code}": one.label for one in STANDARDS}
    more = {f"expected_{one.code}": one.expected for one in STANDARDS}
    days = {f"delay_{code}": str(value) for code, value in delays().items()}
    return {**words, **more, **days, "retention_months": "12", **changes}


def test_an_amount_is_written_and_is_in_force(sign_in, cast):
    client = sign_in(cast.treasurer)
    assert client.post(FEES, data=AMOUNT).status_code == 303
    assert "en vigueur" in client.get("/ppcs/reglages").text
    fee = session.scalars(select(FlatFee)).one()
    assert (fee.cents, fee.step, fee.starts_on) == (6000, FeeStep.MEETING, date(2026, 1, 1))


def test_an_amount_of_the_same_day_is_corrected(sign_in, cast):
    client = sign_in(cast.coordinator)
    for amount in ("60", "65,50"):
        client.post(FEES, data={**AMOUNT, "amount": amount})
    assert session.scalars(select(FlatFee.cents)).all() == [6550]


@pytest.fixture
def used(sign_in, cast):
    """An amount that someone is owed."""
    nature, created_at = Nature.INCOME_LOSS, clock.now()
    terms = {"step": FeeStep.MEETING, "payee": FeePayee.REGULAR_DOCTOR, "starts_on": date(2026, 1, 1)}
    session.add(FlatFee(cents=6000, nature=nature, created_at=created_at, **terms))
    plan = make_plan(PlanState.MEETING)
    fees.owe_for(plan, FeeStep.MEETING, [make_member(plan, cast.gp_person)], date(2026, 7, 17), None)
    session.commit()
    return session.scalars(select(FlatFee.id)).one()


def test_an_amount_already_owed_is_not_changed(sign_in, cast, used):
    answer = sign_in(cast.treasurer).post(FEES, data={**AMOUNT, "amount": "70"})
    assert answer.status_code == 409
    assert "déjà dû à quelqu’un" in answer.text
    assert session.scalars(select(FlatFee.cents)).all() == [6000]


def test_an_amount_already_owed_is_not_removed(sign_in, cast, used):
    assert sign_in(cast.treasurer).post(f"{FEES}/{used}/retirer").status_code == 409


def test_an_amount_written_by_mistake_is_removed(sign_in, cast):
    client = sign_in(cast.treasurer)
    client.post(FEES, data=AMOUNT)
    fee_id = session.scalars(select(FlatFee.id)).one()
    assert client.post(f"{FEES}/{fee_id}/retirer").status_code == 303
    assert session.scalars(select(FlatFee)).all() == []


@pytest.mark.parametrize("wrong", [{"amount": "beaucoup"}, {"amount": "20000"}, {"starts_on": ""}, {"step": "dinner"}])
def test_an_amount_that_makes_no_sense_is_refused(sign_in, cast, wrong):
    assert sign_in(cast.treasurer).post(FEES, data={**AMOUNT, **wrong}).status_code == 422


def test_delays_words_and_retention_are_saved_and_the_trail_says_so(sign_in, cast):
    form = whole_form(delay_poll="5", retention_months="18", label_a76="Répondre au DAC", label_a78="")
    assert sign_in(cast.coordinator).post("/ppcs/reglages", data=form).status_code == 303
    assert (delays()["poll"], settings().retention_months) == (5, 18)
    said = {one.code: one.label for one in standards()}
    assert said["a76"] == "Répondre au DAC"
    assert "a78" not in said
    changes = session.scalars(select(AuditEvent.data).where(AuditEvent.kind == "plan.settings")).one()["changes"]
    assert changes == {"poll": [7, 5], "commitments": None, "retention_months": [12, 18]}


def test_saving_the_usual_words_keeps_none_of_them(sign_in, cast):
    sign_in(cast.coordinator).post("/ppcs/reglages", data=whole_form(delay_poll="5"))
    assert settings().commitments == {}


@pytest.mark.parametrize(
    "wrong", [{"delay_poll": "0"}, {"retention_months": "36"}, {"label_a76": "1 85 05 78 006 084 91"}]
)
def test_settings_that_make_no_sense_are_refused(sign_in, cast, wrong):
    assert sign_in(cast.coordinator).post("/ppcs/reglages", data=whole_form(**wrong)).status_code == 422


@pytest.mark.parametrize("who", ["gp", "board_member", "secretary", "regulator"])
def test_who_may_not_set_them(sign_in, cast, who):
    client = sign_in(getattr(cast, who))
    assert [client.get(url).status_code for url in ("/ppcs/reglages", FEES)] == [403, 403]
