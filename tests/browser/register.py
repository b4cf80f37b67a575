"""A directory of the same coast, from two extracts of the past; a third one read; members; calls. All invented."""

from dataclasses import dataclass
from datetime import date, timedelta

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.demo import extract
from cptsapp.directory.models import Membership, Person, Profession
from cptsapp.imports import files
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.models import ImportKind
from cptsapp.membership.actions import settings
from cptsapp.outreach.models import CallOutcome, CallTarget
from tests.browser.scene import TODAY
from tests.tools.cast import Cast
from tests.tools.factories import acting, make_application, make_call, make_call_campaign, make_membership

PAST = (date(2024, 7, 8), extract.FIRST), (date(2025, 7, 7), extract.SECOND)
# Of a hundred professionals how many have joined by then, and stay.
JOINED = ((date(2024, 1, 1), 31), (date(2025, 1, 1), 36), (date(2025, 9, 15), 41), (date(2026, 2, 2), 47))
CALLED = (CallOutcome.INFORMED, CallOutcome.NO_ANSWER, CallOutcome.INTERESTED, CallOutcome.REFUSES)


@dataclass(frozen=True, slots=True)
class Register:
    """What a test needs to find again."""

    import_id: int
    call_campaign_id: int


def set_register(cast: Cast) -> Register:
    """Six hundred professionals, two years of members, a review that waits, a campaign under way. Commits."""
    coordinator = session.merge(cast.coordinator)
    by = acting(coordinator)
    for extract_on, edition in PAST:
        extract.read_past(extract_on, edition, by=by)
    settings.save({"target_percent": 60}, by=by)
    people = session.query(Person).filter(Person.profession != Profession.STAFF).order_by(Person.id).all()
    for number, person in enumerate(people):
        _joins(person, number * 37 % 100)
        person.verified_on = TODAY - timedelta(days=number * 53 % 430)
    make_application(last_name="Ravonel", first_name="Flore", profession=Profession.NURSE)
    campaign_id = _calls(coordinator, [person for person in people if person.profession is Profession.NURSE])
    session.commit()
    return Register(_third(by), campaign_id)


def _joins(person: Person, luck: int) -> None:
    first = next((day for day, share in JOINED if luck < share), None)
    for year in range(first.year, 2027) if first else ():
        make_membership(person, starts_on=max(first, date(year, 1, 1)), ends_on=date(year, 12, 31))


def _calls(caller: User, nurses: list[Person]) -> int:
    members = {row.person_id for row in session.query(Membership.person_id).filter(Membership.ends_on > TODAY)}
    outside = [nurse for nurse in nurses if nurse.id not in members]
    campaign = make_call_campaign(*outside, callers=(caller,), name="Infirmiers non adhérents")
    targets = session.query(CallTarget).filter_by(campaign_id=campaign.id).order_by(CallTarget.rank)
    for number, target in enumerate(targets.limit(9)):
        at = clock.now() - timedelta(minutes=6 * (9 - number))
        make_call(target, caller, CALLED[number % len(CALLED)], called_at=at)
    return campaign.id


def _third(by: CurrentUser) -> int:
    path = extract.deposit()
    assert path is not None
    kept = files.keep(path)
    on = TODAY - timedelta(days=14)
    made = lifecycle.start(ImportKind.EXTRACT, path.name, path.stat().st_size, kept, on, by)
    session.commit()
    lifecycle.read(made, clock.now())
    session.commit()
    number = made.id
    session.remove()
    return number
