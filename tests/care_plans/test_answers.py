"""Invitations: the mail without a name, the private link, what is answered and taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cptsapp.care_plans.actions import agreements, answers, circle
from cptsapp.care_plans.actions.circle import Place
from cptsapp.care_plans.models import CircleMember, Consent, MemberRole, PlanLink
from cptsapp.care_plans.queries.calendar import asked_of
from cptsapp.care_plans.relatives import Relative
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.outbox.models import Message
from tests.conftest import MONDAY
from tests.tools.factories import acting, make_person
from tests.tools.plans import MARCEL, make_member, make_plan

AGREED = Place(MemberRole.RELATIVE, consent=Consent.PHONE)


@pytest.fixture
def office(cast):
    return acting(cast.coordinator)


@pytest.fixture
def plan(cast):
    made = make_plan(number=17)
    session.commit()
    return made


@pytest.fixture
def nurse(plan):
    """A nurse of the circle who has no account and has not answered."""
    person = make_person(last_name="Jolly", first_name="Carole", title="", mail="carole.jolly@cabinet.example")
    member = make_member(plan, person, role=MemberRole.PROFESSIONAL, accepted_at=None, invited_at=None)
    session.commit()
    return member.id


def mail():
    return session.scalars(select(Message).order_by(Message.id.desc())).first()


def token_of(message):
    return message.text.partition("/ppcs/lien/")[2].split()[0]


def state(member_id):
    session.expire_all()
    member = session.get_one(CircleMember, member_id)
    return member.accepted_at is not None, member.declined_at is not None


# -- the mail ---------------------------------------------------------------------------------------------------------


def test_without_account_the_mail_holds_a_private_link_sealed_until_it_leaves(plan, nurse, office):
    answers.invite(plan.id, nurse, by=office)
    sent = mail()
    assert sent.to_address == "carole.jolly@cabinet.example"
    assert "/ppcs/lien/" in sent.text
    assert "/ppcs/lien/" not in sent.body


def test_with_an_account_the_mail_leads_to_the_page(cast, plan, office):
    member = make_member(plan, cast.gp_person, accepted_at=None)
    invited = answers.invite(plan.id, member.id, by=office)
    assert (invited.has_account, mail().to_user_id) == (True, cast.gp.id)
    assert "/ppcs/2026-17" in mail().body


def test_mail_says_neither_name_nor_initials(plan, nurse, office):
    answers.invite(plan.id, nurse, by=office)
    told = mail().title + mail().text
    assert "PPCS 2026-017" in told
    assert not any(word in told for word in (MARCEL.last_name, MARCEL.first_name, MARCEL.initials, "1938"))


def test_a_relative_is_written_to_at_a_sealed_address(plan, office):
    relative = Relative("Odile Bretonnière", "fille", mail="odile@courriel.example")
    member = circle.add_relative(plan.id, relative, AGREED, by=office)
    answers.invite(plan.id, member.id, by=office)
    assert "odile" not in mail().to_address
    assert mail().address == "odile@courriel.example"


def test_without_any_address_nothing_leaves(plan, office):
    member = circle.add_relative(plan.id, Relative("Odile Bretonnière"), AGREED, by=office)
    assert not answers.invite(plan.id, member.id, by=office).has_mail
    assert mail() is None


def test_nobody_is_invited_without_the_agreement(cast, plan, office):
    member = make_member(plan, cast.gp_person, agreed=False)
    with pytest.raises(Refusal, match="accord"):
        answers.invite(plan.id, member.id, by=office)


# -- the link ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def link(plan, nurse, office):
    answers.invite(plan.id, nurse, by=office)
    token = token_of(mail())
    session.commit()
    return f"/ppcs/lien/{token}"


def test_link_shows_the_plan_and_nobody(client, link):
    page = client.get(link)
    assert "PPCS 2026-017" in page.text
    assert not any(word in page.text for word in (MARCEL.last_name, MARCEL.initials, "1938"))
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_accepted_then_taken_back_by_link(client, link, nurse):
    client.post(f"{link}/participer")
    assert state(nurse) == (True, False)
    client.post(f"{link}/annuler")
    assert state(nurse) == (False, False)


def test_declined_by_link(client, link, nurse):
    assert client.post(f"{link}/decliner").status_code == 303
    assert state(nurse) == (False, True)
    assert "c’est noté" in client.get(link).text


@pytest.mark.parametrize("way", ["withdrawn", "left", "closed", "expired", "unknown"])
def test_dead_link_says_nothing(client, link, plan, nurse, office, set_clock, way):
    if way == "withdrawn":
        agreements.withdraw(plan.id, nurse, by=office)
    if way == "left":
        circle.leave(plan.id, nurse, by=office)
    if way == "closed":
        from cptsapp.care_plans.actions.closing import close
        from cptsapp.care_plans.models import PlanEnd
        from cptsapp.care_plans.queries.plans import locked

        close(locked(plan.id), PlanEnd.COMPLETED, by=office)
    session.commit()
    if way == "expired":
        set_clock(MONDAY + timedelta(days=61))
    page = client.get(link if way != "unknown" else f"{link}x")
    assert page.status_code == 404
    assert "Ce lien ne sert plus" in page.text
    assert "PPCS" not in page.text


def test_links_are_kept_hashed(link):
    kept = session.scalar(select(PlanLink.token_hash))
    assert link.rpartition("/")[2].encode() not in kept


# -- answering --------------------------------------------------------------------------------------------------------


def test_signed_in_one_tap_and_its_undo(cast, plan, sign_in):
    member = make_member(plan, cast.gp_person, accepted_at=None).id
    session.commit()
    gp = sign_in(cast.gp)
    page = gp.post("/ppcs/2026-17/participer", follow_redirects=True).text
    assert state(member) == (True, False)
    assert "/ppcs/2026-17/reponse/annuler" in page
    gp.post("/ppcs/2026-17/reponse/annuler")
    assert state(member) == (False, False)


def test_an_invitation_is_in_the_list_of_whoever_has_not_answered(cast, plan, office):
    make_member(plan, cast.gp_person, accepted_at=None)
    session.commit()
    assert [(one.title, one.url) for one in asked_of(acting(cast.gp))] == [
        ("Dire si vous participez au plan", "/ppcs/2026-17")
    ]
    answers.accept(plan.id, answers.mine(plan.id, acting(cast.gp)).id, by=acting(cast.gp))
    assert asked_of(acting(cast.gp)) == []


def test_declined_the_plan_shuts(cast, plan, sign_in):
    make_member(plan, cast.gp_person, accepted_at=None)
    session.commit()
    gp = sign_in(cast.gp)
    assert gp.post("/ppcs/2026-17/decliner").headers["Location"] == "/ppcs"
    assert gp.get("/ppcs/2026-17").status_code == 404


def test_the_coordination_notes_what_was_said_on_the_phone(cast, plan, nurse, sign_in):
    office = sign_in(cast.coordinator)
    office.post(f"/ppcs/2026-17/cercle/{nurse}/reponse", data={"reponse": "oui"})
    assert state(nurse) == (True, False)
    office.post(f"/ppcs/2026-17/cercle/{nurse}/reponse", data={"reponse": "attendue"})
    assert state(nurse) == (False, False)


def test_one_of_the_circle_answers_for_nobody_else(cast, plan, nurse, sign_in):
    make_member(plan, cast.gp_person)
    session.commit()
    assert sign_in(cast.gp).post(f"/ppcs/2026-17/cercle/{nurse}/reponse", data={"reponse": "oui"}).status_code == 403
    assert state(nurse) == (False, False)


def test_whoever_is_in_no_circle_answers_nothing(cast, plan, office):
    with pytest.raises(Invisible):
        answers.mine(plan.id, acting(cast.gp))
