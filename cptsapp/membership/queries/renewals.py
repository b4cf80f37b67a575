"""What renewing some members would do, said before it is done and read again when it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.french import day_numeric
from cptsapp.directory.models import College
from cptsapp.directory.rules.membership import Status, status_on
from cptsapp.membership.models import MembershipSettings
from cptsapp.membership.queries.members import MemberRow, rows_of
from cptsapp.membership.queries.settings import settings
from cptsapp.membership.rules.members import Member
from cptsapp.membership.rules.periods import period_end, renewal_start


@dataclass(frozen=True, slots=True)
class Renewal:
    """The period a member would get."""

    member: Member
    name: str
    college: College
    starts_on: date
    ends_on: date
    fee_cents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Who would be renewed, and who would not, each with the reason in French."""

    renewals: tuple[Renewal, ...]
    left_aside: tuple[tuple[str, str], ...]

    @property
    def fees_cents(self) -> int:
        """What they would owe together."""
        return sum(renewal.fee_cents for renewal in self.renewals)


def plan(user: CurrentUser, wanted: Sequence[Member], today: date) -> Plan:
    """The renewals of these members. Who is renewed already, left, or never was a member is left aside."""
    chosen = settings()
    renewals: list[Renewal] = []
    aside: list[tuple[str, str]] = []
    for row in rows_of(user, wanted, today):
        reason = _why_not(row, today)
        if reason is not None:
            aside.append((row.name, reason))
        else:
            renewals.append(_renewal(row, chosen, today))
    return Plan(tuple(renewals), tuple(aside))


def _why_not(row: MemberRow, today: date) -> str | None:
    status = status_on(row.periods, today)
    coming = next((p for p in row.periods if p.starts_on > today), None)
    if status is Status.NEVER:
        return "n’a jamais adhéré"
    if coming is not None:
        return f"déjà renouvelé, du {day_numeric(coming.starts_on)} au {day_numeric(coming.last_day)}"
    if max(row.periods, key=lambda p: p.last_day).left_on is not None:
        return "a quitté la CPTS\u00a0: à lui de redemander"
    return None


def _renewal(row: MemberRow, chosen: MembershipSettings, today: date) -> Renewal:
    starts_on = renewal_start(row.periods, today)
    fee = chosen.organisation_fee_cents if row.member.is_organisation else chosen.person_fee_cents
    last = max(row.periods, key=lambda p: p.last_day)
    return Renewal(row.member, row.name, last.college, starts_on, period_end(chosen.period_kind, starts_on), fee)
