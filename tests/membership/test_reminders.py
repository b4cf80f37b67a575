"""The reminder before the end: once, not to who left, renewed, or has no mail; and the texts members accept."""

from datetime import date, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.membership.actions.reminders import BATCH, remind_due
from cptsapp.membership.actions.settings import save
from cptsapp.membership.actions.texts import note_acceptance, publish
from cptsapp.membership.models import MembershipReminder, TextKind
from cptsapp.membership.queries.texts import accepted_by, current_texts, versions
from cptsapp.membership.rules.members import organisation, person
from cptsapp.outbox.models import Message
from tests.tools.factories import acting, make_membership, make_organisation, make_person

TODAY = date(2026, 7, 20)
SOON = TODAY + timedelta(days=30)


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


def ending(on=SOON, whose=None, **values):
    whose = whose or make_person(mail="membre@cpts.example")
    return make_membership(whose, starts_on=date(2025, 9, 1), ends_on=on, **values)


def remind() -> int:
    return remind_due(clock.now())


@pytest.mark.database
def test_a_reminder_leaves_thirty_days_before_and_only_once(by):
    held = ending()
    assert (remind(), remind()) == (1, 0)
    message = session.query(Message).one()
    assert message.to_address == "membre@cpts.example"
    assert "19 août 2026" in message.title
    assert session.query(MembershipReminder).one().membership_id == held.id


@pytest.mark.parametrize("on", [SOON + timedelta(days=1), TODAY - timedelta(days=1)])
def test_neither_too_early_nor_after_the_end(by, on):
    ending(on)
    assert remind() == 0


def test_the_number_of_days_is_a_setting(by):
    save({"reminder_days": 60}, by=by)
    ending(TODAY + timedelta(days=60))
    assert remind() == 1


def test_who_left_is_left_in_peace(by):
    ending(left_on=TODAY)
    assert remind() == 0


def test_who_has_renewed_is_left_in_peace(by):
    whose = make_person(mail="membre@cpts.example")
    ending(whose=whose)
    make_membership(whose, starts_on=SOON + timedelta(days=1), ends_on=date(2027, 8, 19))
    assert remind() == 0


def test_without_a_mail_nothing_leaves_and_nothing_is_noted(by):
    ending(whose=make_person())
    assert remind() == 0
    assert session.query(MembershipReminder).count() == 0


def test_who_asked_to_be_kept_out_is_left_in_peace(by):
    ending(whose=make_person(mail="membre@cpts.example", objected_on=TODAY))
    assert remind() == 0


def test_a_merged_sheet_is_written_to_at_the_address_of_the_other(by):
    kept = make_person(mail="nouveau@cpts.example")
    ending(whose=make_person(mail="ancien@cpts.example", merged_into_id=kept.id))
    assert remind() == 1
    assert session.query(Message).one().to_address == "nouveau@cpts.example"


def test_a_structure_is_reminded_too(by):
    house = make_organisation(mail="dunes@cpts.example")
    make_membership(organisation=house, starts_on=date(2025, 9, 1), ends_on=SOON)
    assert remind() == 1


def test_a_whole_territory_is_reminded_in_several_turns(by):
    for number in range(BATCH + 5):
        ending(whose=make_person(mail=f"membre{number}@cpts.example"))
    assert (remind(), remind(), remind()) == (BATCH, 5, 0)


def test_before_the_first_visit_nobody_is_reminded(app):
    assert remind() == 0


# -- texts ------------------------------------------------------------------------------------------------------------


def charter(by, body="Un.", after=0):
    return publish(TextKind.CHARTER, body, after_version=after, by=by)


def test_a_version_follows_the_other_and_replaces_none(by):
    charter(by)
    charter(by, "Deux.", 1)
    assert [(text.version, text.body) for text, _ in versions(TextKind.CHARTER)] == [(2, "Deux."), (1, "Un.")]
    assert [text.version for text in current_texts()] == [2]


@pytest.mark.database
def test_nobody_publishes_over_a_version_they_have_not_read(by):
    charter(by)
    with pytest.raises(Refusal, match="La version 1 vient d’être publiée"):
        charter(by, "Autre.", 0)


def test_an_agreement_is_noted_once(by):
    text, someone = charter(by), make_person(last_name="Le Goff", first_name="Inès", title="Mme")
    assert note_acceptance(person(someone.id), [text], by=by) == 1
    assert note_acceptance(person(someone.id), [text], by=by) == 0
    assert accepted_by(by, text) == [(f"p{someone.id}", "Mme Inès Le Goff", TODAY)]


def test_an_agreement_of_a_merged_sheet_is_the_other_s(by):
    text, kept = charter(by), make_person()
    note_acceptance(person(make_person(merged_into_id=kept.id).id), [text], by=by)
    assert note_acceptance(person(kept.id), [text], by=by) == 0
    assert [key for key, _, _ in accepted_by(by, text)] == [f"p{kept.id}"]


def test_a_structure_agrees_too(by):
    text, house = charter(by), make_organisation()
    note_acceptance(organisation(house.id), [text], by=by)
    assert [(found.version, count) for found, count in versions(TextKind.CHARTER)] == [(1, 1)]
    assert accepted_by(by, text)[0][1] == house.name
