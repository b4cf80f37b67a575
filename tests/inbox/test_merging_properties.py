"""Whatever two households hold, made one nobody is lost nor twice there; parted again, both are what they were."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.inbox.actions import merging
from cptsapp.inbox.models import Agreement, InboxLink, Recipient, Request, Step
from cptsapp.inbox.patients import Contact, Identity, read_contact, read_seeker
from cptsapp.inbox.queries.requests import locked
from tests.tools.factories import acting
from tests.tools.inbox import make_request, make_seeker

FAMILY = (
    Identity("Guérineau", "Jeanne", date(1947, 3, 4)),
    Identity("Guérineau", "Paul", date(1945, 1, 2)),
    Identity("Ndiaye", "Léa", date(2019, 5, 6)),
    Identity("Ndiaye", "Léo", date(2019, 5, 6)),
    Identity("Merlet", "Odile", date(1952, 7, 8)),
)
people = st.lists(st.sampled_from(FAMILY), min_size=1, max_size=4, unique=True)
ticks = st.booleans()
contacts = st.builds(
    Contact,
    phone=st.just("+33639981427"),
    mail=st.sampled_from(["", "a@courriel.example"]),
    call_when=st.sampled_from(["", "le matin"]),
    address=st.sampled_from(["", "2, rue du Port"]),
)


@st.composite
def files(draw):
    """What a file is made of."""
    household = tuple(
        make_seeker(who=who, long_term_illness=draw(ticks), social_cover=draw(ticks)) for who in draw(people)
    )
    return {
        "seekers": household,
        "contact": draw(contacts),
        "agreements": draw(st.frozensets(st.sampled_from(Recipient))),
        "difficulties": draw(st.frozensets(st.sampled_from(["medical", "social", "coordination"]))),
        "needed_before": draw(st.sampled_from([None, date(2026, 8, 1), date(2026, 9, 1)])),
    }


def told(number: int) -> tuple[object, ...]:
    """All of a file that a merge touches."""
    session.expire_all()
    file = locked(number)
    seekers = [(one.id, read_seeker(one), one.long_term_illness, one.social_cover) for one in file.seekers]
    ids = [one.id for one in file.seekers]
    given = select(Agreement.id, Agreement.seeker_id).where(Agreement.seeker_id.in_(ids)).order_by(Agreement.id)
    links = select(InboxLink.id).where(InboxLink.request_id == number).order_by(InboxLink.id)
    difficulties = file.medical_difficulty, file.social_difficulty, file.coordination_difficulty
    return (
        (file.state, file.outcome, file.due_on, file.needed_before, difficulties),
        (seekers, file.seeker_count, file.criteria, file.priority),
        (read_contact(file), session.execute(given).all(), session.scalars(links).all()),
    )


def names(number: int) -> list[str]:
    return sorted(who.full_name for one in session.get_one(Request, number).seekers if (who := read_seeker(one)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=files(), other=files())
def test_nobody_is_lost_nor_twice_and_undoing_gives_all_back(cast, one, other):
    by = acting(cast.coordinator)
    numbers = [make_request(**one).id, make_request(**other).id]
    before, there = [told(number) for number in numbers], [set(names(number)) for number in numbers]
    steps = session.query(Step).count()
    made = merging.merge(*numbers, by=by)
    assert names(made.kept_id) == sorted(there[0] | there[1])
    assert session.query(Step).filter_by(request_id=made.merged_id).count() == 1
    assert session.query(Step).count() == steps + 2
    merging.undo(made.id, by=by)
    assert [told(number) for number in numbers] == before
