"""Who follows a request, until when it waits, what is stuck on it."""

from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.core.text import fold
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, Label, Request, RequestLabel, State
from cptsapp.inbox.patients import refuse_nir
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.queries.sorters import name_of, sorters
from cptsapp.territory import queries as territory

SNOOZE_DAYS_MAX = 92
LABEL_MAX = 30
CLOSED = "Cette demande est close."
ANONYMISED = "Cette demande est anonymisée\u202f: on n’y écrit plus."
NOT_A_SORTER = "Cette personne ne suit pas les demandes."
PAST = "Choisissez un jour à venir."
TOO_LATE = "Trois mois au plus\u202f: au-delà, la demande serait oubliée."
NO_LABEL = "Dites l’étiquette."
LONG_LABEL = f"{LABEL_MAX} signes au plus."
SAME_LABEL = "Une étiquette porte déjà ce nom."


def _open(request_id: int) -> Request:
    request = locked(request_id)
    refuse_if(CLOSED if request.state is State.CLOSED else None)
    return request


# -- who follows it ---------------------------------------------------------------------------------------------------


def take(request_id: int, *, by: ByUser) -> Request:
    """Follow a request that nobody follows. Raises Refusal, with their name, when someone has just taken it."""
    request = _open(request_id)
    if request.assigned_to_id not in (None, by.id):
        raise Refusal(f"{name_of(request.assigned_to_id)} suit déjà cette demande.")
    return request if request.assigned_to_id == by.id else _assign(request, by.id, by)


def assign(request_id: int, user_id: int | None, *, by: ByUser) -> Request:
    """Give a request to someone who sorts them, or to nobody. Raises Refusal for anyone else."""
    request = _open(request_id)
    if user_id is not None and user_id not in {row.id for row in sorters()}:
        raise Refusal(NOT_A_SORTER, field="user_id")
    return request if request.assigned_to_id == user_id else _assign(request, user_id, by)


def _assign(request: Request, user_id: int | None, by: ByUser) -> Request:
    request.assigned_to_id = user_id
    if user_id is None:
        add_step(request, "request.released", actor=Actor.CPTS, by=by)
        record("request.released", request, by=by)
        return request
    name = name_of(user_id)
    add_step(request, "request.assigned", actor=Actor.CPTS, by=by, follower=name)
    record("request.assigned", request, by=by, follower=name)
    return request


# -- until when it waits ----------------------------------------------------------------------------------------------


def snooze(request_id: int, until: date | None, *, by: ByUser) -> Request:
    """Put a request aside until a day: its queue shows it again then. Its deadline stands.

    Raises Refusal for a day that is not to come, or is in more than three months.
    """
    request, today = _open(request_id), territory.today()
    if until is None or until <= today:
        raise Refusal(PAST, field="until")
    if until > today + timedelta(days=SNOOZE_DAYS_MAX):
        raise Refusal(TOO_LATE, field="until")
    if request.snoozed_until == until:
        return request
    request.snoozed_until = until
    day = french.day_numeric(until)
    add_step(request, "request.snoozed", actor=Actor.CPTS, by=by, until=day)
    record("request.snoozed", request, by=by, until=day)
    return request


def wake(request_id: int, *, by: ByUser) -> Request:
    """A request put aside comes back at once."""
    request = _open(request_id)
    if request.snoozed_until is not None:
        request.snoozed_until = None
        add_step(request, "request.woken", actor=Actor.CPTS, by=by)
        record("request.woken", request, by=by)
    return request


# -- labels -----------------------------------------------------------------------------------------------------------


def stick(request_id: int, name: str, *, by: ByUser) -> Label:
    """Stick a label on a request; a new word makes a new label. Raises Refusal for an empty or long one, a NIR,
    or an anonymised request.
    """
    request = locked(request_id)
    refuse_if(ANONYMISED if request.anonymised_at is not None else None)
    label = label_called(name)
    has = select(RequestLabel.id).where(RequestLabel.request_id == request.id, RequestLabel.label_id == label.id)
    if session.scalar(has) is None:
        session.add(RequestLabel(request_id=request.id, label_id=label.id))
        session.flush()
        record("request.labelled", request, by=by, label=label.id)
    return label


def unstick(request_id: int, label_id: int, *, by: ByUser) -> None:
    """Take a label off; nothing when it is not there."""
    request = locked(request_id)
    stuck = delete(RequestLabel).where(RequestLabel.request_id == request.id, RequestLabel.label_id == label_id)
    if session.execute(stuck).rowcount:  # type: ignore[attr-defined]  # a DELETE's result counts
        record("request.unlabelled", request, by=by, label=_label(label_id).id)


def label_called(name: str) -> Label:
    """The label of that name, accents and capitals aside; made when there is none. Raises Refusal as `stick` does."""
    wanted = checked_name(name)
    found = _same(wanted)
    if found is not None:
        return found
    made = Label(name=wanted)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # someone else has just made it
        return session.scalars(select(Label).where(Label.name == wanted)).one()
    return made


def checked_name(name: str) -> str:
    """A label as it is kept. Raises Refusal for an empty or long one, or for what looks like a NIR."""
    wanted = " ".join(name.split())
    if not wanted:
        raise Refusal(NO_LABEL, field="label")
    if len(wanted) > LABEL_MAX:
        raise Refusal(LONG_LABEL, field="label")
    refuse_nir(wanted)
    return wanted


def rename_label(label_id: int, name: str, *, by: ByUser) -> None:
    """Write a label otherwise. Raises Refusal when another has that name, Invisible when there is none."""
    label, wanted = _label(label_id), checked_name(name)
    same = _same(wanted)
    if same is not None and same.id != label.id:
        raise Refusal(SAME_LABEL, field="label")
    label.name = wanted
    session.flush()
    record("label.renamed", label, by=by)


def remove_label(label_id: int, *, by: ByUser) -> None:
    """Take a label off every request, and forget it."""
    label = _label(label_id)
    count = session.scalar(select(func.count()).where(RequestLabel.label_id == label.id)) or 0
    session.execute(delete(RequestLabel).where(RequestLabel.label_id == label.id))
    record("label.removed", label, by=by, count=count)
    session.delete(label)
    session.flush()


def _same(name: str) -> Label | None:
    """Labels are few: compared one by one, folded."""
    return next((label for label in session.scalars(select(Label)) if fold(label.name) == fold(name)), None)


def _label(label_id: int) -> Label:
    found = session.get(Label, label_id)
    if found is None:
        raise Invisible
    return found
