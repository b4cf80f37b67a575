"""The payment statement: screen, CSV and XLSX are equal; the cap is shown and never deducted."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cptsapp.activity import actions
from cptsapp.activity.queries.statement import account_of, statement
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.ledger import queries as ledger
from cptsapp.ledger.rules import Balance
from cptsapp.snp.models import BookingState, Slot, SlotState
from tests.activity.conftest import at
from tests.activity.tables import as_screen, read_csv, read_xlsx, table_headed
from tests.tools.factories import acting, make_booking, make_practice, make_slot


@pytest.fixture
def summer(cast, campaign):
    """Renaudin: 23 acts honoured in one week, one patient absent, two seats withdrawn; Benali: 2 acts, 1 to note."""
    start = clock.now() - timedelta(days=6)  # mardi 14 juillet
    gp = make_slot(cast.gp_practice, starts_at=start, capacity=24, duration_minutes=5, campaign_id=campaign.id)
    bookings = [make_booking(gp) for _ in range(24)]
    later = start + timedelta(hours=5)
    withdrawn = {"state": SlotState.WITHDRAWN, "campaign_id": campaign.id}
    make_slot(cast.gp_practice, starts_at=later, capacity=2, **withdrawn)
    other = make_slot(cast.other_gp_practice, starts_at=start, capacity=4, campaign_id=campaign.id)
    theirs = [make_booking(other) for _ in range(3)]
    session.commit()
    for number, booking in enumerate(bookings):
        outcome = BookingState.HONOURED if number < 23 else BookingState.NO_SHOW
        actions.record_outcome(booking.id, outcome, by=acting(cast.gp))
    for booking in theirs[:2]:
        actions.record_outcome(booking.id, BookingState.HONOURED, by=acting(cast.other_gp))
    session.commit()
    return campaign.id


HEADS = [
    "Médecin", "Publiés", "Retirés", "Pris", "Taux", "Diffusions", "À renseigner", "Absents", "Honorés",
    "Au-delà de 20", "À verser", "État",
]  # fmt: skip
ROWS = [
    ["Dr Hélène Renaudin", "24", "2", "24", "100\u00a0%", "0", "0", "1", "23", "sem. du 13/07\u00a0: 3 de plus",
     "345\u00a0€", "à approuver"],
    ["Dr Sarah Benali", "4", "0", "3", "75\u00a0%", "0", "1", "0", "2", "0", "30\u00a0€", "à approuver"],
    ["Ensemble", "28", "2", "27", "96\u00a0%", "0", "1", "1", "25", "3 de plus", "375\u00a0€", "à approuver"],
]  # fmt: skip


def screen(client, campaign_id) -> list[list[str]]:
    rows = table_headed(client.get(f"/campagnes/{campaign_id}").text, "Médecin")
    return [row[: len(HEADS)] for row in rows]


def test_the_screen_shows_each_practitioner_and_the_total(sign_in, cast, summer):
    assert screen(sign_in(cast.coordinator), summer) == [HEADS, *ROWS]


def test_the_cap_is_shown_and_nothing_is_deducted(sign_in, cast, summer):
    page = sign_in(cast.treasurer).get(f"/campagnes/{summer}").text
    assert "sem. du 13/07\u00a0: 3 de plus" in page
    assert "345\u00a0€" in page  # 23 × 15, not 20 × 15
    assert "montré, jamais déduit" in page
    assert "selon votre campagne" in page


@pytest.mark.parametrize(("kind", "read"), [("csv", read_csv), ("xlsx", read_xlsx)])
def test_each_file_holds_the_rows_of_the_screen(sign_in, cast, summer, kind, read):
    client = sign_in(cast.treasurer)
    heads, *rows = read(client.get(f"/campagnes/{summer}/releve.{kind}").data)
    assert heads == HEADS
    assert as_screen(rows, HEADS) == screen(client, summer)[1:]


def test_the_paper_holds_them_too(sign_in, cast, summer):
    rows = table_headed(sign_in(cast.board_member).get(f"/campagnes/{summer}/imprimer").text, "Médecin")
    assert rows == [HEADS, *ROWS]


def test_numbers_of_the_workbook_are_numbers(sign_in, cast, summer):
    row = read_xlsx(sign_in(cast.treasurer).get(f"/campagnes/{summer}/releve.xlsx").data)[1]
    assert row[1:5] == [24.0, 2.0, 24.0, 1.0]
    assert row[10] == 345.0


def test_what_the_ledger_owes_is_what_the_statement_says(cast, summer, campaign):
    said = {line.person_id: Balance(owed=line.cents) for line in statement(campaign, clock.now()).lines}
    assert ledger.balances(account_of(summer)) == said


def test_a_name_that_looks_like_a_formula_does_no_harm(sign_in, cast, campaign):
    practice = make_practice()
    practice.person.title, practice.person.first_name, practice.person.last_name = "", "=1+1", "Essai"
    make_slot(practice, campaign_id=campaign.id)
    session.commit()
    client = sign_in(cast.treasurer)
    assert read_csv(client.get(f"/campagnes/{campaign.id}/releve.csv").data)[1][0] == "'=1+1 Essai"
    assert read_xlsx(client.get(f"/campagnes/{campaign.id}/releve.xlsx").data)[1][0] == "=1+1 Essai"


def test_an_export_is_recorded(sign_in, cast, summer):
    user_id = cast.treasurer.id
    sign_in(cast.treasurer).get(f"/campagnes/{summer}/releve.csv")
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "statement.exported")).one()
    assert event.user_id == user_id
    assert event.data == {"format": "csv", "rows": 2, "filter": {"campagne": summer}}


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("coordinator", 200),
        ("treasurer", 200),
        ("board_member", 403),
        ("gp", 403),
        ("secretary", 403),
        ("regulator", 403),
    ],
)
def test_who_may_export(sign_in, cast, summer, who, status):
    assert sign_in(getattr(cast, who)).get(f"/campagnes/{summer}/releve.xlsx").status_code == status


def test_who_may_not_export_is_shown_no_file(sign_in, cast, summer):
    assert "releve.csv" not in sign_in(cast.board_member).get(f"/campagnes/{summer}").text


def test_a_campaign_changed_in_pay_changes_what_is_owed(cast, summer, campaign):
    terms = actions.campaigns.Terms(campaign.name, campaign.starts_on, campaign.ends_on, 2000, 20)
    actions.change_campaign(campaign, terms, by=acting(cast.coordinator))
    assert sum(balance.owed for balance in ledger.balances(account_of(summer)).values()) == 25 * 2000
    assert statement(campaign, clock.now()).cents == 25 * 2000


class TestPractitioner:
    def url(self, campaign_id, person_id):
        return f"/campagnes/{campaign_id}/medecins/{person_id}"

    def test_one_s_own_acts_are_listed_with_their_amount(self, sign_in, cast, summer):
        page = sign_in(cast.other_gp).get(self.url(summer, cast.other_gp_person.id)).text
        heads, *rows = table_headed(page, "Jour")
        assert heads == ["Jour", "Heure", "Réf.", "Montant", "État"]
        assert [row[:2] + row[3:] for row in rows] == [
            ["14/07/2026", "14h32", "15\u00a0€", "à approuver"],
            ["14/07/2026", "14h47", "15\u00a0€", "à approuver"],
            ["Ensemble", "", "30\u00a0€", ""],
        ]

    def test_the_campaign_leads_a_practitioner_to_their_own(self, sign_in, cast, summer):
        own = self.url(summer, cast.gp_person.id)
        assert sign_in(cast.gp).get(f"/campagnes/{summer}").headers["Location"] == own

    def test_another_s_statement_does_not_exist(self, sign_in, cast, summer):
        other = self.url(summer, cast.other_gp_person.id)
        client = sign_in(cast.gp)
        assert client.get(other).status_code == 404
        assert client.get(f"{other}/imprimer").status_code == 404

    def test_the_paper_has_the_same_acts(self, sign_in, cast, summer):
        client, url = sign_in(cast.other_gp), self.url(summer, cast.other_gp_person.id)
        assert table_headed(client.get(f"{url}/imprimer").text, "Jour") == table_headed(client.get(url).text, "Jour")

    def test_it_names_no_patient(self, sign_in, cast, campaign, make_act):
        booking = make_act(campaign=campaign, name="Xylophage")
        actions.record_outcome(booking.id, BookingState.HONOURED, by=acting(cast.gp))
        session.commit()
        url = self.url(campaign.id, cast.gp_person.id)
        assert "Xylophage" not in sign_in(cast.gp).get(url).text

    def test_an_unknown_person_is_not_found(self, sign_in, cast, summer):
        assert sign_in(cast.coordinator).get(self.url(summer, 9999)).status_code == 404

    def test_a_practitioner_without_acts_is_told_when_they_appear(self, sign_in, cast, campaign):
        page = sign_in(cast.gp).get(self.url(campaign.id, cast.gp_person.id)).text
        assert "Aucun acte honoré" in page


class TestSettlement:
    def post(self, client, summer, person_id, act):
        return client.post(f"/campagnes/{summer}/medecins/{person_id}/reglement", data={"acte": act})

    def state(self, client, summer) -> dict[str, str]:
        return {row[0]: row[11] for row in screen(client, summer)[1:]}

    def test_approved_then_paid_one_by_one(self, sign_in, cast, summer):
        client, person_id = sign_in(cast.treasurer), cast.gp_person.id
        assert self.post(client, summer, person_id, "approuver").status_code == 303
        assert self.state(client, summer)["Dr Hélène Renaudin"] == "approuvé, à payer"
        assert self.state(client, summer)["Dr Sarah Benali"] == "à approuver"
        self.post(client, summer, person_id, "payer")
        assert self.state(client, summer)["Dr Hélène Renaudin"] == "payé"

    def test_everyone_at_once(self, sign_in, cast, summer):
        client = sign_in(cast.coordinator)
        client.post(f"/campagnes/{summer}/reglement", data={"acte": "approuver"})
        assert set(self.state(client, summer).values()) == {"approuvé, à payer"}

    def test_an_approval_can_be_taken_back(self, sign_in, cast, summer):
        client, person_id = sign_in(cast.treasurer), cast.gp_person.id
        for act in ("approuver", "retirer-accord"):
            self.post(client, summer, person_id, act)
        assert self.state(client, summer)["Dr Hélène Renaudin"] == "à approuver"

    def test_approving_twice_is_refused_in_french(self, sign_in, cast, summer):
        client, person_id = sign_in(cast.treasurer), cast.gp_person.id
        self.post(client, summer, person_id, "approuver")
        response = self.post(client, summer, person_id, "approuver")
        assert response.status_code == 409
        assert "à approuver" in response.text

    def test_an_unknown_act_is_not_found(self, sign_in, cast, summer):
        assert self.post(sign_in(cast.treasurer), summer, cast.gp_person.id, "voler").status_code == 404

    @pytest.mark.parametrize("who", ["gp", "secretary", "board_member", "regulator", "administrator"])
    def test_who_may_not_settle(self, sign_in, cast, summer, who):
        assert self.post(sign_in(getattr(cast, who)), summer, cast.gp_person.id, "approuver").status_code == 403


def test_an_act_before_the_hours_change_is_of_its_local_day(sign_in, cast, campaign):
    """23h30 in Paris is 21h30 UTC the same day, 0h30 is the day before in UTC."""
    late = at(20, 0, 10)
    posted = make_slot(cast.gp_practice, starts_at=late, day_on=late.date(), campaign_id=campaign.id)
    booking = make_booking(posted)
    session.commit()
    actions.record_outcome(booking.id, BookingState.HONOURED, by=acting(cast.gp))
    session.commit()
    person_id = cast.gp_person.id
    page = sign_in(cast.gp).get(f"/campagnes/{campaign.id}/medecins/{person_id}").text
    assert table_headed(page, "Jour")[1][:2] == ["20/07/2026", "0h10"]
    assert session.scalar(select(Slot.day_on)) == late.date()
