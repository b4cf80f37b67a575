"""The pages of a meeting: what each may do there, what is refused in words, the poll by private link."""

import re
from datetime import timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.care_plans.actions import links, meetings, polls
from cptsapp.care_plans.models import CircleMember, DateAnswer, DocumentAsked, MeetingDate, MeetingState, PlanMeeting
from cptsapp.care_plans.queries.polls import poll_of
from cptsapp.core.db import session
from tests.care_plans.scene_of_meetings import LINK, THURSDAY, TUESDAY, make_scene
from tests.care_plans.test_polls import CLOSES
from tests.tools.factories import acting
from tests.tools.plans import MARCEL


@pytest.fixture
def scene(cast):
    """The numbers that addresses need."""
    made = make_scene(cast)
    plan_url = f"/ppcs/2026-{made.plan.number}"
    numbers = {
        "plan": plan_url,
        "url": f"{plan_url}/reunions/{made.meeting.id}",
        "meeting": made.meeting.id,
        "doctor": made.doctor.id,
        "lead": made.lead.id,
        "other": made.other.id,
    }
    session.commit()
    return numbers


@pytest.fixture
def office(cast, sign_in):
    return sign_in(cast.coordinator)


@pytest.fixture
def asked(scene, cast):
    """Two dates put to the circle."""
    polls.propose(scene["meeting"], [TUESDAY, THURSDAY], CLOSES, by=acting(session.merge(cast.coordinator)))
    session.commit()
    return scene


@pytest.fixture
def fixed(scene, cast):
    """A date chosen."""
    meetings.fix(scene["meeting"], TUESDAY, 45, LINK, by=acting(session.merge(cast.coordinator)))
    session.commit()
    return scene


def state(scene) -> MeetingState:
    session.rollback()
    return session.get_one(PlanMeeting, scene["meeting"]).state


def dates(*rows: tuple[str, str], closes_on: str = "2026-07-24") -> dict[str, str]:
    typed = {"closes_on": closes_on}
    for number, (day, hour) in enumerate(rows):
        typed |= {f"dates-{number}-day": day, f"dates-{number}-hour": hour}
    return typed


def test_the_coordination_puts_dates_to_the_circle(scene, office):
    typed = dates(("2026-07-28", "18:00"), ("2026-07-30", "18:00"))
    assert office.post(f"{scene['url']}/dates", data=typed).status_code == 303
    assert state(scene) is MeetingState.POLLING
    page = office.get(scene["url"]).text
    assert "0\u00a0réponse sur 3 au sondage" in page
    assert "Relancer 3\u00a0personnes" in page


def test_what_is_wrong_with_dates_is_said(scene, office):
    first, second = ("2026-07-28", "18:00"), ("2026-07-30", "18:00")
    for typed, said in (
        (dates(first), "Proposez de 2 à 6 dates."),
        (dates(("2026-07-28", ""), second), "le jour et l’heure, ou ni l’un ni l’autre"),
        (dates(first, second, closes_on=""), "Donnez le jour."),
        (dates(first, first), "Deux de ces dates sont les mêmes."),
    ):
        answer = office.post(f"{scene['url']}/dates", data=typed)
        assert answer.status_code in (409, 422)
        assert said in answer.text
        assert 'value="2026-07-28"' in answer.text


def replies(scene, tuesday: str, thursday: str) -> dict[str, str]:
    found = poll_of(session.get_one(PlanMeeting, scene["meeting"])).dates
    session.rollback()
    return {f"date_{number}": tuesday if at == TUESDAY else thursday for number, at in found.items()}


def test_a_doctor_answers_signed_in(asked, cast, sign_in):
    doctor = sign_in(cast.gp)
    page = doctor.get(asked["url"]).text
    assert "Quelles dates vous conviennent" in page
    assert "Relancer" not in page  # for whoever holds the calendar
    assert doctor.post(f"{asked['url']}/reponse", data=replies(asked, "no", "yes")).status_code == 303
    assert "Ma réponse" in doctor.get(asked["url"]).text


def test_every_date_wants_a_reply(asked, cast, sign_in):
    answer = sign_in(cast.gp).post(f"{asked['url']}/reponse", data={})
    assert (answer.status_code, answer.text.count("Répondez à chaque date")) == (422, 2)


def test_the_date_that_suits_is_chosen_from_the_poll(asked, office):
    form = office.get(f"{asked['url']}/date?choisie={min(_ids())}").text
    assert 'value="2026-07-28"' in form
    typed = {"day": "2026-07-28", "hour": "18:00", "minutes": "45", "link": LINK}
    assert office.post(f"{asked['url']}/date", data=typed).status_code == 303
    assert LINK in office.get(asked["url"]).text


def _ids() -> list[int]:
    found = [number for (number,) in session.query(MeetingDate.id)]
    session.rollback()
    return found


def test_what_is_wrong_with_a_date_is_said_under_its_field(scene, office):
    fine = {"day": "2026-07-28", "hour": "18:00", "minutes": "45", "link": ""}
    wrong = {"link": ("http://visio.example", "https://"), "minutes": ("5", "Entre 10"), "hour": ("", "Donnez l’heure")}
    for name, (value, said) in wrong.items():
        answer = office.post(f"{scene['url']}/date", data={**fine, name: value})
        assert (answer.status_code, said in answer.text) == (422, True)


def test_two_who_choose_at_once_the_second_reads_what_the_first_did(fixed, office):
    typed = {"day": "2026-07-30", "hour": "18:00", "minutes": "45", "link": "", "version": "1"}
    answer = office.post(f"{fixed['url']}/date", data=typed)
    assert answer.status_code == 409
    assert "a changé pendant que vous la lisiez" in answer.text


def test_the_calendar_file_is_kept_by_whoever_reads_the_plan(fixed, cast, sign_in):
    answer = sign_in(cast.gp).get(f"{fixed['url']}/reunion.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert LINK in answer.text
    assert MARCEL.last_name not in answer.text


def test_without_a_date_there_is_no_file(scene, office):
    assert office.get(f"{scene['url']}/reunion.ics").status_code == 404


def test_who_came_is_noted_once_it_has_begun(fixed, office, set_clock):
    assert "Noter qui était là" not in office.get(fixed["url"]).text
    set_clock(TUESDAY + timedelta(hours=1))
    typed = {"held_on": "2026-07-28", "present": [str(fixed["doctor"]), str(fixed["lead"])]}
    assert office.post(f"{fixed['url']}/presences", data=typed).status_code == 303
    page = office.get(fixed["url"]).text
    assert re.search(r"Dr Hélène Renaudin, médecin traitant.: présent", page)
    assert re.search(r"Dr Sarah Benali, [^<]+: absent", page)
    assert office.post(f"{fixed['url']}/pas-tenue", data={}).status_code == 303
    assert state(fixed) is MeetingState.FIXED


def test_nobody_there_is_refused_in_words(fixed, office, set_clock):
    set_clock(TUESDAY + timedelta(hours=1))
    answer = office.post(f"{fixed['url']}/presences", data={"held_on": "2026-07-28"})
    assert answer.status_code == 409
    assert "une réunion où personne n’était" in answer.text


def test_a_day_is_moved_with_its_reason(scene, office):
    form = office.get(f"{scene['url']}/echeance").text
    assert "Rien de clinique ici" in form
    typed = {"due_on": "2026-08-20", "reason": "Congés du cercle"}
    assert office.post(f"{scene['url']}/echeance", data=typed).status_code == 303
    assert "Congés du cercle" in office.get(scene["url"]).text
    assert office.post(f"{scene['url']}/echeance", data={"due_on": "2026-08-21"}).status_code == 422


def test_one_more_meeting_is_added_then_given_up(scene, office):
    made = office.post(f"{scene['plan']}/reunions/nouvelle", data={"due_on": "2026-09-01"}).headers["Location"]
    assert office.post(f"{made}/annuler", data={}).status_code == 303
    assert "Réunion annulée" in office.get(made).text


def test_another_of_the_circle_holds_nothing(scene, cast, sign_in):
    other = sign_in(cast.other_gp)
    asked = ("dates", "date", "presences", "echeance")
    assert {other.get(f"{scene['url']}/{path}").status_code for path in asked} == {403}


def test_nobody_else_knows_that_it_exists(scene, cast, sign_in):
    others = (cast.board_member, cast.regulator, cast.secretary, cast.outsider)
    assert {sign_in(who).get(scene["url"]).status_code for who in others} <= {403, 404}


def test_a_meeting_of_another_plan_does_not_exist_here(scene, office):
    assert office.get(f"/ppcs/2026-{9999}/reunions/{scene['meeting']}").status_code == 404
    assert office.get(f"{scene['plan']}/reunions/9999").status_code == 404


def test_each_opening_is_recorded(scene, cast, sign_in):
    sign_in(cast.gp).get(scene["url"])
    sign_in(cast.gp).get(f"{scene['plan']}/documents")
    assert session.query(AuditEvent).filter_by(kind="plan.read").count() == 2


# -- by private link --------------------------------------------------------------------------------------------------


@pytest.fixture
def token(asked):
    made = links.new_link(session.get_one(CircleMember, asked["other"]))
    session.commit()
    return made


def test_by_link_the_poll_names_nobody_and_is_answered(asked, token, client):
    url = f"/ppcs/lien/{token}/dates/{asked['meeting']}"
    page = client.get(url)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert not any(word in page.text for word in (MARCEL.last_name, "M. B.", "Renaudin", "Benali", "Jolly"))
    assert client.post(url, data=replies(asked, "yes", "maybe")).status_code == 303
    assert session.query(DateAnswer).filter_by(member_id=asked["other"]).count() == 2


def test_by_link_every_date_wants_a_reply(asked, token, client):
    assert client.post(f"/ppcs/lien/{token}/dates/{asked['meeting']}", data={}).status_code == 422


def test_a_link_that_opens_nothing_and_a_poll_that_is_over_say_the_same(asked, token, client, cast):
    meetings.fix(asked["meeting"], TUESDAY, 45, LINK, by=acting(session.merge(cast.coordinator)))
    session.commit()
    over = client.get(f"/ppcs/lien/{token}/dates/{asked['meeting']}")
    unknown = client.get(f"/ppcs/lien/{'x' * 22}/dates/{asked['meeting']}")
    assert (over.status_code, over.text) == (404, unknown.text)
    assert LINK in client.get(f"/ppcs/lien/{token}/reunions/{asked['meeting']}.ics").text


def test_the_page_of_a_link_leads_to_the_poll_then_to_the_date(asked, token, client, cast):
    assert f"/ppcs/lien/{token}/dates/{asked['meeting']}" in client.get(f"/ppcs/lien/{token}").text
    meetings.fix(asked["meeting"], TUESDAY, 45, LINK, by=acting(session.merge(cast.coordinator)))
    session.commit()
    page = client.get(f"/ppcs/lien/{token}").text
    assert "Mardi 28 juillet 2026 à 18h00" in page
    assert f"/ppcs/lien/{token}/dates/" not in page


# -- documents --------------------------------------------------------------------------------------------------------


def ask(scene, office) -> int:
    typed = {"kind": "certificate", "member_id": str(scene["doctor"]), "due_on": "2026-07-24", "once": "a"}
    assert office.post(f"{scene['plan']}/documents", data=typed).status_code == 303
    number = session.query(DocumentAsked.id).scalar()
    session.rollback()
    return number


def test_a_document_is_asked_once_then_said_sent_by_the_doctor(scene, office, cast, sign_in):
    number = ask(scene, office)
    assert ask(scene, office) == number  # the same button pressed twice
    doctor = sign_in(cast.gp)
    assert "Certificat médical" in doctor.get(f"{scene['plan']}/documents").text
    assert (
        doctor.post(f"{scene['plan']}/documents/{number}/recu", data={"received_on": "2026-07-20"}).status_code == 303
    )
    assert "Reçu" in office.get(f"{scene['plan']}/documents").text
    again = doctor.post(f"{scene['plan']}/documents/{number}/recu", data={"received_on": "2026-07-20"})
    assert again.status_code == 409
    assert "déjà noté" in again.text


def test_it_is_dropped_then_awaited_again(scene, office):
    base = f"{scene['plan']}/documents/{ask(scene, office)}"
    assert office.post(f"{base}/abandonner", data={}).status_code == 303
    assert "N’est plus attendu" in office.get(f"{scene['plan']}/documents").text
    assert office.post(f"{base}/reprendre", data={}).status_code == 303


def test_what_is_missing_is_said(scene, office):
    answer = office.post(f"{scene['plan']}/documents", data={"due_on": "2026-07-24"})
    assert (answer.status_code, "Choisissez le document." in answer.text) == (422, True)


def test_the_page_of_the_plan_shows_its_calendar(fixed, office):
    page = office.get(fixed["plan"]).text
    assert "Première réunion" in page
    assert "mar. 28 juil. à 18h00" in page


def test_what_is_owed_lists_the_poll_and_leads_to_it(asked, cast, sign_in):
    page = sign_in(cast.gp).get("/mes-engagements").text
    assert "Répondre au sondage de dates" in page
    assert f'href="{asked["url"]}"' in page
