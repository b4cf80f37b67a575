"""The acts of the duplicate box: same person, another, undoing; and two files named by hand."""

from datetime import date

import pytest
from flask import render_template

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.models import Actor, Request, RequestMerge, State, ToldApart
from cptsapp.inbox.patients import Contact, Identity
from cptsapp.inbox.queries.merging import near_panel
from cptsapp.inbox.queries.requests import locked
from tests.tools.factories import acting, make_user
from tests.tools.inbox import make_partner, make_request, make_seeker

STRANGER = Identity("Petit", "Ada", date(1990, 1, 1))


@pytest.fixture
def two(cast):
    """Two files of one person: (reference, seeker) of each."""
    files = make_request(), make_request(contact=Contact(phone="+33639983011"))
    session.commit()
    return [(file.reference, file.seekers[0].id) for file in files]


def numbers(two):
    return {"mine": two[1][1], "theirs": two[0][1]}


def box(app, user, reference):
    """The panel as a file page draws it."""
    with app.test_request_context("/demandes"):
        file = session.query(Request).filter_by(reference=reference).one()
        return render_template("inbox/_near.html", near=near_panel(file), current_user=acting(session.merge(user)))


def test_the_least_is_shown(app, cast, two):
    shown = box(app, cast.coordinator, two[1][0])
    for word in (two[0][0], "J. G.", "1947", "Talmont-Saint-Hilaire", "… 27", "… 11", "en ligne"):
        assert word in shown
    for word in ("Guérineau", "Jeanne", "14 27", "04/03"):
        assert word not in shown


def test_nothing_to_say_draws_nothing(app, cast):
    assert box(app, cast.coordinator, make_request().reference).strip() == ""


def test_the_same_person_makes_one_file(sign_in, cast, two):
    answer = sign_in(cast.coordinator).post(f"/demandes/{two[1][0]}/meme-personne", data=numbers(two))
    assert answer.location == f"/demandes/{two[0][0]}#doublons"
    assert session.query(Request).filter_by(reference=two[1][0]).one().merged_into_id is not None


def test_what_moved_is_told_and_undone(app, sign_in, cast, two):
    client = sign_in(cast.coordinator)
    client.post(f"/demandes/{two[1][0]}/meme-personne", data=numbers(two))
    assert "1\u00a0personne reconnue, 1\u00a0étape" in box(app, cast.coordinator, two[0][0])
    made = session.query(RequestMerge).one().id
    client.post(f"/demandes/{two[0][0]}/reunions/{made}/defaire")
    assert session.query(Request).filter_by(reference=two[1][0]).one().state is State.RECEIVED
    assert "défaite le" in box(app, cast.coordinator, two[0][0])


def test_another_person_is_not_asked_about_again(app, sign_in, cast, two):
    answer = sign_in(cast.coordinator).post(f"/demandes/{two[1][0]}/autre-personne", data=numbers(two))
    assert answer.status_code == 303
    assert session.query(ToldApart).count() == 1
    assert box(app, cast.coordinator, two[1][0]).strip() == ""


def test_a_closed_file_is_opened_again_rather_than_merged(app, cast, two):
    file = session.query(Request).filter_by(reference=two[0][0]).one()
    move(locked(file.id), "withdraw", actor=Actor.PERSON, by=None)
    shown = box(app, cast.coordinator, two[1][0])
    assert "rouvrir" in shown
    assert "meme-personne" not in shown


def test_a_closed_file_asks_nothing_more(app, cast, two):
    file = session.query(Request).filter_by(reference=two[1][0]).one()
    move(locked(file.id), "withdraw", actor=Actor.PERSON, by=None)
    assert box(app, cast.coordinator, two[1][0]).strip() == ""


@pytest.mark.parametrize("typed", [{}, {"mine": "1"}, {"mine": "x", "theirs": "2"}, {"mine": "999", "theirs": "998"}])
def test_numbers_that_are_none_are_refused(sign_in, cast, two, typed):
    assert sign_in(cast.coordinator).post(f"/demandes/{two[1][0]}/meme-personne", data=typed).status_code == 404


def test_someone_of_another_file_is_not_this_one(sign_in, cast, two):
    turned = {"mine": two[0][1], "theirs": two[1][1]}
    assert sign_in(cast.coordinator).post(f"/demandes/{two[1][0]}/meme-personne", data=turned).status_code == 404


def test_a_merge_of_other_files_is_not_undone_from_here(sign_in, cast, two):
    client = sign_in(cast.coordinator)
    client.post(f"/demandes/{two[1][0]}/meme-personne", data=numbers(two))
    other = make_request(seekers=(make_seeker(who=STRANGER),)).reference
    made = session.query(RequestMerge).one().id
    session.commit()
    assert client.post(f"/demandes/{other}/reunions/{made}/defaire").status_code == 404


@pytest.mark.parametrize("act", ["meme-personne", "autre-personne", "reunir", "reunions/1/defaire"])
def test_only_the_coordination_decides(sign_in, cast, two, act):
    partner, _ = make_partner()
    for user in (partner, cast.gp, cast.board_member):
        answer = sign_in(user).post(f"/demandes/{two[1][0]}/{act}", data=numbers(two))
        assert answer.status_code == 403


# -- named by hand ----------------------------------------------------------------------------------------------------


def test_two_files_named_by_hand_are_compared_before(sign_in, cast, two):
    text = sign_in(cast.coordinator).get(f"/demandes/{two[1][0]}/reunir?avec={two[0][0]}").text
    assert "Demande gardée" in text
    assert "Même personne" in text


def test_reading_both_is_recorded(sign_in, cast, two):
    sign_in(cast.coordinator).get(f"/demandes/{two[1][0]}/reunir?avec={two[0][0]}")
    assert session.query(AuditEvent).filter_by(kind="request.opened").count() == 2


def test_they_become_one(sign_in, cast, two):
    answer = sign_in(cast.coordinator).post(f"/demandes/{two[1][0]}/reunir", data={"avec": two[0][0].lower()})
    assert answer.location == f"/demandes/{two[0][0]}#doublons"


def test_a_reference_of_nobody_says_so(sign_in, cast, two):
    assert "Aucune demande" in sign_in(cast.coordinator).get(f"/demandes/{two[0][0]}/reunir?avec=D-XXXX").text


def test_a_file_with_itself_says_why_not(sign_in, cast, two):
    assert "même demande" in sign_in(cast.coordinator).get(f"/demandes/{two[0][0]}/reunir?avec={two[0][0]}").text


def test_what_became_impossible_is_told_on_the_page(sign_in, cast, two):
    file = session.query(Request).filter_by(reference=two[0][0]).one()
    move(locked(file.id), "withdraw", actor=Actor.PERSON, by=None)
    session.commit()
    answer = sign_in(cast.coordinator).post(f"/demandes/{two[1][0]}/reunir", data={"avec": two[0][0]})
    assert answer.status_code == 409
    assert "close" in answer.text


def test_an_assistant_may_too(sign_in, cast, two):
    assistant = make_user(Role.ASSISTANT, display_name="Maxime Roy")
    assert sign_in(assistant).post(f"/demandes/{two[1][0]}/meme-personne", data=numbers(two)).status_code == 303


def test_the_page_of_a_file_asks(sign_in, cast, two):
    text = sign_in(cast.coordinator).get(f"/demandes/{two[1][0]}").text
    assert "Peut-être la même personne" in text
