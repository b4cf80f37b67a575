"""What becomes of a convention in force: renewed, under notice, at its end; by an act, or by itself on its day."""

from datetime import date, datetime

from sqlalchemy import select

from cptsapp.audit.actions import Actor
from cptsapp.conventions import mail
from cptsapp.conventions.actions.amending import held
from cptsapp.conventions.actions.moves import move, refuse_stale
from cptsapp.conventions.models import Convention, ConventionState, EndReason, Renewal
from cptsapp.conventions.queries.conventions import locked
from cptsapp.conventions.rules import terms
from cptsapp.conventions.rules.states import OPEN, why_not
from cptsapp.core.db import session
from cptsapp.core.periods import months_later
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.territory import queries as territory

FUTURE = "Ce jour n’est pas encore venu."
BEFORE = "Ce jour vient avant son premier jour."
BY_ITSELF = "Cette convention se renouvelle d’elle-même\u00a0: il n’y a rien à décider."
NEVER = "Cette convention ne se renouvelle pas\u00a0: écrivez-en une autre, ou un avenant qui repousse sa fin."
NOT_LATER = "Donnez un jour d’après la fin prévue."
NO_NOTICE = "Aucun préavis n’est noté."
OF_AN_AMENDMENT = "Un avenant finit avec sa convention."
# Why a convention may be ended by hand, and before it is in force.
REASONS = (EndReason.NOTICE, EndReason.REPLACED, EndReason.ABANDONED)


def renew(
    convention_id: int, until: date, *, note: str = "", version: int | None = None, by: Actor | None
) -> Convention:
    """Renew by decision, to a new last day. Raises Refusal when it renews by itself, never, or is under notice."""
    convention = locked(convention_id)
    refuse_stale(convention, version)
    refuse_if(why_not("renew", convention.state))
    if convention.renewal is not Renewal.EXPRESS:
        raise Refusal(BY_ITSELF if convention.renewal is Renewal.TACIT else NEVER)
    if convention.ends_on is None or until <= convention.ends_on:
        raise Refusal(NOT_LATER, "until")
    convention.ends_on = until
    return move(convention, "renew", by=by, until_on=until.isoformat(), note=note)


def give_notice(
    convention_id: int, given_on: date, *, by_cpts: bool, note: str = "", version: int | None = None, by: Actor | None
) -> Convention:
    """Note that a party gave notice: the convention ends on its last day; one without end, after its notice.

    Raises Refusal for a day to come, and when it is too late, with the day it was due.
    """
    convention = locked(convention_id)
    refuse_stale(convention, version)
    refuse_if(why_not("give_notice", convention.state))
    if convention.parent_id is not None:
        raise Refusal(OF_AN_AMENDMENT)
    _refuse_day(convention, given_on, "given_on")
    why = terms.why_no_notice(
        convention.renewal,
        convention.ends_on,
        convention.notice_months,
        given_on=given_on,
        has_notice=convention.notice_given_on is not None,
    )
    if why is not None:
        raise Refusal(why, "given_on")
    if convention.ends_on is None:
        convention.ends_on = months_later(given_on, convention.notice_months or 0)
    convention.notice_given_on, convention.notice_by_cpts = given_on, by_cpts
    move(convention, "give_notice", by=by, happened_on=given_on, until_on=convention.ends_on.isoformat(), note=note)
    mail.tell_notice(convention)
    return convention


def withdraw_notice(convention_id: int, *, version: int | None = None, by: Actor | None) -> Convention:
    """Take a notice back: the convention goes on as it did. Raises Refusal when there is none."""
    convention = locked(convention_id)
    refuse_stale(convention, version)
    refuse_if(why_not("withdraw_notice", convention.state))
    if convention.notice_given_on is None:
        raise Refusal(NO_NOTICE)
    if convention.renewal is Renewal.NONE:  # it had no end before the notice
        convention.ends_on = None
    convention.notice_given_on = convention.notice_by_cpts = None
    return move(convention, "withdraw_notice", by=by)


def end(
    convention_id: int, on: date, reason: EndReason, *, note: str = "", version: int | None = None, by: Actor | None
) -> Convention:
    """End a convention by hand, whatever its state, its amendments with it. Raises Refusal for a day to come."""
    convention = held(convention_id)
    refuse_stale(convention, version)
    refuse_if(why_not("end", convention.state))
    if convention.state is ConventionState.IN_FORCE:
        _refuse_day(convention, on, "ended_on")
    elif on > territory.today():
        raise Refusal(FUTURE, "ended_on")
    return _end(convention, on, reason, note, by)


def _refuse_day(convention: Convention, day: date, field: str) -> None:
    if day > territory.today():
        raise Refusal(FUTURE, field)
    if convention.starts_on is not None and day < convention.starts_on <= territory.today():
        raise Refusal(BEFORE, field)


def _end(convention: Convention, on: date, reason: EndReason, note: str, by: Actor | None) -> Convention:
    wanted = select(Convention.id).where(Convention.parent_id == convention.id, Convention.state.in_(OPEN))
    for amendment_id in session.scalars(wanted.order_by(Convention.id)).all():
        _end(locked(amendment_id), on, reason, note, by)
    convention.end_note = note
    return move(convention, "end", by=by, ended_on=on, end_reason=reason, note=note)


# -- by themselves ----------------------------------------------------------------------------------------------------


def run(_now: datetime) -> int:
    """Renew what renews by itself and end what is over; gives how many. A job: twice does it once."""
    today = territory.today()
    wanted = select(Convention.id).where(
        Convention.state == ConventionState.IN_FORCE, Convention.ends_on <= today, Convention.parent_id.is_(None)
    )
    return sum(_settle(convention_id, today) for convention_id in session.scalars(wanted.order_by(Convention.id)).all())


def _settle(convention_id: int, today: date) -> bool:
    convention = locked(convention_id)
    if convention.state is not ConventionState.IN_FORCE:
        return False
    is_renewed = _renew(convention, today)
    has_notice = convention.notice_given_on is not None
    if not terms.is_over(convention.renewal, convention.ends_on, has_notice=has_notice, today=today):
        return is_renewed
    assert convention.ends_on is not None
    _end(convention, convention.ends_on, EndReason.NOTICE if has_notice else EndReason.TERM, "", None)
    return True


def _renew(convention: Convention, today: date) -> bool:
    """Renew a tacit one as many times as it should have been, told once."""
    until, has_notice = convention.ends_on, convention.notice_given_on is not None
    while until is not None and terms.is_renewed_by_itself(
        convention.renewal, until, convention.notice_months, has_notice=has_notice, today=today
    ):
        until = terms.renewed_until(convention.starts_on, until, convention.renewal_months or 1)
    if until is None or until == convention.ends_on:
        return False
    convention.ends_on = until
    move(convention, "renew", by=None, until_on=until.isoformat())
    return True
