"""Asking all the GPs, members or not, whether they take patients (E57): by mail, on the phone, again; and no more.

A doctor has one private link at a time: a reminder makes a new one. Mails name no patient; they leave after the commit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock, submissions
from cptsapp.core.db import session
from cptsapp.core.local import day_bounds
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.core.text import NIR_REFUSED, looks_like_nir
from cptsapp.inbox.actions.links import link_for_capacity
from cptsapp.inbox.mail import private_link
from cptsapp.inbox.models import CapacityAsk, CapacityCampaign, LinkPurpose, Offer, Takes
from cptsapp.inbox.queries import campaigns as queries
from cptsapp.inbox.queries.doctors import Doctor, doctors
from cptsapp.inbox.queries.places import equation, offers
from cptsapp.inbox.rules import places as rules
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Cpts

KIND = "capacity_campaign"  # of a submission
CLOSED = "Cette enquête est close."
NOBODY = "Aucun médecin généraliste n’est noté dans l’annuaire\u202f: importez l’extrait RPPS."
ONE_AT_A_TIME = "Une enquête est en cours\u202f: closez-la avant d’en ouvrir une autre."
REMIND_BEFORE = timedelta(days=3)  # the last days of a campaign


@dataclass(frozen=True, slots=True)
class Terms:
    """A campaign as it is prepared: until when one answers, until when an answer holds unless the doctor says else."""

    name: str
    message: str
    ends_on: date
    valid_until: date


def ask_all(terms: Terms, *, by: CurrentUser, key: str = "") -> CapacityCampaign:
    """Open a campaign and write to every GP who has a mail; the others make the call list. The same `key`, once.

    Raises Refusal: days that do not follow, one under way already, nobody to ask, what looks like a NIR.
    """
    known = submissions.result_for(by.id, key, KIND)
    if known is not None:
        return session.get_one(CapacityCampaign, known)
    today = territory.today()
    _one_at_a_time()
    _check(terms, today)
    campaign = CapacityCampaign(
        name=terms.name.strip(),
        message=terms.message.strip(),
        starts_on=today,
        ends_on=terms.ends_on,
        valid_until=terms.valid_until,
        created_at=clock.now(),
        created_by_id=by.id,
    )
    session.add(campaign)
    session.flush()
    submissions.remember(by.id, key, KIND, campaign.id)
    count = _ask(campaign, doctors(today).values())
    record("capacity.asked", campaign, by=by, count=count)
    return campaign


def _one_at_a_time() -> None:
    """Two who open a campaign at once: the second waits, and sees the first."""
    session.execute(select(Cpts.id).with_for_update(key_share=True))


def _check(terms: Terms, today: date) -> None:
    if any(map(looks_like_nir, (terms.name, terms.message))):
        raise Refusal(NIR_REFUSED)
    if terms.ends_on < today:
        raise Refusal("Ce jour est passé.", field="ends_on")
    reason = rules.why_not_until(terms.valid_until, today)
    if reason is None and terms.valid_until < terms.ends_on:
        reason = "Les réponses vaudraient moins longtemps que l’enquête."
    if reason is not None:
        raise Refusal(reason, field="valid_until")
    if queries.under_way(today) is not None:
        raise Refusal(ONE_AT_A_TIME)
    if not doctors(today):
        raise Refusal(NOBODY)


def _ask(campaign: CapacityCampaign, asked: Iterable[Doctor]) -> int:
    count = 0
    for doctor in asked:
        ask = CapacityAsk(campaign_id=campaign.id, person_id=doctor.person_id)
        session.add(ask)
        session.flush()
        if doctor.mail:
            ask.asked_at = clock.now()
            _write(campaign, doctor, "capacity.ask", f"capacity.ask/{ask.id}")
        count += 1
    session.flush()
    return count


def _write(campaign: CapacityCampaign, doctor: Doctor, name: str, once: str) -> None:
    """Queue a mail of a campaign with a new private link, alive as long as the answers are."""
    _, end = day_bounds(max(campaign.valid_until, campaign.ends_on))
    token = link_for_capacity(doctor.person_id, end, campaign.id)
    text = texts.render(
        f"inbox/{name.replace('.', '_')}",
        who=doctor.name,
        campaign=campaign,
        link=private_link(LinkPurpose.CAPACITY, token),
        cpts=territory.settings(),
    )
    queue(name, to_address=doctor.mail or "", title=text.title, body=text.body, about=campaign, once_key=once)


# -- while it lasts ---------------------------------------------------------------------------------------------------


def ask_newcomers(campaign_id: int, *, by: ByUser) -> int:
    """Ask the GPs who joined the directory since; gives how many. Raises Refusal when the campaign is over."""
    campaign = _under_way(campaign_id)
    count = _ask(campaign, queries.newcomers(campaign))
    if count:
        record("capacity.joined", campaign, by=by, count=count)
    return count


def remind(campaign_id: int, *, by: ByUser | None) -> int:
    """Write again to those who have a mail and have not answered, once a day at most; gives how many were written to.

    Raises Refusal when the campaign is over.
    """
    campaign = _under_way(campaign_id)
    today, now = territory.today(), clock.now()
    known = doctors(today)
    count = 0
    for ask in _waiting(campaign):
        doctor = known.get(ask.person_id)
        if doctor is None or not doctor.mail or _is_today(ask.reminded_at) or _is_today(ask.asked_at):
            continue
        ask.asked_at, ask.reminded_at = ask.asked_at or now, now
        _write(campaign, doctor, "capacity.again", f"capacity.remind/{ask.id}/{today}")
        count += 1
    if count:
        record("capacity.reminded", campaign, by=by, count=count)
    return count


def _waiting(campaign: CapacityCampaign) -> Iterable[CapacityAsk]:
    found = select(CapacityAsk).where(CapacityAsk.campaign_id == campaign.id, CapacityAsk.answered_at.is_(None))
    held = found.order_by(CapacityAsk.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(held).all()


def _is_today(at: datetime | None) -> bool:
    return at is not None and territory.local(at).date() == territory.today()


def note_call(ask_id: int, note: str, *, by: ByUser) -> CapacityAsk:
    """Someone rang and got no answer yet; `note` says what was said. Raises Refusal: over, or what looks like a NIR."""
    if looks_like_nir(note):
        raise Refusal(NIR_REFUSED, field="note")
    ask = queries.ask(ask_id)
    _under_way(ask.campaign_id)
    ask.called_at, ask.call_note = clock.now(), note.strip() or None
    session.flush()
    record("capacity.called", session.get_one(CapacityCampaign, ask.campaign_id), by=by, person=ask.person_id)
    return ask


def close(campaign_id: int, *, by: ByUser) -> None:
    """Nobody is asked nor reminded any more; answers given hold until their day. Raises Refusal when it is closed."""
    campaign = queries.campaign(campaign_id)
    refuse_if(CLOSED if campaign.closed_at is not None else None)
    campaign.closed_at = clock.now()
    session.flush()
    record("capacity.closed", campaign, by=by)


def _under_way(campaign_id: int) -> CapacityCampaign:
    campaign = queries.campaign(campaign_id)
    over = campaign.closed_at is not None or campaign.ends_on < territory.today()
    refuse_if(CLOSED if over else None)
    return campaign


# -- each night -------------------------------------------------------------------------------------------------------


def run(_now: datetime) -> None:
    """Remind once before a campaign ends; ask « toujours 3 places ? » before an answer lapses. Harmless twice."""
    today = territory.today()
    campaign = queries.under_way(today)
    if campaign is not None and campaign.ends_on - today <= REMIND_BEFORE and not _was_reminded(campaign):
        remind(campaign.id, by=None)
    ask_again(today)


def _was_reminded(campaign: CapacityCampaign) -> bool:
    since, _ = day_bounds(campaign.ends_on - REMIND_BEFORE)
    found = select(CapacityAsk.id).where(CapacityAsk.campaign_id == campaign.id, CapacityAsk.reminded_at >= since)
    return session.scalar(found.limit(1)) is not None


def ask_again(today: date) -> int:
    """Write to the doctors whose answer is about to lapse, once each: confirm in one click, or change it.

    Who said no is asked again on the day they were told. Who has no mail is on the coordination's list.
    """
    due = {number: offer for number, offer in offers().items() if is_to_confirm(offer, today)}
    known = doctors(today, due) if due else {}
    count = 0
    for number, offer in due.items():
        doctor = known.get(number)
        if doctor is None or not doctor.mail:
            continue
        if _write_again(doctor, offer):
            count += 1
    return count


def is_to_confirm(offer: Offer, today: date) -> bool:
    """Whether an answer is about to lapse and its doctor has not been asked yet."""
    is_no, left = offer.takes is Takes.NO, equation(offer).left
    return offer.confirm_asked_at is None and rules.is_to_confirm(is_no, offer.valid_until, left, today)


def _write_again(doctor: Doctor, offer: Offer) -> bool:
    _, end = day_bounds(max(offer.valid_until, territory.today()) + timedelta(days=30))
    token = link_for_capacity(doctor.person_id, end, None)
    text = texts.render(
        "inbox/capacity_confirm",
        who=doctor.name,
        takes=offer.takes.value,
        places=equation(offer),
        until=offer.valid_until,
        link=private_link(LinkPurpose.CAPACITY, token),
        cpts=territory.settings(),
    )
    once = f"offer.confirm/{offer.id}/{offer.valid_until}"
    sent = queue(
        "capacity.confirm", to_address=doctor.mail or "", title=text.title, body=text.body, about=offer, once_key=once
    )
    offer.confirm_asked_at = clock.now()
    session.flush()
    record("offer.asked_again", offer, by=None, person=doctor.person_id)
    return sent is not None
