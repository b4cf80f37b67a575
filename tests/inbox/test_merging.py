"""Two files of one person made one, counted, and given back what they were."""

from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import merging
from cptsapp.inbox.actions.moves import move, why_not_move
from cptsapp.inbox.models import (
    Actor,
    Agreement,
    InboxLink,
    Outcome,
    Recipient,
    Referral,
    Request,
    RequestMerge,
    State,
    Step,
    ToldApart,
)
from cptsapp.inbox.patients import Contact, Identity, names_of, read_contact
from cptsapp.inbox.queries.duplicates import duplicates_of
from cptsapp.inbox.queries.merging import merges_of, paired
from cptsapp.inbox.queries.requests import agreed, locked
from tests.tools.factories import acting
from tests.tools.inbox import CONTACT, JEANNE, make_partner, make_request, make_seeker

PAUL = Identity("Guérineau", "Paul", date(1945, 1, 2))
LATER = Contact(phone="+33639983011", call_when="le matin")


@pytest.fixture
def pair(cast):
    """The same person twice: alone the first time, with her husband the second."""
    one = make_request(contact=CONTACT, agreements=frozenset({Recipient.DOCTORS}))
    other = make_request(
        contact=LATER,
        seekers=(make_seeker(is_pregnant=False, social_cover=True), make_seeker(who=PAUL)),
        needed_before=date(2026, 8, 1),
    )
    session.commit()
    return one.id, other.id


def get(number) -> Request:
    return session.get_one(Request, number)


def snapshot(number):
    """All of a file that a merge touches."""
    request = locked(number)
    session.expire_all()
    people = [(s.id, s.social_cover, s.long_term_illness) for s in request.seekers]
    given = select(Agreement.id, Agreement.seeker_id).order_by(Agreement.id)
    links = session.scalars(select(InboxLink.id).where(InboxLink.request_id == number)).all()
    flags = request.needed_before, request.criteria, request.priority, request.seeker_count
    contact = read_contact(request)
    return request.state, request.due_on, request.outcome, people, contact, flags, links, session.execute(given).all()


def test_the_first_received_stays_and_tells_what_joined_it(cast, pair):
    made = merging.merge(*pair, by=acting(cast.coordinator))
    kept = get(pair[0])
    assert made.kept_id == kept.id
    assert names_of(kept) == "Jeanne et Paul Guérineau"
    (line,) = merges_of(kept)
    assert line.told.startswith("1\u00a0personne reconnue, 1\u00a0personne ajoutée, 1\u00a0étape, 2\u00a0accords")


def test_the_other_is_closed_as_a_duplicate(cast, pair):
    merging.merge(*pair, by=acting(cast.coordinator))
    other = get(pair[1])
    assert (other.state, other.outcome, other.merged_into_id) == (State.CLOSED, Outcome.DUPLICATE, pair[0])


def test_what_only_the_other_said_is_kept(cast, pair):
    merging.merge(*pair, by=acting(cast.coordinator))
    kept = get(pair[0])
    assert read_contact(kept) == Contact(phone=CONTACT.phone, mail=CONTACT.mail, call_when="le matin")
    assert kept.needed_before == date(2026, 8, 1)
    assert "social_cover" in kept.criteria
    assert "urgent" in kept.criteria


def test_what_the_same_person_agreed_to_there_counts_here(cast, pair):
    merging.merge(*pair, by=acting(cast.coordinator))
    assert agreed(get(pair[0])) == set(Recipient)


def test_the_private_link_of_the_other_opens_the_one_kept(cast, pair):
    merging.merge(*pair, by=acting(cast.coordinator))
    links = session.scalars(select(InboxLink)).all()
    assert {(link.request_id, link.expires_at, link.revoked_at) for link in links} == {(pair[0], None, None)}


def test_they_are_not_proposed_again(cast, pair):
    merging.merge(*pair, by=acting(cast.coordinator))
    assert duplicates_of(get(pair[0])) == duplicates_of(get(pair[1])) == []


@pytest.mark.parametrize("state", ["received", "to_complete", "searching"])
def test_undone_both_are_what_they_were(cast, pair, state):
    move_to = {"to_complete": "ask_more", "searching": "accept"}.get(state)
    if move_to:
        move(locked(pair[1]), move_to, actor=Actor.CPTS, by=acting(cast.coordinator))
    before = [snapshot(number) for number in pair]
    merging.undo(merging.merge(*pair, by=acting(cast.coordinator)).id, by=acting(cast.coordinator))
    assert [snapshot(number) for number in pair] == before


def test_undone_the_trace_of_both_stays(cast, pair):
    merging.undo(merging.merge(*pair, by=acting(cast.coordinator)).id, by=acting(cast.coordinator))
    kinds = session.scalars(select(Step.kind).where(Step.request_id == pair[0]).order_by(Step.id)).all()
    assert kinds == ["request.received", "request.joined", "request.parted"]
    assert merges_of(get(pair[0]))[0].undone_at is not None


def test_what_was_corrected_since_stays_corrected(cast, pair):
    made = merging.merge(*pair, by=acting(cast.coordinator))
    get(pair[0]).needed_before = date(2026, 8, 9)
    merging.undo(made.id, by=acting(cast.coordinator))
    assert get(pair[0]).needed_before == date(2026, 8, 9)


def test_undoing_twice_is_refused(cast, pair):
    made = merging.merge(*pair, by=acting(cast.coordinator))
    merging.undo(made.id, by=acting(cast.coordinator))
    with pytest.raises(Refusal, match="déjà"):
        merging.undo(made.id, by=acting(cast.coordinator))


def test_merged_again_after_undoing(cast, pair):
    merging.undo(merging.merge(*pair, by=acting(cast.coordinator)).id, by=acting(cast.coordinator))
    merging.merge(*pair, by=acting(cast.coordinator))
    assert get(pair[1]).merged_into_id == pair[0]


def test_of_a_chain_the_last_link_comes_off_first(cast, pair):
    made = merging.merge(*pair, by=acting(cast.coordinator))
    earlier = make_request()
    earlier.received_at = earlier.received_at.replace(year=2025)
    session.flush()
    merging.merge(earlier.id, pair[0], by=acting(cast.coordinator))
    with pytest.raises(Refusal, match="à son tour"):
        merging.undo(made.id, by=acting(cast.coordinator))


def test_someone_who_came_and_found_a_doctor_stays(cast, pair):
    made = merging.merge(*pair, by=acting(cast.coordinator))
    get(pair[0]).seekers[-1].outcome = Outcome.FOUND
    with pytest.raises(Refusal, match="ne se défait plus"):
        merging.undo(made.id, by=acting(cast.coordinator))


def test_a_merged_file_moves_no_more(cast, pair):
    merging.merge(*pair, by=acting(cast.coordinator))
    assert "réunie" in why_not_move(get(pair[1]), "reopen")


def test_a_file_that_was_not_merged_cannot_be_parted(cast, pair):
    move(locked(pair[1]), "withdraw", actor=Actor.PERSON, by=None)
    assert "pas réunie" in why_not_move(get(pair[1]), "unmerge")


def test_a_closed_file_is_not_merged(cast, pair):
    move(locked(pair[0]), "withdraw", actor=Actor.PERSON, by=None)
    with pytest.raises(Refusal, match="close"):
        merging.merge(*pair, by=acting(cast.coordinator))


def test_a_file_with_itself_is_refused(cast, pair):
    with pytest.raises(Refusal, match="même demande"):
        merging.merge(pair[0], pair[0], by=acting(cast.coordinator))


def test_a_file_taken_for_abuse_is_refused(cast, pair):
    get(pair[1]).suspected_at = get(pair[1]).received_at
    with pytest.raises(Refusal, match="douteuses"):
        merging.merge(*pair, by=acting(cast.coordinator))


def test_the_one_a_partner_works_on_stays(cast, pair):
    to_misas(cast, pair[1])
    assert merging.merge(*pair, by=acting(cast.coordinator)).kept_id == pair[1]


def test_two_at_work_are_refused(cast, pair):
    get(pair[0]).state = get(pair[1]).state = State.PROPOSED
    with pytest.raises(Refusal, match="Proposée"):
        merging.merge(*pair, by=acting(cast.coordinator))


def test_nobody_joins_what_a_partner_reads_without_agreeing(cast):
    one = make_request()
    to_misas(cast, one.id)
    other = make_request(seekers=(make_seeker(), make_seeker(who=PAUL)), agreements=frozenset({Recipient.DOCTORS}))
    with pytest.raises(Refusal, match="la MiSAS"):
        merging.merge(one.id, other.id, by=acting(cast.coordinator))


def test_an_agreement_withdrawn_in_one_of_them_is_settled_first(cast):
    one, other = make_request(), make_request()
    given = session.scalars(select(Agreement).where(Agreement.recipient == Recipient.DAC)).first()
    given.withdrawn_at = one.received_at
    session.flush()
    with pytest.raises(Refusal, match="le DAC"):
        merging.merge(one.id, other.id, by=acting(cast.coordinator))


def to_misas(cast, number):
    request = locked(number)
    _, organisation = make_partner()
    move(request, "accept", actor=Actor.CPTS, by=acting(cast.coordinator))
    move(request, "refer_misas", actor=Actor.CPTS, by=acting(cast.coordinator))
    sent = Referral(
        request_id=number,
        recipient=Recipient.MISAS,
        organisation_id=organisation.id,
        sent_at=request.received_at,
        due_on=date(2026, 7, 27),
    )
    session.add(sent)
    session.flush()


def test_two_said_to_be_one_are_paired_whatever_their_names(cast):
    one = make_request()
    other = make_request(seekers=(make_seeker(who=Identity("Autre", "Nom", date(1960, 1, 1))),))
    same = one.seekers[0].id, other.seekers[0].id
    assert paired(one, other, same) == {same[1]: same[0]}


def test_those_told_apart_stay_two_in_one_file(cast):
    one, other = make_request(), make_request(seekers=(make_seeker(), make_seeker(who=PAUL)))
    merging.tell_apart(one.seekers[0].id, other.seekers[0].id, by=acting(cast.coordinator))
    assert paired(one, other) == {}


def test_telling_apart_twice_says_it_once(cast):
    one, other = make_request(), make_request()
    for numbers in (1, -1):
        merging.tell_apart(*(one.seekers[0].id, other.seekers[0].id)[::numbers], by=acting(cast.coordinator))
    assert session.query(ToldApart).count() == 1


def test_what_moved_holds_no_identity(cast, pair):
    merging.merge(*pair, by=acting(cast.coordinator))
    kept = str(session.query(RequestMerge).one().moved)
    for word in (JEANNE.last_name, JEANNE.first_name, "1947", CONTACT.phone, CONTACT.mail):
        assert word not in kept


@pytest.mark.database
def test_a_file_is_merged_into_one_at_a_time(cast, pair):
    merging.merge(*pair, by=acting(cast.coordinator))
    with pytest.raises(Refusal, match="déjà réunie"):
        merging.merge(*pair, by=acting(cast.coordinator))
