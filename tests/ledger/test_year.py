"""A year's statement: everyone's for the treasurer, one's own for a professional, the two natures apart (§2.7)."""

from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.audit.models import AuditEvent
from cptsapp.care_plans.actions import fees
from cptsapp.care_plans.models import FeePayee, FeeStep, FlatFee, MemberRole, PlanState
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.ledger import actions
from cptsapp.ledger.models import LedgerLine, LineState, Nature
from cptsapp.ledger.queries import Scope, years
from cptsapp.ledger.rules import Balance
from tests.activity.tables import read_csv, read_xlsx, table_headed
from tests.tools.factories import acting, make_booking, make_campaign, make_slot
from tests.tools.plans import make_member, make_plan
from tests.tools.queries import count_queries

DAY = date(2026, 7, 17)
TODAY = date(2026, 7, 20)


@pytest.fixture
def owed(cast):
    """One GP is owed an act at 15 € and a plan's meeting at 60 €, the other the lead's 40 €, as pay for a mission."""
    amounts = ((FeePayee.REGULAR_DOCTOR, 6000, Nature.INCOME_LOSS), (FeePayee.LEAD, 4000, Nature.MISSION_PAY))
    for payee, cents, nature in amounts:
        given = {"step": FeeStep.MEETING, "starts_on": date(2026, 1, 1), "created_at": clock.now()}
        session.add(FlatFee(payee=payee, cents=cents, nature=nature, **given))
    plan = make_plan(PlanState.VALIDATING)
    doctor = make_member(plan, cast.gp_person)
    lead = make_member(plan, cast.other_gp_person, role=MemberRole.LEAD, is_lead=True)
    fees.owe_for(plan, FeeStep.MEETING, [doctor, lead], on=DAY, by=None)
    campaign = make_campaign(name="Été 2026")
    due = actions.Due(cast.gp_person.id, 1500, f"campaign/{campaign.id}", "snp.act", DAY)
    actions.owe(make_booking(make_slot(cast.gp_practice)), due, by=None)
    session.commit()
    return plan


HEADS = [
    "Professionnel", "Adhésion", "IPR", "RPMSP", "Total", "À approuver", "À payer", "Payé", "Reste avant plafond",
]  # fmt: skip


def _shown(value):
    """A cell of a file as the screen shows it: these columns hold whole euros, or words."""
    if isinstance(value, str) and not value.endswith(",00"):
        return value
    euros = int(value.removesuffix(",00")) if isinstance(value, str) else int(value)
    return f"{euros}\u00a0€"


GP = ["Dr Hélène Renaudin", "non adhérent", "75\u00a0€", "0\u00a0€", "75\u00a0€", "75\u00a0€", "0\u00a0€", "0\u00a0€"]
OTHER = ["Dr Sarah Benali", "non adhérent", "0\u00a0€", "40\u00a0€", "40\u00a0€", "40\u00a0€", "0\u00a0€", "0\u00a0€"]


def screen(client, url="/sommes/2026"):
    return screen_of(client.get(url))


def screen_of(answer):
    return [row[: len(HEADS)] for row in table_headed(answer.text, "Professionnel")]


def test_each_has_their_sums_the_two_natures_apart(sign_in, cast, owed):
    rows = screen(sign_in(cast.treasurer))
    assert [row[:8] for row in rows[:3]] == [HEADS[:8], GP, OTHER]
    assert rows[3][2:5] == ["75\u00a0€", "40\u00a0€", "115\u00a0€"]


def test_the_page_narrows_to_the_fees_of_the_plans(sign_in, cast, owed):
    rows = screen(sign_in(cast.treasurer), "/sommes/2026?quoi=forfaits-ppcs")
    assert [row[4] for row in rows[1:]] == ["60\u00a0€", "40\u00a0€", "100\u00a0€"]


@pytest.mark.parametrize(("kind", "read"), [("csv", read_csv), ("xlsx", read_xlsx)])
def test_each_file_holds_the_rows_of_the_screen(sign_in, cast, owed, kind, read):
    client = sign_in(cast.treasurer)
    heads, *rows = read(client.get(f"/sommes/2026/releve.{kind}").data)
    assert heads == HEADS
    assert [[_shown(value) for value in row] for row in rows] == screen(client)[1:]
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "sums.exported")).one()
    assert event.data == {"format": kind, "rows": 2, "filter": {"year": 2026}}


def test_the_paper_holds_them_too(sign_in, cast, owed):
    assert screen(sign_in(cast.treasurer), "/sommes/2026/imprimer")[1][:8] == GP


def test_a_professional_reads_their_own_lines_by_name(sign_in, cast, owed):
    number = f"Forfait PPCS 2026-{owed.number:03d}, visioconférence"
    page = sign_in(cast.gp).get("/sommes").headers["Location"]
    rows = table_headed(sign_in(cast.gp).get(page).text, "Pour")
    assert [row[0] for row in rows[1:]] == ["Créneaux honorés, Été 2026 1\u00a0acte", number]
    assert [row[3] for row in rows[1:]] == ["15\u00a0€", "60\u00a0€"]


def test_another_s_statement_does_not_exist(sign_in, cast, owed):
    assert sign_in(cast.gp).get(f"/sommes/2026/{cast.other_gp_person.id}").status_code == 404


@pytest.mark.parametrize("who", ["board_member", "secretary", "regulator", "administrator"])
def test_who_may_not_read_the_statements(sign_in, cast, who):
    assert sign_in(getattr(cast, who)).get("/sommes/2026").status_code == 403


def test_a_professional_approves_nothing(sign_in, cast, owed):
    answer = sign_in(cast.gp).post("/sommes/2026/reglement", data={"acte": "approuver", "vu": "11500"})
    assert answer.status_code == 403


def settle(client, url, act, seen, **fields):
    return client.post(url, data={"acte": act, "vu": str(seen), **fields})


def test_one_is_approved_then_paid_and_both_are_taken_back(sign_in, cast, owed):
    client, person_id = sign_in(cast.treasurer), cast.gp_person.id
    for act in ("approuver", "payer", "retirer-paiement", "retirer-accord"):
        assert settle(client, f"/sommes/2026/{person_id}/reglement", act, 7500).status_code == 303
    row = years.statement(Scope([person_id], year=2026), TODAY).rows[0]
    assert row.balance == Balance(owed=7500)


def test_all_are_approved_at_once_of_the_kind_shown(sign_in, cast, owed):
    settle(sign_in(cast.treasurer), "/sommes/2026/reglement", "approuver", 10000, quoi="forfaits-ppcs")
    states = dict(session.execute(select(LedgerLine.kind, LedgerLine.state)).all())
    assert states == {"plan.fee": LineState.APPROVED, "snp.act": LineState.OWED}


def test_a_sum_that_changed_since_it_was_read_is_not_approved(sign_in, cast, owed):
    answer = settle(sign_in(cast.treasurer), "/sommes/2026/reglement", "approuver", 10000)
    assert answer.status_code == 409
    assert "maintenant de 115\u00a0€" in answer.text
    assert screen_of(answer)[1][0] == "Dr Hélène Renaudin"


def test_the_cap_of_the_year_is_written_and_refuses_what_passes_it(sign_in, cast, owed):
    client = sign_in(cast.treasurer)
    person_id = cast.gp_person.id
    assert client.post("/sommes/plafond", data={"year": "2026", "cap": "70"}).status_code == 303
    assert "insuffisant" in client.get("/sommes/2026").text
    answer = settle(client, f"/sommes/2026/{person_id}/reglement", "approuver", 7500)
    assert answer.status_code == 409
    assert "Dr Hélène Renaudin, 5\u00a0€ de trop en 2026" in answer.text
    assert "Approuver 75\u00a0€" in answer.text


@pytest.mark.parametrize("typed", [{"year": "1999", "cap": "70"}, {"year": "2026", "cap": "beaucoup"}])
def test_a_cap_that_makes_no_sense_is_refused(sign_in, cast, typed):
    assert sign_in(cast.treasurer).post("/sommes/plafond", data=typed).status_code == 422


def test_a_year_that_no_ledger_has_does_not_exist(sign_in, cast):
    assert sign_in(cast.treasurer).get("/sommes/1789").status_code == 404


def test_an_empty_year_says_where_sums_come_from(sign_in, cast):
    assert "Aucune somme en 2026" in sign_in(cast.treasurer).get("/sommes/2026").text


def test_many_professionals_cost_no_more_statements(cast, owed):
    def cost():
        with count_queries() as sent:
            years.statement(Scope(year=2026), TODAY)
        return len(sent)

    before = cost()
    plan = make_plan(PlanState.VALIDATING)
    fees.owe_for(plan, FeeStep.MEETING, [make_member(plan, cast.gp_person)], on=DAY, by=None)
    actions.approve("ppcs/2026", [cast.gp_person.id], by=acting(cast.treasurer))
    assert cost() == before
