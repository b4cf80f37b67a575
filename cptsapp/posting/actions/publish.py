"""Publishing one slot, a plage, or a weekly repetition of either."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.french import day_short, hour
from cptsapp.core.refusals import Refusal
from cptsapp.core.submissions import remember, result_for
from cptsapp.directory.models import Practice
from cptsapp.posting import queries
from cptsapp.posting.rules import draft as rules
from cptsapp.posting.rules import series as series_rules
from cptsapp.posting.rules.draft import Draft, Span
from cptsapp.snp.actions import bump_version
from cptsapp.snp.models import Seat, Series, Slot
from cptsapp.snp.queries import campaign_for
from cptsapp.territory import queries as territory
from cptsapp.territory.rules import local_instant

SLOT_KIND = "posting.slot"  # of a submission
SERIES_KIND = "posting.series"
TAKEN_MEANWHILE = "Un autre créneau vient d’être publié à cette heure. Choisissez une autre heure."


def publish(draft: Draft, *, by: CurrentUser, key: str, confirmed: str = "") -> Slot:
    """Put a slot or a plage on the list. The same `key` gives the same slot.

    Raises Invisible, Refusal for what cannot be, ToConfirm once for an odd hour.
    """
    if (done := result_for(by.id, key, SLOT_KIND)) is not None:
        return session.get_one(Slot, done)
    practice = queries.practice_for(by, draft.practice_id)
    zone = territory.zone()
    rules.refuse_fault(rules.fault(draft, clock.now(), zone))
    refuse_overlap(practice.person_id, draft.span(zone))
    rules.ask(draft, warnings(draft, practice.person_id), confirmed)
    with guarded():
        slot = add_slot(draft, practice, zone, by=by)
    remember(by.id, key, SLOT_KIND, slot.id)
    record("slot.posted", slot, by=by, capacity=slot.capacity)
    bump_version()
    return slot


def warnings(draft: Draft, person_id: int, *, except_absence: bool = False) -> list[str]:
    """What is said once before publishing: odd hour, one's own calendar, one's own absence."""
    found = rules.oddities(draft, queries.hours())
    zone = territory.zone()
    for busy in queries.busy_spans(person_id, *draft.span(zone))[:1]:
        starts, ends = (hour(territory.local(moment)) for moment in busy)
        found.append(f"Votre agenda personnel est occupé de {starts} à {ends}.")
    if not except_absence and series_rules.is_absent(draft.day, queries.absence_days(person_id)):
        found.append(f"Une absence est notée le {day_short(draft.day)}.")
    return found


def refuse_overlap(person_id: int, span: Span, *, except_id: int | None = None) -> None:
    """Raise Refusal, naming the slot in the way."""
    other = queries.overlapping(person_id, span, except_id=except_id)
    if other is not None:
        starts, ends = territory.local(other.starts_at), territory.local(other.ends_at)
        raise Refusal(rules.overlap_sentence(starts, ends, other.capacity), "when")


@contextmanager
def guarded() -> Iterator[None]:
    """Turn the database's own guard against overlaps into a sentence; what came before in the transaction stays."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError:
        raise Refusal(TAKEN_MEANWHILE, "when") from None


def add_slot(draft: Draft, practice: Practice, zone: str, *, by: CurrentUser, series_id: int | None = None) -> Slot:
    """The rows of a slot and its seats, in the session."""
    starts_at, ends_at = draft.span(zone)
    campaign = campaign_for(draft.day)
    slot = Slot(
        practice_id=practice.id,
        person_id=practice.person_id,
        campaign_id=campaign.id if campaign else None,
        series_id=series_id,
        profession=practice.profession,
        modality=draft.modality,
        conditions=list(draft.conditions),
        day_on=draft.day,
        starts_at=starts_at,
        ends_at=ends_at,
        duration_minutes=draft.duration,
        capacity=draft.capacity,
        free_count=draft.capacity,
        posted_at=clock.now(),
        posted_by_id=by.id,
    )
    slot.seats = [Seat(rank=rank, starts_at=at) for rank, at in enumerate(draft.seat_times(zone))]
    session.add(slot)
    return slot


# -- repetition -------------------------------------------------------------------------------------------------------


def around(person_id: int, first: date, last: date) -> series_rules.Around:
    """What a repetition between two days meets."""
    now = clock.now()
    margin = timedelta(days=2)  # wider than any zone's offset and any plage
    start = local_instant(first, datetime.min.time(), territory.zone())
    end = local_instant(last, datetime.min.time(), territory.zone()) + margin
    taken = queries.taken_spans(person_id, start - margin, end)
    return series_rules.Around(queries.hours(), now, taken, queries.absence_days(person_id))


def plan_series(draft: Draft, weekdays: Sequence[int], until: date, person_id: int) -> series_rules.Plan:
    """What repeating would publish, and what it leaves aside. Raises Refusal for days that make no sense."""
    rules.refuse_fault(rules.shape_fault(draft.minutes, draft.capacity))
    rules.refuse_fault(series_rules.series_fault(weekdays, draft.day, until))
    return series_rules.plan(draft, weekdays, until, around(person_id, draft.day, until))


def series_warnings(plan: series_rules.Plan, person_id: int) -> list[str]:
    """What is said once before a repetition: an hour odd on one of its dates, busy times of one's own calendar."""
    zone = territory.zone()
    hours = queries.hours()
    found = list(dict.fromkeys(said for draft in plan.kept for said in rules.oddities(draft, hours)))[:3]
    if plan.kept:
        busy = queries.busy_spans(person_id, plan.kept[0].span(zone)[0], plan.kept[-1].span(zone)[1])
        days = series_rules.busy_days(plan.kept, busy, zone)
        if days:
            listed = series_rules.joined([day_short(day) for day in days[:5]])
            found.append(f"Votre agenda personnel est occupé à cette heure : {listed}.")
    return found


def publish_series(
    draft: Draft,
    weekdays: Sequence[int],
    until: date,
    *,
    by: CurrentUser,
    key: str,
    announced: str,
    confirmed: str = "",
) -> Series:
    """Make the rows of every date kept, once. `announced` is the digest of the panel that was read.

    Raises Invisible, Refusal, Outdated when the panel no longer tells the truth, ToConfirm once for odd hours.
    """
    if (done := result_for(by.id, key, SERIES_KIND)) is not None:
        return session.get_one(Series, done)
    practice = queries.practice_for(by, draft.practice_id)
    plan = plan_series(draft, weekdays, until, practice.person_id)
    _refuse_empty(plan)
    if plan.digest != announced:
        raise rules.Outdated
    rules.ask(draft, series_warnings(plan, practice.person_id), confirmed)
    series = _add_series(draft, weekdays, until, practice, by)
    with guarded():
        for kept in plan.kept:
            add_slot(kept, practice, territory.zone(), by=by, series_id=series.id)
    remember(by.id, key, SERIES_KIND, series.id)
    record("series.posted", series, by=by, slots=len(plan.kept), seats=plan.seat_count)
    bump_version()
    return series


def _refuse_empty(plan: series_rules.Plan) -> None:
    if not plan.kept:
        raise Refusal("Aucune date ne reste à publier : toutes sont laissées de côté.", "weekdays")


def _add_series(draft: Draft, weekdays: Sequence[int], until: date, practice: Practice, by: CurrentUser) -> Series:
    series = Series(
        practice_id=practice.id,
        weekdays=sorted(set(weekdays)),
        starts_on=draft.day,
        until_on=until,
        opens_at=draft.opens,
        created_at=clock.now(),
        created_by_id=by.id,
    )
    session.add(series)
    session.flush()
    return series
