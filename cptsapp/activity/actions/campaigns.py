"""Opening, changing and closing campaigns; slots posted before are attached, and their acts settled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import update

from cptsapp.accounts.identity import CurrentUser
from cptsapp.activity import permissions
from cptsapp.activity.actions.outcomes import settle_act
from cptsapp.activity.queries import campaigns as queries
from cptsapp.activity.queries.statement import account_of
from cptsapp.audit.actions import record
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, Refusal, refuse_if
from cptsapp.ledger.queries import has_settled_lines
from cptsapp.snp.models import Booking, Campaign, Slot

BATCH = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Terms:
    """What a campaign is: its name, its days (no end: all year), its pay per act in cents, its weekly cap."""

    name: str
    starts_on: date
    ends_on: date | None
    pay_per_act_cents: int
    weekly_cap: int

    def weigh_as(self, campaign: Campaign) -> bool:
        """Whether days and pay are those the campaign has."""
        now = (campaign.starts_on, campaign.ends_on, campaign.pay_per_act_cents)
        return now == (self.starts_on, self.ends_on, self.pay_per_act_cents)


def create_campaign(terms: Terms, *, by: CurrentUser) -> tuple[Campaign, int]:
    """Open a campaign; gives it with the number of slots, posted before, that now belong to it.

    Raises Forbidden, or Refusal for a name already used.
    """
    _check(terms, None, by)
    campaign = Campaign(
        name=terms.name,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        pay_per_act_cents=terms.pay_per_act_cents,
        weekly_cap=terms.weekly_cap,
        created_at=clock.now(),
    )
    session.add(campaign)
    session.flush()
    attached = _attach(campaign, terms.starts_on, terms.ends_on, by)
    record("campaign.created", campaign, by=by, name=terms.name, cents=terms.pay_per_act_cents, attached=attached)
    return campaign, attached


def change_campaign(campaign: Campaign, terms: Terms, *, by: CurrentUser) -> int:
    """Change a campaign; gives the number of slots it gained. Acts already noted follow its new days and pay.

    Raises Forbidden, or Refusal: closed, name used, days or pay changed once something is approved for payment.
    """
    _check(terms, campaign.id, by)
    if campaign.closed_at is not None:
        raise Refusal("La campagne est close\u00a0: rouvrez-la pour la changer.")
    if not terms.weigh_as(campaign):
        refuse_if(permissions.why_not_change_terms(has_settled_lines(account_of(campaign.id))))
    first, last = _span(campaign, terms)
    for name in ("name", "starts_on", "ends_on", "pay_per_act_cents", "weekly_cap"):
        setattr(campaign, name, getattr(terms, name))
    session.flush()
    attached = _attach(campaign, first, last, by)
    _settle(queries.honoured_in(campaign.id), by)
    record("campaign.changed", campaign, by=by, name=terms.name, cents=terms.pay_per_act_cents, attached=attached)
    return attached


def _check(terms: Terms, campaign_id: int | None, by: CurrentUser) -> None:
    if not by.can("campaign.manage"):
        raise Forbidden
    if queries.name_is_taken(terms.name, campaign_id):
        raise Refusal("Une autre campagne porte déjà ce nom.", field="name")


def _span(campaign: Campaign, terms: Terms) -> tuple[date, date | None]:
    """The days that the campaign had or will have."""
    ends = (campaign.ends_on, terms.ends_on)
    last = None if None in ends else max(day for day in ends if day is not None)
    return min(campaign.starts_on, terms.starts_on), last


def _attach(campaign: Campaign, first: date, last: date | None, by: CurrentUser) -> int:
    """Give each slot of these days to the campaign it belongs to; gives how many came to this one."""
    moves = queries.moves(first, last)
    for target_id, slot_ids in moves.items():
        for ids in _batches(slot_ids):
            session.execute(update(Slot).where(Slot.id.in_(ids)).values(campaign_id=target_id))
            _settle(queries.honoured_of(ids), by)
    return len(moves.get(campaign.id, ()))


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _settle(bookings: Iterable[Booking], by: CurrentUser) -> None:
    for booking in bookings:
        settle_act(booking, by=by)


def close_campaign(campaign: Campaign, *, accepted_missing: int, by: CurrentUser) -> None:
    """Close a campaign: its outcomes are fixed. `accepted_missing` is the number of lacking outcomes its closer saw.

    Raises Forbidden, or Refusal: already closed, or more outcomes lack than were seen.
    """
    if not by.can("campaign.manage"):
        raise Forbidden
    refuse_if(permissions.why_not_close(campaign))
    now = clock.now()
    missing = queries.missing(campaign.id, now)
    if missing.count > accepted_missing:
        raise Refusal(
            f"Il manque {french.count(missing.count, 'venue')} à noter\u00a0: confirmez pour clore quand même."
        )
    campaign.closed_at = now
    session.flush()
    record("campaign.closed", campaign, by=by, name=campaign.name, missing=missing.count)


def reopen_campaign(campaign: Campaign, *, by: CurrentUser) -> None:
    """Open a closed campaign again, so that outcomes can be noted. Raises Forbidden or Refusal."""
    if not by.can("campaign.manage"):
        raise Forbidden
    refuse_if(permissions.why_not_reopen(campaign))
    campaign.closed_at = None
    session.flush()
    record("campaign.reopened", campaign, by=by, name=campaign.name)
