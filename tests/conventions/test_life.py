"""From the drawer to the signatures: what is read is what is adopted, what is adopted is what is signed."""

from datetime import date

import pytest

from cptsapp.accounts.models import Role
from cptsapp.checklists.actions import write
from cptsapp.checklists.models import Checklist, CommitmentState, JournalEntry, Side
from cptsapp.checklists.queries import journal
from cptsapp.conventions.actions.adoption import add_minutes, adopt, redraft
from cptsapp.conventions.actions.articles import Written, add_article
from cptsapp.conventions.actions.circulation import answer, circulate, comment
from cptsapp.conventions.actions.drafting import change_lead
from cptsapp.conventions.actions.signing import Signed, cancel_signature, sign
from cptsapp.conventions.models import ConventionState, FrozenText, PartnerContact, Renewal, Signature
from cptsapp.conventions.queries.conventions import adopted_text
from cptsapp.conventions.queries.page import parties
from cptsapp.conventions.queries.texts import clauses_of, latest_text
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.outbox.models import Message
from tests.tools.convention_steps import TODAY, adopted, circulated, drafted, in_force, signed_by
from tests.tools.factories import acting, make_person, make_user
from tests.tools.files import make_file

S = ConventionState
DUE = date(2026, 8, 10)
ABOUT = Signed("Anne Pouvreau", "présidente", TODAY)


def test_circulating_freezes_the_text_and_writes_to_the_board_and_the_partner(cast):
    convention = drafted()
    partner_id = convention.parties[1].partner_id
    session.add(PartnerContact(partner_id=partner_id, name="Karine Besson", mail="karine.besson@dac.example"))
    circulate(convention.id, DUE, by=None)
    sent = {message.to_address: message.body for message in session.query(Message)}
    assert set(sent) == {"karine.besson@dac.example", cast.board_member.mail}
    assert f"/conventions/{convention.id}" in sent[cast.board_member.mail]
    assert f"/conventions/{convention.id}" not in sent["karine.besson@dac.example"]
    assert (convention.state, latest_text(convention.id).number) == (S.CIRCULATED, 1)


def test_circulated_again_with_another_day_the_same_text_keeps_its_remarks(cast):
    convention = circulated()
    circulate(convention.id, date(2026, 9, 1), by=None)
    assert session.query(FrozenText).count() == 1
    assert convention.comments_due_on == date(2026, 9, 1)


def test_a_text_taken_up_again_circulates_as_another_version(cast):
    convention = circulated()
    redraft(convention.id, by=None)
    add_article(convention.id, Written("3", "Fin", "…"), by=None)
    circulate(convention.id, DUE, by=None)
    assert latest_text(convention.id).number == 2


@pytest.mark.parametrize("day", [date(2026, 7, 19), date(2020, 1, 1)])
def test_nobody_answers_by_a_day_that_has_passed(cast, day):
    with pytest.raises(Refusal):
        circulate(drafted().id, day, by=None)


def test_a_page_read_before_a_change_circulates_nothing(cast):
    convention = drafted()
    with pytest.raises(Refusal):
        circulate(convention.id, DUE, version=convention.version - 1, by=None)


def test_remarks_are_written_on_the_text_that_circulates_and_answered_once(cast):
    convention, by = circulated(), acting(cast.board_member)
    made = comment(convention.id, "Trop court", article_number="1", by=by)
    answer(convention.id, made.id, "Allongé", by=acting(cast.coordinator))
    assert made.text_id == latest_text(convention.id).id
    with pytest.raises(Refusal):
        answer(convention.id, made.id, "Encore", by=acting(cast.coordinator))


def test_a_remark_on_an_article_that_is_not_there_or_too_late_is_refused(cast):
    convention, by = circulated(), acting(cast.board_member)
    with pytest.raises(Refusal) as refused:
        comment(convention.id, "Où ?", article_number="9", by=by)
    assert refused.value.field == "article_number"
    redraft(convention.id, by=None)
    with pytest.raises(Refusal):
        comment(convention.id, "Trop tard", by=by)


def test_the_board_adopts_the_very_text_that_was_read(cast):
    convention = adopted()
    assert convention.checksum == latest_text(convention.id).checksum
    assert (convention.state, convention.adopted_on) == (S.ADOPTED, TODAY)


def test_what_changed_since_it_was_read_is_not_adopted(cast):
    convention = circulated()
    clauses_of(convention)["1"][0].label = "Autre chose"
    session.flush()
    with pytest.raises(Refusal):
        adopt(convention.id, TODAY, by=None)
    assert convention.state is S.CIRCULATED


def test_nobody_adopts_tomorrow_nor_a_draft(cast):
    with pytest.raises(Refusal) as refused:
        adopt(circulated().id, date(2026, 7, 21), by=None)
    assert refused.value.field == "adopted_on"


def test_the_minutes_come_later(cast):
    convention = adopted()
    file = make_file(name="PV.pdf")
    add_minutes(convention.id, file.id, by=None)
    line = session.query(JournalEntry).filter_by(kind="convention.minutes").one()
    assert (convention.minutes_id, line.file_id) == (file.id, file.id)


def test_each_party_signs_and_the_last_one_puts_it_in_force(cast):
    convention = signed_by(adopted(), 0)
    assert convention.state is S.ADOPTED
    signed_by(convention, 1)
    assert convention.state is S.IN_FORCE
    assert session.get_one(Checklist, convention.checklist_id).is_live


def test_commitments_take_their_days_from_the_start(cast):
    convention = in_force()  # signed in July, it starts on 1 September
    lines = {line.label: line.due_on for found in clauses_of(convention).values() for line in found}
    assert lines == {"Ouvrir les accès": date(2026, 12, 1), "Répondre": date(2027, 3, 1)}


def test_signed_after_its_start_days_are_counted_from_the_signature(cast):
    convention = in_force(starts_on=date(2026, 1, 31))
    assert clauses_of(convention)["1"][0].due_on == date(2026, 10, 20)


def test_without_a_first_day_it_starts_with_the_last_signature(cast):
    convention = signed_by(adopted(starts_on=None, ends_on=None, renewal=Renewal.NONE), 0, 1)
    assert convention.starts_on == TODAY


def test_what_nobody_owes_is_the_leads_and_the_first_contacts(cast):
    convention = adopted()
    contact = make_person(last_name="Besson")
    session.add(PartnerContact(partner_id=convention.parties[1].partner_id, person_id=contact.id))
    change_lead(convention.id, cast.gp_person.id, by=None)
    signed_by(convention, 0, 1)
    owners = {line.side: line.owner_id for found in clauses_of(convention).values() for line in found}
    assert owners == {Side.CPTS: cast.gp_person.id, Side.PARTNER: contact.id}


def test_a_page_with_another_text_signs_nothing(cast):
    convention = adopted()
    read = convention.checksum
    redraft(convention.id, by=None)
    add_article(convention.id, Written("3", "Fin", "…"), by=None)
    circulate(convention.id, DUE, by=None)
    adopt(convention.id, TODAY, by=None)
    with pytest.raises(Refusal):
        sign(convention.id, convention.parties[0].id, ABOUT, checksum=read, file_id=make_file().id, by=None)
    assert session.query(Signature).count() == 0


def test_a_party_signs_once(cast):
    convention = signed_by(adopted(), 0)
    with pytest.raises(Refusal) as refused:
        signed_by(convention, 0)
    assert "Anne Pouvreau" in refused.value.message


@pytest.mark.parametrize("day", [date(2026, 7, 21), date(2026, 7, 19)])
def test_nobody_signs_tomorrow_nor_before_the_board(cast, day):
    convention = adopted()
    with pytest.raises(Refusal) as refused:
        signed_by(convention, 0, on=day)
    assert refused.value.field == "signed_on"


def test_another_conventions_party_does_not_sign_here(cast):
    convention = adopted()
    with pytest.raises(Invisible):
        sign(convention.id, 10_000, ABOUT, checksum=convention.checksum, file_id=make_file().id, by=None)


@pytest.mark.parametrize("starts_on", [None, date(2026, 1, 1)])
def test_a_convention_over_before_it_is_signed_is_refused(cast, starts_on):
    convention = adopted(starts_on=starts_on, ends_on=date(2026, 7, 19), renewal=Renewal.NONE)
    signed_by(convention, 0)
    with pytest.raises(Refusal):
        signed_by(convention, 1)


def test_a_signature_noted_by_mistake_stays_struck_and_may_come_again(cast):
    convention = signed_by(adopted(), 0)
    cancel_signature(convention.id, session.query(Signature).one().id, by=None)
    signed_by(convention, 0)
    row = parties(convention)[0]
    assert (row.signature is not None, len(row.cancelled)) == (True, 1)


def test_in_force_no_signature_is_taken_back(cast):
    convention = in_force()
    with pytest.raises(Refusal):
        cancel_signature(convention.id, session.query(Signature).first().id, by=None)


def test_taken_up_again_the_adoption_and_the_signatures_fall_and_stay_to_be_read(cast):
    convention = signed_by(adopted(), 0)
    redraft(convention.id, "Une erreur de date", by=None)
    assert (convention.state, convention.checksum, convention.adopted_on) == (S.DRAFT, None, None)
    assert [row.signature for row in parties(convention)] == [None, None]
    assert len(parties(convention)[0].cancelled) == 1


def test_the_signed_text_stays_as_it_was_whatever_is_written_afterwards(cast):
    convention = in_force()
    before = adopted_text(convention).content
    line = clauses_of(convention)["1"][0]
    line.label, line.state = "Tout autre", CommitmentState.DOING
    session.flush()
    assert adopted_text(convention).content == before


def test_in_force_is_told_to_the_partner(cast):
    convention = adopted()
    session.add(PartnerContact(partner_id=convention.parties[1].partner_id, name="K", mail="k@dac.example"))
    signed_by(convention, 0, 1)
    assert [m.to_address for m in session.query(Message).filter_by(kind="convention.in_force")] == ["k@dac.example"]


def test_an_officer_is_on_the_board_too(cast):
    officer = make_user(Role.OFFICER)
    circulated()
    assert officer.mail in [message.to_address for message in session.query(Message)]


def test_a_meeting_of_the_drafting_goes_to_the_journal(cast):
    convention, by = circulated(), acting(cast.coordinator)
    write(convention.checklist_id, "journal.meeting", "Vu avec le DAC", happened_on=TODAY, by=by)
    assert journal(convention.checklist_id, by).lines[0].note == "Vu avec le DAC"
