"""Changing what is owed: its words, its day, who owes it. Each change raises the version and says who made it."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.actions.journal import note_event, refuse_nir
from cptsapp.checklists.actions.states import NO_REASON, Owed, add, held, refuse_stale, touch
from cptsapp.checklists.models import Checklist, Commitment, Side
from cptsapp.checklists.permissions import why_not_manage
from cptsapp.checklists.rules import OPEN, STATE_WORDS
from cptsapp.checklists.sources import source_of
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.directory.merged import same_person
from cptsapp.territory import queries as territory

NO_LABEL = "Écrivez ce qui est dû."
NO_DAY = "Pour ce qui revient, donnez le jour de la première fois."
DAY_OR_ALWAYS = "Un jour, ou «\u00a0en continu\u00a0»\u202f: pas les deux."
PAST = "Choisissez un jour à venir."
SAME_DAY = "C’est déjà ce jour-là."


@dataclass(frozen=True, slots=True)
class Terms:
    """What a commitment says, as a form gives it."""

    label: str
    expected: str
    side: Side
    number: str
    heading: str
    due_on: date | None
    every_months: int | None
    is_continuous: bool
    owner_id: int | None


def add_by_hand(checklist_id: int, terms: Terms, *, by: CurrentUser) -> Commitment:
    """Add a commitment to a list that lives. Raises Refusal when the user may not, or for terms that do not hold."""
    checklist = session.get_one(Checklist, checklist_id)
    refuse_if(why_not_manage(checklist, by))
    _refuse_terms(checklist, terms)
    made = add(checklist_id, Owed(**asdict(terms)), by=by)
    note_event(checklist_id, "commitment.added", by=by, commitment_id=made.id)
    source_of(checklist).changed(made, by)
    return made


def change(commitment_id: int, terms: Terms, *, by: CurrentUser, version: int | None = None) -> Commitment:
    """Change the words, the day or who owes it; the same again changes nothing. Raises Invisible, or Refusal."""
    commitment, checklist = held(commitment_id, by)
    refuse_if(why_not_manage(checklist, by))
    refuse_stale(commitment, version)
    _refuse_terms(checklist, terms)
    given = asdict(terms)
    if commitment.due_months is not None and terms.due_on is None and not terms.is_continuous:
        given.pop("due_on")  # its day still comes with the start
    elif terms.due_on is not None or terms.is_continuous:
        given["due_months"] = None
    changed = [name for name, value in given.items() if getattr(commitment, name) != value]
    if not changed:
        return commitment
    hands = commitment.owner_id
    for name in changed:
        setattr(commitment, name, given[name])
    touch(commitment, by)
    record("commitment.changed", commitment, by=by, changed=dict.fromkeys(changed))
    if set(changed) != {"owner_id"}:
        note_event(checklist.id, "commitment.changed", by=by, commitment_id=commitment.id)
    if commitment.owner_id != hands:
        _tell_hands(commitment, by)
    source_of(checklist).changed(commitment, by)
    return commitment


def reassign(commitment: Commitment, owner_id: int | None, *, by: Actor | None) -> None:
    """Give a commitment locked by the caller to someone else, or to nobody yet; the same person changes nothing."""
    known = same_person({commitment.owner_id}) if commitment.owner_id is not None else {None}
    if owner_id in known:
        return
    commitment.owner_id = owner_id
    touch(commitment, by)
    record("commitment.reassigned", commitment, by=by)
    _tell_hands(commitment, by)


def _tell_hands(commitment: Commitment, by: Actor | None) -> None:
    told: dict[str, Any] = {"person_id": commitment.owner_id} if commitment.owner_id is not None else {}
    kind = "commitment.reassigned" if told else "commitment.released"
    note_event(commitment.checklist_id, kind, by=by, commitment_id=commitment.id, **told)


def defer(commitment_id: int, due_on: date, reason: str, *, by: CurrentUser, version: int | None = None) -> Commitment:
    """Put a commitment off to a day to come, with the reason, which the journal keeps sealed.

    Raises Invisible, or Refusal: the user does not hold the list, it is no longer owed, no reason, a day gone by.
    """
    commitment, checklist = held(commitment_id, by)
    refuse_if(why_not_manage(checklist, by))
    refuse_stale(commitment, version)
    if commitment.state not in OPEN:
        raise Refusal(f"C’est «\u00a0{STATE_WORDS[commitment.state]}\u00a0»\u202f: il n’y a rien à reporter.")
    if not reason.strip():
        raise Refusal(NO_REASON, field="reason")
    if due_on < territory.today():
        raise Refusal(PAST, field="due_on")
    if due_on == commitment.due_on:
        raise Refusal(SAME_DAY, field="due_on")
    commitment.due_on, commitment.due_months, commitment.is_continuous = due_on, None, False
    touch(commitment, by)
    told = due_on.isoformat()
    note_event(checklist.id, "commitment.deferred", by=by, commitment_id=commitment.id, note=reason, due_on=told)
    record("commitment.deferred", commitment, by=by, due_on=told)
    source_of(checklist).changed(commitment, by)
    return commitment


def _refuse_terms(checklist: Checklist, terms: Terms) -> None:
    """Raise Refusal for what the table would refuse, under the field that says it."""
    refuse_nir(terms.label, terms.expected, terms.heading)
    refuse_if(source_of(checklist).why_not_words(checklist, f"{terms.label} {terms.expected}"))
    if not terms.label.strip():
        raise Refusal(NO_LABEL, field="label")
    if terms.is_continuous and (terms.due_on is not None or terms.every_months is not None):
        raise Refusal(DAY_OR_ALWAYS, field="is_continuous")
    if terms.every_months is not None and terms.due_on is None:
        raise Refusal(NO_DAY, field="due_on")
