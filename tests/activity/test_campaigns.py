"""Campaigns: the list and its states, opening with slots already posted, changing, closing."""

from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from cptsapp.activity import actions
from cptsapp.activity.queries.statement import account_of
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.ledger import actions as ledger
from cptsapp.ledger import queries as lines
from cptsapp.snp.models import BookingState, Campaign, Slot
from cptsapp.snp.queries import campaign_for
from tests.activity.tables import table_headed
from tests.tools.factories import acting, make_campaign, make_slot

FORM = {"name": "Été 2026", "starts_on": "2026-07-13", "ends_on": "2026-09-10", "pay": "15", "weekly_cap": "20"}


def only() -> Campaign:
    return session.scalars(select(Campaign)).one()


def campaign_of(slot_id: int) -> int | None:
    return session.get(Slot, slot_id).campaign_id


class TestList:
    def test_each_campaign_has_its_state_and_its_pay(self, sign_in, cast):
        make_campaign(name="Hiver", starts_on=date(2026, 12, 1), ends_on=None)
        make_campaign(name="Printemps", starts_on=date(2026, 3, 1), ends_on=date(2026, 5, 31))
        make_campaign(name="Été")
        make_campaign(name="Été dernier", starts_on=date(2025, 7, 1), closed_at=clock.now())
        session.commit()
        page = sign_in(cast.board_member).get("/campagnes").text
        for word in ("à venir", "terminée", "en cours", "close", "toute l’année", "15\u00a0€"):
            assert word in page

    def test_without_any_the_coordination_is_told_what_to_do(self, sign_in, cast):
        assert "Ouvrir une campagne" in sign_in(cast.coordinator).get("/campagnes").text

    def test_a_practitioner_reads_only_their_own_figures(self, sign_in, cast, campaign):
        make_slot(cast.gp_practice, campaign_id=campaign.id, capacity=3)
        make_slot(cast.other_gp_practice, campaign_id=campaign.id, capacity=7)
        session.commit()
        person_id = cast.gp_person.id
        page = unescape(sign_in(cast.gp).get("/campagnes").text)
        assert table_headed(page, "Campagne")[1][4] == "3"
        assert f"&medecin={person_id}" in page
        assert "Ces chiffres sont les vôtres" in page

    @pytest.mark.parametrize(
        ("who", "status"), [("regulator", 403), ("secretary", 403), ("outsider", 403), ("gp", 200)]
    )
    def test_who_reads(self, sign_in, cast, who, status):
        assert sign_in(getattr(cast, who)).get("/campagnes").status_code == status


class TestCreate:
    def test_a_campaign_is_opened(self, sign_in, cast):
        response = sign_in(cast.coordinator).post("/campagnes/nouvelle", data=FORM)
        made = only()
        assert response.headers["Location"] == f"/campagnes/{made.id}"
        assert (made.name, made.starts_on, made.ends_on) == ("Été 2026", date(2026, 7, 13), date(2026, 9, 10))
        assert (made.pay_per_act_cents, made.weekly_cap) == (1500, 20)

    def test_without_a_last_day_it_is_all_year(self, sign_in, cast):
        sign_in(cast.coordinator).post("/campagnes/nouvelle", data={**FORM, "ends_on": ""})
        assert only().ends_on is None

    @pytest.mark.parametrize(("typed", "cents"), [("12,50", 1250), ("12.5", 1250), ("15 €", 1500), ("0", 0)])
    def test_amounts_as_people_type_them(self, sign_in, cast, typed, cents):
        sign_in(cast.coordinator).post("/campagnes/nouvelle", data={**FORM, "pay": typed})
        assert only().pay_per_act_cents == cents

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("name", "  ", "Donnez un nom"),
            ("name", "x" * 10_000, "80 signes"),
            ("starts_on", "bientôt", "date"),
            ("ends_on", "2026-07-12", "vient avant le premier"),
            ("pay", "quinze", "montant en euros"),
            ("pay", "-3", "montant en euros"),
            ("pay", "9999", "vérifiez-le"),
            ("weekly_cap", "0", "entre 1 et 500"),
            ("weekly_cap", "beaucoup", "nombre"),
        ],
    )
    def test_bad_input_is_told_and_nothing_is_made(self, sign_in, cast, field, value, sentence):
        response = sign_in(cast.coordinator).post("/campagnes/nouvelle", data={**FORM, field: value})
        assert response.status_code == 422
        assert sentence in response.text
        assert session.scalars(select(Campaign)).all() == []

    def test_a_name_already_used_is_refused_with_what_was_typed(self, sign_in, cast, campaign):
        response = sign_in(cast.coordinator).post("/campagnes/nouvelle", data=FORM)
        assert response.status_code == 409
        assert "porte déjà ce nom" in response.text
        assert 'value="2026-07-13"' in response.text

    @pytest.mark.parametrize("who", ["administrator", "treasurer", "gp", "board_member"])
    def test_who_may_not(self, sign_in, cast, who):
        assert sign_in(getattr(cast, who)).post("/campagnes/nouvelle", data=FORM).status_code == 403


class TestAttach:
    def create(self, cast, name="Été", first=date(2026, 7, 13), last=date(2026, 9, 10), cents=1500):
        terms = actions.campaigns.Terms(name, first, last, cents, 20)
        return actions.create_campaign(terms, by=acting(cast.coordinator))

    def test_slots_posted_before_come_in_and_are_counted(self, cast):
        inside = make_slot(cast.gp_practice)
        outside = make_slot(cast.gp_practice, starts_at=clock.now() + timedelta(days=90))
        made, attached = self.create(cast)
        session.expire_all()
        assert attached == 1
        assert (campaign_of(inside.id), campaign_of(outside.id)) == (made.id, None)

    def test_the_next_page_says_how_many(self, sign_in, cast):
        make_slot(cast.gp_practice)
        session.commit()
        page = sign_in(cast.coordinator).post("/campagnes/nouvelle", data=FORM, follow_redirects=True).text
        assert "1\u00a0créneau déjà publié est entré" in page

    def test_acts_already_honoured_are_owed_from_then_on(self, cast, make_act):
        booking = make_act()
        actions.record_outcome(booking.id, BookingState.HONOURED, by=acting(cast.gp))
        made, _ = self.create(cast)
        assert lines.balances(account_of(made.id))[cast.gp_person.id].owed == 1500

    def test_a_later_campaign_takes_over_its_days_with_their_acts(self, cast, make_act):
        booking = make_act()
        actions.record_outcome(booking.id, BookingState.HONOURED, by=acting(cast.gp))
        year, _ = self.create(cast, "Année", date(2026, 1, 1), None, 1000)
        summer, attached = self.create(cast)
        assert attached == 1
        assert lines.balances(account_of(year.id)) == {}
        assert lines.balances(account_of(summer.id))[cast.gp_person.id].owed == 1500

    def test_slots_of_a_closed_campaign_stay_there(self, cast):
        year, _ = self.create(cast, "Année", date(2026, 1, 1), None)
        slot = make_slot(cast.gp_practice, campaign_id=year.id)
        actions.close_campaign(year, accepted_missing=0, by=acting(cast.coordinator))
        assert self.create(cast)[1] == 0
        session.expire_all()
        assert campaign_of(slot.id) == year.id

    def test_slots_already_approved_for_payment_stay_where_they_are(self, cast, make_act):
        year, _ = self.create(cast, "Année", date(2026, 1, 1), None)
        booking = make_act(campaign=year)
        actions.record_outcome(booking.id, BookingState.HONOURED, by=acting(cast.gp))
        ledger.approve(account_of(year.id), [cast.gp_person.id], by=acting(cast.treasurer))
        assert self.create(cast)[1] == 0

    def test_a_new_slot_finds_its_campaign(self, cast):
        made, _ = self.create(cast)
        assert campaign_for(date(2026, 8, 1)).id == made.id
        assert campaign_for(date(2026, 10, 1)) is None


class TestChange:
    def change(self, client, campaign_id, **more):
        return client.post(f"/campagnes/{campaign_id}/modifier", data={**FORM, **more})

    def test_the_form_shows_what_is(self, sign_in, cast, campaign):
        page = sign_in(cast.coordinator).get(f"/campagnes/{campaign.id}/modifier").text
        for value in ("Été 2026", "2026-07-13", "2026-09-10", '"15"', '"20"'):
            assert value in page

    def test_fewer_days_let_slots_go(self, sign_in, cast, campaign):
        slot_id = make_slot(cast.gp_practice, campaign_id=campaign.id).id
        session.commit()
        self.change(sign_in(cast.coordinator), campaign.id, ends_on="2026-07-19")
        assert campaign_of(slot_id) is None

    def test_days_and_pay_are_fixed_once_something_is_approved(self, sign_in, cast, campaign, make_act):
        booking = make_act(campaign=campaign)
        campaign_id = campaign.id
        actions.record_outcome(booking.id, BookingState.HONOURED, by=acting(cast.gp))
        ledger.approve(account_of(campaign_id), [cast.gp_person.id], by=acting(cast.treasurer))
        session.commit()
        client = sign_in(cast.coordinator)
        response = self.change(client, campaign_id, pay="20")
        assert response.status_code == 409
        assert "déjà approuvés" in response.text
        assert self.change(client, campaign_id, name="Été des plages").status_code == 303
        assert only().name == "Été des plages"

    def test_a_closed_campaign_does_not_change(self, sign_in, cast, campaign):
        campaign.closed_at = clock.now()
        session.commit()
        assert self.change(sign_in(cast.coordinator), campaign.id, name="Autre").status_code == 409

    def test_an_unknown_campaign_is_not_found(self, sign_in, cast):
        assert self.change(sign_in(cast.coordinator), 9999).status_code == 404


class TestClose:
    def url(self, campaign):
        return f"/campagnes/{campaign.id}/clore"

    def test_with_every_outcome_one_submit_closes(self, sign_in, cast, campaign):
        assert sign_in(cast.coordinator).post(self.url(campaign)).status_code == 303
        assert only().closed_at is not None

    def test_lacking_outcomes_are_warned_of_with_their_number(self, sign_in, cast, campaign, make_act):
        make_act(-1, campaign=campaign), make_act(+1, campaign=campaign)
        page = sign_in(cast.coordinator).get(self.url(campaign)).text
        assert "2\u00a0venues à noter" in page
        assert "Clore quand même" in page

    def test_a_second_submit_passes(self, sign_in, cast, campaign, make_act):
        make_act(campaign=campaign)
        client, url = sign_in(cast.coordinator), self.url(campaign)
        first = client.post(url)
        assert first.status_code == 409
        assert 'name="seen"' in first.text
        assert only().closed_at is None
        assert client.post(url, data={"seen": "1"}).status_code == 303
        assert only().closed_at is not None

    def test_more_missing_than_seen_warns_again(self, sign_in, cast, campaign, make_act):
        make_act(campaign=campaign), make_act(-2, campaign=campaign)
        assert sign_in(cast.coordinator).post(self.url(campaign), data={"seen": "1"}).status_code == 409

    def test_closing_twice_is_refused(self, sign_in, cast, campaign):
        client, url = sign_in(cast.coordinator), self.url(campaign)
        client.post(url)
        assert "déjà close" in client.post(url).text

    def test_a_closed_campaign_takes_no_new_slot(self, sign_in, cast, campaign):
        sign_in(cast.coordinator).post(self.url(campaign))
        assert campaign_for(date(2026, 7, 20)) is None

    def test_it_can_be_reopened(self, sign_in, cast, campaign):
        client, campaign_id = sign_in(cast.coordinator), campaign.id
        client.post(self.url(campaign))
        assert client.post(f"/campagnes/{campaign_id}/rouvrir").status_code == 303
        assert only().closed_at is None
        assert client.post(f"/campagnes/{campaign_id}/rouvrir").status_code == 409

    @pytest.mark.parametrize("who", ["treasurer", "gp", "board_member", "administrator"])
    def test_who_may_not(self, sign_in, cast, campaign, who):
        assert sign_in(getattr(cast, who)).post(self.url(campaign)).status_code == 403
