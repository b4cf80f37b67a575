"""What is kept of persons goes: after the months set, at once on request; what is counted stays (§7)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from cptsapp.accounts.actions import drafts
from cptsapp.accounts.models import Draft
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock, erasures
from cptsapp.core.db import db, session
from cptsapp.core.erasures import Erased
from cptsapp.core.refusals import Invisible
from cptsapp.core.seal import ring
from cptsapp.inbox.actions import forgetting, inactive, moves, retention, rights
from cptsapp.inbox.actions.breaks import BreakReport, document
from cptsapp.inbox.actions.links import opened
from cptsapp.inbox.actions.merging import merge
from cptsapp.inbox.actions.proposals import propose
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.actions.triage import withdraw
from cptsapp.inbox.models import (
    Actor,
    AgeBand,
    BreakCause,
    DoctorProposal,
    InboxLink,
    InboxSettings,
    IntakeDraft,
    LinkPurpose,
    Offer,
    Outcome,
    Pathway,
    ProposalState,
    Request,
    RightAsked,
    RightKind,
    SearchAnswer,
    SearchQuestion,
    Seeker,
    State,
    Step,
)
from cptsapp.inbox.patients import Contact, Identity, names_of, read_contact
from cptsapp.inbox.queries.duplicates import near
from cptsapp.inbox.queries.settings import defaults
from cptsapp.outbox.models import Message, MessageState
from tests.tools.factories import acting
from tests.tools.inbox import CONTACT, JEANNE, make_intake, make_offer, make_partner, make_request, make_seeker
from tests.tools.marks import MAIL, NAME, PHONE, files_under, found_in, rows_of_every_table

FIRST, LAST = NAME.split()
MARKED = Identity(LAST, FIRST, date(1951, 5, 6))
MARKED_CONTACT = Contact(phone="+33" + PHONE.replace(" ", "")[1:], mail=MAIL, address=f"chez {NAME}")
YEAR_ON = datetime(2027, 7, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def closed(cast):
    """A file withdrawn on 20 July 2026; its number."""
    made = make_request("searching")
    withdraw(made.id, by=None)
    session.commit()
    return made.id


@pytest.fixture
def marked(cast):
    """A file of a marked person, searched for with a doctor asked, a note, a right, a draft; its number and token."""
    intake = make_intake(seekers=(make_seeker(who=MARKED),), contact=MARKED_CONTACT)
    made, token = receive(intake, by=None)
    moves.move(made, "accept", actor=Actor.CPTS, by=None, note=f"Appeler {NAME}")
    session.commit()
    return made.id, token


def file(number: int) -> Request:
    return session.get_one(Request, number)


# -- when -------------------------------------------------------------------------------------------------------------


def test_a_file_is_anonymised_twelve_months_after_closing_and_not_before(closed):
    assert retention.anonymise_due(datetime(2027, 7, 19, 12, 0, tzinfo=UTC)) == 0
    assert retention.anonymise_due(YEAR_ON) == 1
    assert file(closed).anonymised_at is not None


def test_the_months_are_a_setting(closed):
    kept = defaults()
    kept.retention_months = 24
    session.add(InboxSettings(**{c.name: getattr(kept, c.name) for c in InboxSettings.__table__.columns}))
    session.commit()
    assert retention.anonymise_due(YEAR_ON) == 0
    assert retention.anonymise_due(datetime(2028, 7, 21, 12, 0, tzinfo=UTC)) == 1


def test_an_open_file_is_kept(cast):
    make_request("searching")
    assert retention.anonymise_due(YEAR_ON) == 0


def test_a_file_whose_person_waits_for_an_answer_is_left_alone(closed, cast):
    asked = rights.ask(file(closed), RightKind.ACCESS, by=None)
    assert retention.anonymise_due(YEAR_ON) == 0
    rights.answer(asked.id, "handed", by=acting(cast.coordinator))
    assert retention.anonymise_due(YEAR_ON) == 1


def test_a_second_pass_has_nothing_to_do(closed):
    retention.anonymise_due(YEAR_ON)
    assert retention.anonymise_due(YEAR_ON) == 0


def test_an_open_file_is_not_anonymised_by_mistake(cast):
    with pytest.raises(ValueError, match="closed"):
        retention.anonymise(make_request(), because=retention.DUE, by=None)


# -- what -------------------------------------------------------------------------------------------------------------


def test_everything_sealed_is_blank_and_no_index_is_left(closed):
    add_step(file(closed), "request.note", actor=Actor.CPTS, note="Très bavarde")
    retention.anonymise_due(YEAR_ON)
    found, [seeker] = file(closed), file(closed).seekers
    assert [found.details, found.phone_index, found.asker_phone_index] == [None] * 3
    assert [seeker.name, seeker.birth_date, seeker.whole_index, seeker.last_index] == [None] * 4
    assert [seeker.first_index, seeker.year_index, seeker.doctor_name] == [None] * 3
    assert set(session.scalars(select(Step.note))) == {None}


def test_it_reads_anonymised(closed):
    retention.anonymise_due(YEAR_ON)
    assert names_of(file(closed)) == "anonymisée"
    assert read_contact(file(closed)) == Contact()


def test_what_is_counted_stays(closed):
    before = (file(closed).commune_code, file(closed).reason, file(closed).criteria, file(closed).outcome)
    retention.anonymise_due(YEAR_ON)
    found = file(closed)
    assert (found.commune_code, found.reason, found.criteria, found.outcome) == before
    assert (found.seekers[0].age_band, found.seekers[0].long_term_illness) == (AgeBand.FROM_71, True)


def test_it_does_not_open_again(closed):
    retention.anonymise_due(YEAR_ON)
    assert moves.why_not_move(file(closed), "reopen") == moves.ANONYMISED


def test_the_trail_and_the_steps_say_it(closed):
    retention.anonymise_due(YEAR_ON)
    event = session.query(AuditEvent).filter_by(kind="request.anonymised").one()
    assert (event.user_id, event.data) == (None, {"because": "retention"})
    assert session.query(Step.actor).filter_by(kind="request.anonymised").scalar() is Actor.CLOCK


def test_an_override_keeps_its_figure_and_loses_its_words(closed):
    found = file(closed)
    found.priority_override, found.override_reason = 90, f"{NAME} est une amie"
    session.flush()
    retention.anonymise_due(YEAR_ON)
    assert (file(closed).priority_override, file(closed).override_reason) == (90, "anonymisée")


def test_the_twin_of_an_anonymised_file_is_not_found(closed):
    assert near([JEANNE], [CONTACT.phone])
    retention.anonymise_due(YEAR_ON)
    assert near([JEANNE], [CONTACT.phone]) == []


def test_whom_a_question_was_about_goes_with_them(closed):
    question = _question(file(closed).seekers[0].whole_index)
    retention.anonymise_due(YEAR_ON)
    session.refresh(question)
    assert (question.who, question.whole_index, question.answer) == (None, None, SearchAnswer.YES)


def test_an_old_question_about_nobody_known_is_blanked_too(cast):
    question = _question(b"nobody's")
    assert retention.forget_questions(clock.now() + timedelta(days=365)) == 0
    assert retention.forget_questions(clock.now() + timedelta(days=367)) == 1
    session.refresh(question)
    assert (question.who, question.whole_index) == (None, None)


def test_the_note_of_a_break_about_no_file_goes_after_the_months_and_its_facts_stay(cast):
    report = BreakReport(BreakCause.ISOLATION, Pathway.ELDERLY, date(2026, 7, 1), f"{NAME} vit seule", "85288")
    found = document(report, request=None, by=acting(cast.coordinator))
    assert retention.forget_old(datetime(2027, 7, 19, 12, 0, tzinfo=UTC)) == 0
    assert retention.forget_old(YEAR_ON) == 1
    session.refresh(found)
    assert (found.note, found.cause, found.commune_code) == (None, BreakCause.ISOLATION, "85288")


def _question(index: bytes | None) -> SearchQuestion:
    user, organisation = make_partner()
    seal_id = uuid4()
    made = SearchQuestion(
        seal_id=seal_id,
        who=ring().seal("J. G., 1947", seal_id, "who"),
        whole_index=index,
        asked_at=clock.now(),
        user_id=user.id,
        organisation_id=organisation.id,
        answer=SearchAnswer.YES,
    )
    session.add(made)
    session.flush()
    return made


# -- at once ----------------------------------------------------------------------------------------------------------


def test_an_erasure_closes_what_is_open_and_gives_the_places_back(cast, marked):
    number, _token = marked
    offer = make_offer(cast.gp_person).id
    propose(file(number), [cast.gp_person.id], by=acting(cast.coordinator))
    retention.erase(number, by=acting(cast.coordinator))
    found = file(number)
    assert (found.state, found.outcome) == (State.CLOSED, Outcome.WITHDRAWN)
    assert session.get_one(Offer, offer).pending == 0
    assert session.query(DoctorProposal.state).scalar() is ProposalState.CANCELLED


def test_the_word_to_a_doctor_who_was_asked_still_leaves(cast, marked):
    number, _token = marked
    make_offer(cast.gp_person)
    propose(file(number), [cast.gp_person.id], by=acting(cast.coordinator))
    session.query(Message).filter_by(kind="request.proposal").update({"state": MessageState.SENT})
    retention.erase(number, by=acting(cast.coordinator))
    [left] = session.query(Message).filter_by(kind="request.proposal_over").all()
    assert (left.state, left.to_address) == (MessageState.WAITING, "helene.renaudin@cpts.example")


def test_an_erasure_ends_the_links(marked):
    number, token = marked
    retention.erase(number, by=None)
    with pytest.raises(Invisible):
        opened(token, LinkPurpose.PERSON)
    assert session.query(InboxLink).filter(InboxLink.revoked_at.is_(None)).count() == 0


def test_an_erasure_answers_the_right_that_waits(cast, marked):
    number, _token = marked
    rights.ask(file(number), RightKind.ERASURE, f"Je suis {NAME}", by=None)
    retention.erase(number, by=acting(cast.coordinator))
    found = session.query(RightAsked).one()
    assert (found.answer, found.note, found.done_at is not None) == ("erased", None, True)


def test_erased_twice_nothing_happens(marked):
    number, _token = marked
    retention.erase(number, by=None)
    retention.erase(number, by=None)
    assert session.query(Step).filter_by(kind="request.anonymised").count() == 1


def test_files_made_one_are_erased_together(cast, marked):
    number, _token = marked
    other = receive(make_intake(seekers=(make_seeker(who=MARKED),), contact=MARKED_CONTACT), by=None)[0].id
    made = merge(number, other, by=acting(cast.coordinator))
    retention.erase(made.merged_id, by=acting(cast.coordinator))
    assert {file(number).anonymised_at, file(other).anonymised_at} == {clock.now()}
    assert session.query(func.count()).select_from(Seeker).filter(Seeker.name.is_not(None)).scalar() == 0


def test_texts_begun_about_the_person_go_and_others_stay(cast, marked):
    number, _token = marked
    _draft(cast.coordinator.id, f'{{"answers": {{"last_name": ["{LAST.upper()}"], "first_name": ["{FIRST}"]}}}}')
    other = _draft(cast.coordinator.id, '{"answers": {"last_name": ["Dupré"]}}').id
    drafts.keep(cast.regulator.id, "/creneaux/1", [("name", NAME)])
    drafts.keep(cast.regulator.id, "/creneaux/1", [("name", "Odile Merlet")])
    retention.erase(number, by=None)
    assert list(session.scalars(select(IntakeDraft.id))) == [other]
    assert session.query(Draft).count() == 1


def _draft(user_id: int, content: str) -> IntakeDraft:
    seal_id, now = uuid4(), clock.now()
    made = IntakeDraft(
        seal_id=seal_id,
        reference=f"D-{seal_id.hex[:8]}",
        user_id=user_id,
        content=ring().seal(content, seal_id, "content"),
        started_at=now,
        saved_at=now,
    )
    session.add(made)
    session.flush()
    return made


def test_what_is_erased_is_gone_from_database_log_and_mails(cast, marked, instance):
    """Neither seals nor mails are left, not even sealed: there is nothing that the keys could open."""
    number, by = marked[0], acting(cast.coordinator)
    session.commit()
    before = _sealed_values(number)
    assert MAIL in [mail.address for mail in session.query(Message)]
    session.remove()
    retention.erase(number, by=by)
    session.commit()
    forgetting.finish()
    session.remove()
    places = [*rows_of_every_table(), *files_under(instance, but=("keys.json", "secret.key"))]
    session.remove()
    assert not found_in(places)
    assert len(before) >= 6
    assert [name for name, content in places if any(value in content for value in before)] == []


def _sealed_values(number: int) -> list[bytes]:
    """What is sealed of a file, as it stands in the database and in its log; the seals of its mails too."""
    found, [seeker] = file(number), file(number).seekers
    notes = session.scalars(select(Step.note).where(Step.request_id == number, Step.note.is_not(None))).all()
    mails = [mail.to_address.encode() for mail in session.query(Message)]
    return [found.details, seeker.name, seeker.birth_date, seeker.whole_index, found.phone_index, *notes, *mails]


@pytest.mark.database
def test_what_is_erased_is_gone_from_search_lists_and_pages(cast, marked, sign_in):
    number, by = marked[0], acting(cast.coordinator)
    reference, client = file(number).reference, sign_in(cast.coordinator)
    assert FIRST in client.post("/demandes/chercher", data={"q": LAST}, follow_redirects=True).text
    retention.erase(number, by=by)
    session.commit()
    assert FIRST not in client.post("/demandes/chercher", data={"q": LAST}, follow_redirects=True).text
    for address in ("/demandes?file=closes", f"/demandes/{reference}", "/demandes/droits?etat=repondus", "/journal"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert not found_in([(address, answer.data)]), address


# -- the file outside the database ------------------------------------------------------------------------------------


def test_an_erasure_is_written_outside_the_database(marked):
    number, _token = marked
    seal_id = file(number).seal_id
    retention.erase(number, by=None)
    session.commit()
    assert retention.note_erasures() == 1
    assert erasures.read() == [Erased("request", seal_id)]


def test_it_is_written_once(marked):
    retention.erase(marked[0], by=None)
    session.commit()
    retention.note_erasures()
    assert retention.note_erasures() == 0
    assert len(erasures.path().read_text().splitlines()) == 1


def test_what_was_rolled_back_is_not_written(marked):
    retention.erase(marked[0], by=None)
    session.rollback()
    assert retention.note_erasures() == 0
    assert not erasures.path().exists()


def test_the_file_is_for_its_owner_alone_and_tells_nothing(marked):
    retention.erase(marked[0], by=None)
    session.commit()
    retention.note_erasures()
    assert erasures.path().stat().st_mode & 0o777 == 0o600
    assert not found_in([("erasures", erasures.path().read_bytes())])


def test_a_line_cut_short_is_passed_over_and_the_next_begins_afresh(app):
    erasures.append([Erased("request", uuid4())], clock.now())
    with erasures.path().open("a") as kept:
        kept.write('{"at": "2026-07-2')
    other = Erased("request", uuid4())
    assert erasures.append([other], clock.now()) == 1
    assert erasures.read()[-1] == other
    assert len(erasures.read()) == 2


def test_files_that_came_back_are_erased_again(marked):
    number, _token = marked
    lines = [Erased("request", file(number).seal_id), Erased("request", uuid4()), Erased("other", uuid4())]
    assert retention.erase_again(lines) == 1
    assert (file(number).anonymised_at, file(number).state) == (clock.now(), State.CLOSED)
    assert retention.erase_again(lines) == 0


def test_the_log_of_the_database_is_emptied(app, cast, instance):
    make_request()
    session.commit()
    if db.engine.dialect.name == "sqlite":
        assert (instance / "cptsapp.sqlite-wal").stat().st_size > 0
    forgetting.keep_up(clock.now())
    left = instance / "cptsapp.sqlite-wal"
    assert not left.exists() or left.stat().st_size == 0


# -- files that sleep -------------------------------------------------------------------------------------------------


def test_files_that_sleep_for_six_months_are_told_once_a_week(cast, set_clock):
    make_request("searching")
    session.commit()
    assert inactive.alert(clock.now() + timedelta(days=180)) == 0
    later = datetime(2027, 1, 25, 9, 0, tzinfo=UTC)
    assert (inactive.alert(later), inactive.alert(later + timedelta(days=2))) == (1, 0)
    assert inactive.alert(later + timedelta(days=7)) == 1
    mail = session.query(Message).filter_by(kind="requests.inactive").first()
    assert (mail.to_address, mail.title) == (cast.coordinator.mail, "1\u00a0demande sans activité depuis 6 mois")


def test_a_closed_or_doubtful_file_is_not_told(cast, closed):
    make_request().suspected_at = clock.now()
    session.flush()
    assert inactive.inactive_count(YEAR_ON) == 0
