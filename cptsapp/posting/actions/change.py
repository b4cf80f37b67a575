"""Changing a slot, alone or with those of its repetition that follow; what is booked neither moves nor goes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.french import count, day_short
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import Practice
from cptsapp.posting import queries
from cptsapp.posting.actions.publish import guarded, refuse_overlap, warnings
from cptsapp.posting.actions.withdraw import targets
from cptsapp.posting.rules import draft as rules
from cptsapp.posting.rules.draft import Draft, Outdated
from cptsapp.posting.rules.series import Aside
from cptsapp.snp.actions import bump_version
from cptsapp.snp.models import Booking, Seat, Series, Slot, SlotOrigin, SlotState
from cptsapp.snp.queries import campaign_for
from cptsapp.territory import queries as territory


def draft_of(slot: Slot) -> Draft:
    """The slot as a draft, in local wall time."""
    starts = territory.local(slot.starts_at)
    return Draft(
        slot.practice_id,
        slot.modality,
        tuple(slot.conditions),
        slot.day_on,
        starts.time(),
        round((slot.ends_at - slot.starts_at) / timedelta(minutes=1)),
        slot.capacity,
    )


def change_slot(slot_id: int, draft: Draft, *, by: CurrentUser, confirmed: str = "") -> Slot:
    """Give one slot other times, capacity, modality, place or conditions.

    Raises Invisible, Refusal (booked, overlap, past…), ToConfirm once for an odd hour.
    """
    slot = queries.slot_for(by, slot_id, lock=True)
    practice = _practice(by, slot, draft)
    reason = why_not_change(slot, draft, queries.live_bookings([slot.id]))
    if reason is not None:
        raise Refusal(*reason)
    if is_moved(slot, draft):
        rules.ask(draft, warnings(draft, slot.person_id), confirmed)
    _apply(slot, draft, practice, by)
    bump_version()
    return slot


def _practice(by: CurrentUser, slot: Slot, draft: Draft) -> Practice:
    """The place asked for: one of the same practitioner's. The present one stays allowed when it has since closed."""
    if draft.practice_id == slot.practice_id:
        return slot.practice
    practice = queries.practice_for(by, draft.practice_id)
    if practice.person_id != slot.person_id:
        raise Refusal("Ce lieu n’est pas celui de ce professionnel.", "practice")
    return practice


def is_moved(slot: Slot, draft: Draft) -> bool:
    """Whether the times change."""
    return (slot.starts_at, slot.ends_at) != draft.span(territory.zone())


def why_not_change(slot: Slot, draft: Draft, booked: Sequence[Booking]) -> rules.Fault | None:
    """Why this change cannot be made to this slot, with its field, or None."""
    if slot.state is not SlotState.OPEN:
        return "Ce créneau n’est plus sur la liste.", "when"
    if slot.origin is SlotOrigin.BROADCAST:
        return "Ce créneau répond à une diffusion, pour un seul patient : il ne change pas.", "when"
    if booked and (reason := _why_not_booked(slot, draft, booked)):
        return reason
    found = rules.shape_fault(draft.minutes, draft.capacity)
    if found is None and is_moved(slot, draft) and not booked:
        found = rules.moment_fault(draft, clock.now(), territory.zone())
    return found or _why_in_the_way(slot, draft)


def _why_not_booked(slot: Slot, draft: Draft, booked: Sequence[Booking]) -> rules.Fault | None:
    """What patients already booked forbid: fewer places than patients, or any other hour, place or modality."""
    if draft.capacity < len(booked):
        return f"Déjà {count(len(booked), 'patient inscrit', 'patients inscrits')} : pas moins de places.", "capacity"
    now = draft_of(slot)
    same = (draft.practice_id, draft.modality, draft.opens, draft.duration)
    if same != (now.practice_id, now.modality, now.opens, slot.duration_minutes):
        reference = booked[0].reference
        return f"Un patient est inscrit (réf. {reference}) : heure, lieu et modalité ne changent plus.", "when"
    return None


def _why_in_the_way(slot: Slot, draft: Draft) -> rules.Fault | None:
    try:
        refuse_overlap(slot.person_id, draft.span(territory.zone()), except_id=slot.id)
    except Refusal as refusal:
        return refusal.message, "when"
    return None


def _apply(slot: Slot, draft: Draft, practice: Practice, by: CurrentUser) -> None:
    """Write the change; each seat keeps its rank, and its time when a patient is booked."""
    booked = len(queries.live_bookings([slot.id]))
    before = {"capacity": slot.capacity, "starts_at": slot.starts_at.isoformat(), "modality": slot.modality.value}
    campaign = campaign_for(draft.day)
    with guarded():
        slot.starts_at, slot.ends_at = draft.span(territory.zone())
        slot.practice_id, slot.profession = practice.id, practice.profession
        slot.modality, slot.conditions = draft.modality, list(draft.conditions)
        slot.duration_minutes, slot.capacity = draft.duration, draft.capacity
        slot.free_count = draft.capacity - booked
        slot.campaign_id = campaign.id if campaign else None
        slot.sequence += 1
        _resize(slot, draft, is_booked=booked > 0)
        last = max(seat.starts_at for seat in slot.seats) + timedelta(minutes=slot.duration_minutes)
        slot.ends_at = max(slot.ends_at, last)
    after = {"capacity": slot.capacity, "starts_at": slot.starts_at.isoformat(), "modality": slot.modality.value}
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    record("slot.changed", slot, by=by, changed=changed)


def _resize(slot: Slot, draft: Draft, *, is_booked: bool) -> None:
    """Take away seats that no booking ever named, add new ones at the end, and give the free ones their times."""
    seats = list(slot.seats)
    used = queries.has_history(seat.id for seat in seats)
    spare = [seat for seat in reversed(seats) if seat.id not in used]
    excess = len(seats) - draft.capacity
    if excess > len(spare):
        raise Refusal("D’anciennes réservations tiennent à ces places : retirez la plage, publiez-en une.", "capacity")
    for seat in spare[: max(0, excess)]:
        slot.seats.remove(seat)
        session.delete(seat)
    session.flush()
    _retime(slot, draft, is_booked=is_booked)


def _retime(slot: Slot, draft: Draft, *, is_booked: bool) -> None:
    kept = sorted(slot.seats, key=lambda seat: seat.rank)
    times = draft.seat_times(territory.zone())
    if is_booked:  # a patient knows the hour: what is there stays, what is new comes after
        free_times = [at for at in times if at not in {seat.starts_at for seat in kept}]
        _append(slot, free_times, from_rank=max(seat.rank for seat in kept) + 1)
        return
    for rank, seat in enumerate(kept):
        seat.rank, seat.starts_at = rank, times[rank]
        session.flush()
    _append(slot, times[len(kept) :], from_rank=len(kept))


def _append(slot: Slot, times: Sequence[datetime], *, from_rank: int) -> None:
    missing = slot.capacity - len(slot.seats)
    for rank, starts_at in enumerate(times[:missing], start=from_rank):
        slot.seats.append(Seat(rank=rank, starts_at=starts_at))


# -- this one and the following ---------------------------------------------------------------------------------------


class ChangePlan:
    """What changing a repetition from one slot on will do: those that change, and the dates left aside."""

    def __init__(self, kept: Sequence[tuple[Slot, Draft]], aside: Sequence[Aside]) -> None:
        self.kept = tuple(kept)
        self.aside = tuple(aside)

    @property
    def digest(self) -> str:
        """What the confirming page carries."""
        return f"{len(self.kept)}/{len(self.aside)}/{sum(draft.capacity for _, draft in self.kept)}"


def plan_change(slot: Slot, draft: Draft, *, lock: bool = False) -> ChangePlan:
    """Each slot of the repetition from this one on: changed alike at its own date, or left aside and why."""
    slots = targets(slot, following=True, lock=lock)
    booked: dict[int, list[Booking]] = {}
    for booking in queries.live_bookings([each.id for each in slots]):
        booked.setdefault(booking.slot_id, []).append(booking)
    kept, aside = [], []
    for each in slots:
        wanted = draft.on(each.day_on)
        if reason := why_not_change(each, wanted, booked.get(each.id, [])):
            aside.append(Aside(each.day_on, reason[0]))
        else:
            kept.append((each, wanted))
    return ChangePlan(kept, aside)


def change_following(slot_id: int, draft: Draft, *, by: CurrentUser, announced: str, confirmed: str = "") -> ChangePlan:
    """Change a slot and those of its repetition that follow; the changed ones become a repetition of their own.

    Raises Invisible, Refusal, Outdated when the panel that was read no longer tells the truth, ToConfirm once.
    """
    slot = queries.slot_for(by, slot_id, lock=True)
    if slot.series_id is None:
        raise Refusal("Ce créneau ne se répète pas.")
    practice = _practice(by, slot, draft)
    plan = plan_change(slot, draft, lock=True)
    if not plan.kept:
        raise Refusal(f"Rien ne peut changer : {plan.aside[0].reason}" if plan.aside else "Rien ne peut changer.")
    if plan.digest != announced:
        raise Outdated
    rules.ask(draft, rules.oddities(draft, queries.hours()) if is_moved(slot, draft) else [], confirmed)
    series = _split(session.get_one(Series, slot.series_id), plan, draft, practice, by)
    for each, wanted in plan.kept:
        each.series_id = series.id
        _apply(each, wanted, practice, by)
    record("series.changed", series, by=by, slots=len(plan.kept))
    bump_version()
    return plan


def _split(former: Series, plan: ChangePlan, draft: Draft, practice: Practice, by: CurrentUser) -> Series:
    """The repetition that the changed slots now make; the former one ends before them."""
    first, last = plan.kept[0][0].day_on, plan.kept[-1][0].day_on
    series = Series(
        practice_id=practice.id,
        weekdays=former.weekdays,
        starts_on=first,
        until_on=max(last, former.until_on),
        opens_at=draft.opens,
        created_at=clock.now(),
        created_by_id=by.id,
    )
    former.until_on = max(former.starts_on, first - timedelta(days=1))
    session.add(series)
    session.flush()
    return series


def for_booked(slot: Slot, capacity: int, conditions: tuple[str, ...]) -> Draft:
    """The only change a slot with a patient takes: more or fewer free places, at the rhythm it has; conditions too."""
    minutes = slot.duration_minutes * capacity
    return replace(draft_of(slot), capacity=capacity, minutes=minutes, conditions=conditions)


def aside_days(plan: ChangePlan) -> list[str]:
    """One line a date left aside."""
    return [f"{day_short(left.day)} : {left.reason[:1].lower()}{left.reason[1:]}" for left in plan.aside]
