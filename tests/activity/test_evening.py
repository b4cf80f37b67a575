"""/mes-creneaux/soir: who is still to note, one tap each, the undo, for a secretary too."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Booking, BookingIdentity, BookingState
from tests.tools.factories import make_delegation

URL = "/mes-creneaux/soir"
HTMX = {"HX-Request": "true"}


def note(client, booking_id, venue="honoured", **more):
    return client.post(f"{URL}/{booking_id}", data={"venue": venue}, **more)


def test_past_patients_are_listed_by_day_with_name_year_and_reference(sign_in, cast, make_act):
    today, before = make_act(-1), make_act(-25, name="Rousseau", year=1988)
    references = [today.reference, before.reference]
    page = sign_in(cast.gp).get(URL).text
    assert "2 patients à renseigner" in page.replace("\u00a0", " ")
    assert page.index("dimanche 19 juillet") < page.index("Rousseau") < page.index("lundi 20 juillet")
    assert page.index("lundi 20 juillet") < page.index("Guérineau")
    assert all(reference in page for reference in references)


def test_a_patient_to_come_is_not_listed(sign_in, cast, make_act):
    make_act(+1)
    assert "Aucun patient à renseigner" in sign_in(cast.gp).get(URL).text


def test_nothing_to_note_says_when_patients_appear(sign_in, cast):
    assert "dès l’heure de leur rendez-vous" in sign_in(cast.gp).get(URL).text


@pytest.mark.parametrize(("venue", "word"), [("honoured", "venu"), ("no_show", "absent"), ("cancelled", "annulé")])
def test_one_tap_notes_and_the_toast_says_it(sign_in, cast, make_act, venue, word):
    booking_id = make_act().id
    client = sign_in(cast.gp)
    page = client.post(f"{URL}/{booking_id}", data={"venue": venue}, follow_redirects=True).text
    assert session.get(Booking, booking_id).state == venue
    assert f"Guérineau\u00a0: {word}" in page


def test_htmx_swaps_the_list_in_place(sign_in, cast, make_act):
    booking_id = make_act().id
    client = sign_in(cast.gp)
    response = note(client, booking_id, headers=HTMX)
    assert response.status_code == 200
    assert "<html" not in response.text
    assert 'id="soir"' in response.text
    assert "Déjà renseigné" in response.text


def test_the_toast_s_undo_makes_the_patient_wait_again(sign_in, cast, make_act):
    booking_id = make_act().id
    client = sign_in(cast.gp)
    page = note(client, booking_id, follow_redirects=True).text
    assert 'name="venue" value="booked"' in page
    note(client, booking_id, "booked")
    assert session.get(Booking, booking_id).state is BookingState.BOOKED


def test_what_was_noted_can_be_corrected(sign_in, cast, make_act):
    booking_id = make_act(state=BookingState.HONOURED, outcome_at=clock.now()).id
    client = sign_in(cast.gp)
    assert f"corriger={booking_id}" in client.get(URL).text
    assert 'value="no_show"' in client.get(f"{URL}?corriger={booking_id}").text


def test_what_was_noted_long_ago_leaves_the_page(sign_in, cast, make_act):
    make_act(-24 * 9, state=BookingState.HONOURED, outcome_at=clock.now() - timedelta(days=8))
    assert "Guérineau" not in sign_in(cast.gp).get(URL).text


def test_an_erased_identity_leaves_the_reference(sign_in, cast, make_act):
    reference = make_act().reference
    session.query(BookingIdentity).delete()
    session.commit()
    page = sign_in(cast.gp).get(URL).text
    assert f"Réf. {reference}" in page
    assert "identité effacée" in page


def test_the_pay_is_that_of_the_campaign_not_of_the_law(sign_in, cast, campaign, make_act):
    make_act(campaign=campaign)
    assert "15\u00a0€ selon votre campagne" in sign_in(cast.gp).get(URL).text


def test_a_refusal_is_said_in_the_page(sign_in, cast, campaign, make_act):
    booking_id = make_act(campaign=campaign).id
    campaign.closed_at = clock.now()
    session.commit()
    response = note(sign_in(cast.gp), booking_id)
    assert response.status_code == 409
    assert "campagne est close" in response.text
    assert session.get(Booking, booking_id).state is BookingState.BOOKED


def test_an_unknown_word_is_refused(sign_in, cast, make_act):
    booking_id = make_act().id
    assert note(sign_in(cast.gp), booking_id, "vu").status_code == 409
    assert session.get(Booking, booking_id).state is BookingState.BOOKED


@pytest.mark.parametrize(
    ("who", "status"),
    [("other_gp", 404), ("secretary", 303), ("regulator", 403), ("coordinator", 404), ("outsider", 403)],
)
def test_who_may_note(sign_in, cast, make_act, who, status):
    booking_id = make_act().id
    assert note(sign_in(getattr(cast, who)), booking_id).status_code == status


def test_nobody_signed_in_is_asked_to_sign_in(client, cast):
    assert client.get(URL).status_code == 401


def test_a_forged_number_is_not_found(sign_in, cast):
    assert note(sign_in(cast.gp), 999_999).status_code == 404


class TestSecretary:
    def test_patients_of_all_they_assist_are_named_by_practitioner(self, sign_in, cast, make_act):
        assistant = cast.secretary.person_id
        make_act(), make_act(practice=cast.other_gp_practice, name="Rousseau")
        delegate(cast, assistant)
        page = sign_in(cast.secretary).get(URL).text
        assert "Guérineau" in page
        assert "Rousseau" in page
        assert "Dr Sarah Benali" in page

    def test_pour_keeps_one_practitioner(self, sign_in, cast, make_act):
        other = cast.other_gp_person.id
        make_act(), make_act(practice=cast.other_gp_practice, name="Rousseau")
        delegate(cast, cast.secretary.person_id)
        page = sign_in(cast.secretary).get(f"{URL}?pour={other}").text
        assert "Rousseau" in page
        assert "Guérineau" not in page

    def test_pour_another_is_not_found(self, sign_in, cast):
        other = cast.other_gp_person.id
        assert sign_in(cast.secretary).get(f"{URL}?pour={other}").status_code == 404


def delegate(cast, assistant_id):
    from cptsapp.directory.models import Person

    make_delegation(session.get(Person, assistant_id), session.merge(cast.other_gp_person))
    session.commit()


class TestReminderNotice:
    def test_the_fragment_is_the_callout(self, sign_in, cast, make_act):
        make_act(), make_act(-2)
        body = sign_in(cast.gp).get(f"{URL}/rappel", headers=HTMX).text
        assert "<html" not in body
        assert "2\u00a0patients à renseigner" in body

    def test_it_is_empty_without_anyone_to_note(self, sign_in, cast):
        assert sign_in(cast.gp).get(f"{URL}/rappel", headers=HTMX).text.strip() == ""

    def test_it_is_a_page_too(self, sign_in, cast, make_act):
        make_act()
        assert "<html" in sign_in(cast.gp).get(f"{URL}/rappel").text


class TestQueries:
    def count(self, client) -> int:
        from sqlalchemy import event

        from cptsapp.core.db import db

        seen = []
        listener = lambda *args: seen.append(args[2])
        event.listen(db.engine, "before_cursor_execute", listener)
        client.get(URL)
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    def test_ten_patients_cost_as_many_statements_as_one(self, sign_in, cast, make_act):
        make_act()
        client = sign_in(cast.gp)
        client.get(URL)
        one = self.count(client)
        for hours in range(2, 11):
            make_act(-hours)
        assert self.count(client) == one
