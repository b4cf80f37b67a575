"""Noting how a call ended, taking it back, correcting it. Undone, a call stays, struck out (B92)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.core.submissions import remember, result_for
from cptsapp.core.text import NIR_REFUSED, looks_like_nir
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Person
from cptsapp.outreach import mail, permissions, rules
from cptsapp.outreach.actions import claims
from cptsapp.outreach.models import Call, CallCampaign, CallOutcome, CallTarget, TargetState
from cptsapp.outreach.queries import campaigns as queries
from cptsapp.outreach.queries.calls import last_own_id, standing_calls
from cptsapp.outreach.rules import OUTCOMES, Hours
from cptsapp.territory import queries as territory

KIND = "call"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended: the outcome, when to call again if that was asked, a note that says nothing medical."""

    outcome: CallOutcome
    call_back_at: datetime | None = None
    note: str | None = None


class LostClaim(Refusal):
    """Somebody else has the person now, or has called them: what was typed is given back to its author."""


def record_call(campaign: CallCampaign, target: CallTarget, ending: Ending, *, by: CurrentUser, key: str = "") -> Call:
    """Note a call; the same key gives the same call. The person is no longer on the caller's line.

    Raises Forbidden, LostClaim, or Refusal: campaign over, call back in the past, note refused.
    """
    claims.check_caller(campaign, by)
    if (done := result_for(by.id, key, KIND)) is not None:
        return _same(session.get_one(Call, done), ending)
    now = clock.now()
    _check(ending, campaign, now)
    _let_go(target, by, now)
    call = _write(campaign, target, ending, by, now)
    remember(by.id, key, KIND, call.id)
    record("call.recorded", call, by=by, call_outcome=ending.outcome.value)
    return call


def _same(earlier: Call, ending: Ending) -> Call:
    """The call this page led to already; another outcome from the same page is a correction, said so."""
    if earlier.outcome is ending.outcome:
        return earlier
    label = OUTCOMES[earlier.outcome].said
    raise Refusal(
        f"Cet appel est déjà noté «\u00a0{label}\u00a0»\u202f: corrigez-le dans «\u00a0Vos derniers appels\u00a0»."
    )


def _check(ending: Ending, campaign: CallCampaign, now: datetime, kept: datetime | None = None) -> None:
    """Raise Refusal for what may not be noted; `kept` is the promise that a correction leaves as it was."""
    if ending.note and looks_like_nir(ending.note):
        raise Refusal(NIR_REFUSED, field="note")
    if ending.note and len(ending.note) > rules.NOTE_MAX:
        raise Refusal(f"{rules.NOTE_MAX} signes au plus.", field="note")
    if ending.outcome is not CallOutcome.CALL_BACK:
        return
    if ending.call_back_at is None:
        raise Refusal("Dites quel jour et à quelle heure rappeler.", field="day")
    if ending.call_back_at != kept:
        refuse_if(rules.why_not_call_back(ending.call_back_at, now, campaign.ends_on, territory.zone()))


def _let_go(target: CallTarget, by: CurrentUser, now: datetime) -> None:
    """Free the person when nobody else has them, by one counted UPDATE; else say who has."""
    freeing = (
        update(CallTarget)
        .where(CallTarget.id == target.id, CallTarget.state == TargetState.TO_CALL, claims.loose(by, now))
        .values(claimed_by_id=None, claimed_until=None)
    )
    person = session.get_one(Person, target.person_id)
    if person.objected_on is not None:
        raise LostClaim("Cette personne vient de demander à ne plus figurer\u202f: rien n’est noté.")
    if claims.counted(freeing) == 0:
        raise LostClaim(_who_has(target, person))


def _who_has(target: CallTarget, person: Person) -> str:
    """Who has taken over someone whose time was over, or has called them since."""
    if target.claimed_by_id is not None and target.claimed_until is not None:
        name = queries.names_of({target.claimed_by_id})[target.claimed_by_id]
        since = french.hour(local(target.claimed_until - rules.CLAIM))
        who = f"{name} appelle {person.full_name} depuis {since}"
        return f"Votre temps était passé, et {who}\u202f: l’issue n’est pas notée."
    calls = standing_calls(target.id)
    if target.state is TargetState.DONE and calls:
        last = calls[-1]
        name = queries.names_of({last.caller_id})[last.caller_id]
        said, when = OUTCOMES[last.outcome].said, french.hour(local(last.called_at))
        return f"{name} a appelé {person.full_name} à {when}\u202f: «\u00a0{said}\u00a0». Votre issue n’est pas notée."
    return f"{person.full_name} n’est plus dans la liste\u202f: l’issue n’est pas notée."


def _write(campaign: CallCampaign, target: CallTarget, ending: Ending, by: CurrentUser, at: datetime) -> Call:
    call = Call(
        target_id=target.id,
        caller_id=by.id,
        called_at=at,
        outcome=ending.outcome,
        call_back_at=ending.call_back_at if ending.outcome is CallOutcome.CALL_BACK else None,
        note=ending.note,
    )
    session.add(call)
    session.flush()
    _settle(target)
    _do_what_follows(campaign, target, call, by)
    return call


def _settle(target: CallTarget) -> None:
    """Make the person's line say what their standing calls come to."""
    calls = standing_calls(target.id)
    cpts = territory.settings()
    following = rules.after(calls, Hours(cpts.window, cpts.zone, cpts.holiday_region))
    target.state, target.due_at = following.state, following.due_at
    target.call_count = len(calls)
    target.last_outcome = calls[-1].outcome if calls else None
    session.flush()


def _person(target: CallTarget) -> Person:
    """The sheet the person is read under now."""
    return session.get_one(Person, roots().get(target.person_id, target.person_id))


def _do_what_follows(campaign: CallCampaign, target: CallTarget, call: Call, by: CurrentUser) -> None:
    person = _person(target)
    if call.outcome is CallOutcome.DO_NOT_CONTACT and person.do_not_call_on is None:
        person.do_not_call_on = territory.today()
        record("person.do_not_call", person, by=by)
    elif call.outcome is CallOutcome.INTERESTED and person.mail:
        mail.send_brochure(call, person.mail)
    elif call.outcome is CallOutcome.WISHES_TO_JOIN and not permissions.enters_applications(by):
        mail.tell_office(call, campaign, person, by)


def _undo_what_followed(target: CallTarget, call: Call, by: CurrentUser) -> None:
    mail.withhold(call)
    if call.outcome is not CallOutcome.DO_NOT_CONTACT:
        return
    person = _person(target)
    if person.do_not_call_on == local(call.called_at).date():
        person.do_not_call_on = None
        record("person.may_be_called", person, by=by)


def undo_call(campaign: CallCampaign, call: Call, target: CallTarget, *, by: CurrentUser) -> None:
    """Strike out one's last call; the person is on the line again. Raises Forbidden or Refusal."""
    claims.check_caller(campaign, by)
    standing = standing_calls(target.id)
    refuse_if(permissions.why_not_undo(call, _last(standing), last_own_id(campaign.id, by.id), by))
    _strike(target, call, by)
    record("call.undone", call, by=by, call_outcome=call.outcome.value)
    claims.take_back(target.id, by)


def correct_call(campaign: CallCampaign, call: Call, target: CallTarget, ending: Ending, *, by: CurrentUser) -> Call:
    """Note another ending for a call: the first stays, struck out; the new one keeps its hour and its caller.

    Raises Forbidden or Refusal.
    """
    claims.check_caller(campaign, by)
    standing = standing_calls(target.id)
    refuse_if(permissions.why_not_revise(call, _last(standing), by))
    _check(ending, campaign, clock.now(), kept=call.call_back_at)
    if (ending.outcome, ending.call_back_at, ending.note) == (call.outcome, call.call_back_at, call.note):
        return call
    before = call.outcome
    caller_id, called_at = call.caller_id, call.called_at
    _strike(target, call, by)
    corrected = _write(campaign, target, ending, by, called_at)
    corrected.caller_id = caller_id
    session.flush()
    record("call.corrected", corrected, by=by, changes={"call_outcome": [before.value, ending.outcome.value]})
    return corrected


def _last(standing: Sequence[Call]) -> int | None:
    return standing[-1].id if standing else None


def _strike(target: CallTarget, call: Call, by: CurrentUser) -> None:
    call.undone_at = clock.now()
    session.flush()
    _undo_what_followed(target, call, by)
    _settle(target)
