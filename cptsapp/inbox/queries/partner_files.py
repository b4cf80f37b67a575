"""What a partner reads of a file sent to them: who, how to reach them, what is sought, what was done; nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.core.french import count, day_short
from cptsapp.directory.models import Organisation
from cptsapp.inbox.models import (
    Agreement,
    Asker,
    DoctorProposal,
    HomeVisit,
    ProposalState,
    Recipient,
    Referral,
    Request,
    Seeker,
)
from cptsapp.inbox.patients import Contact, Identity, joined, read_contact, read_seeker
from cptsapp.inbox.permissions import organisations_of
from cptsapp.inbox.queries.referrals import ReferralLine, lines, own_organisation
from cptsapp.inbox.rules.ages import age_on
from cptsapp.inbox.rules.priority import CRITERIA
from cptsapp.inbox.rules.words import ASKERS, CONSENTS
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

VISITS = {HomeVisit.EXCEPTIONALLY: "visites à domicile exceptionnellement", HomeVisit.EXCLUSIVELY: "visites uniquement"}
NOT_AGREED = "accord retiré"


@dataclass(frozen=True, slots=True)
class Row:
    """A file in the partner's list."""

    reference: str
    names: str
    age: int | None
    commune: str
    line: ReferralLine


@dataclass(frozen=True, slots=True)
class PartnerFile:
    """A file opened by the partner. Phones as +33…; `people` are those who agreed to this partner, by their number."""

    reference: str
    names: str
    people: Sequence[tuple[int, Identity]]
    commune: str
    contact: Contact
    asker: str
    wanted: str
    criteria: Sequence[str]
    needed_before: date | None
    difficulties: str
    done: str
    agreement: str
    line: ReferralLine


def house_of(user: CurrentUser) -> str:
    """The name of the organisation a partner works in, shown beside theirs; empty when they work in none."""
    houses = organisations_of(user)
    found = session.get(Organisation, own_organisation(houses)) if houses else None
    return found.name if found is not None else ""


def rows(referrals: Sequence[Referral]) -> list[Row]:
    """The list, in the order given. Five statements, however long."""
    numbers = {r.request_id for r in referrals}
    found = session.scalars(select(Request).where(Request.id.in_(numbers)).options(selectinload(Request.seekers)))
    requests = {request.id: request for request in found}
    communes = communes_of({request.commune_code for request in requests.values()})
    given = _given(numbers)
    today = territory.today()
    return [
        _row(requests[r.request_id], line, _who(requests[r.request_id], r.recipient, given), communes, today)
        for r, line in zip(referrals, lines(referrals), strict=True)
    ]


def communes_of(codes: set[str]) -> dict[str, str]:
    """The names of some communes, by code."""
    found = session.execute(select(Commune.code, Commune.name).where(Commune.code.in_(codes)))
    return {row.code: row.name for row in found}


def _given(request_ids: set[int]) -> set[tuple[int, Recipient]]:
    """Who agrees to which recipient, of the households of some requests."""
    found = session.execute(
        select(Agreement.seeker_id, Agreement.recipient)
        .join(Seeker, Seeker.id == Agreement.seeker_id)
        .where(Seeker.request_id.in_(request_ids), Agreement.withdrawn_at.is_(None))
    )
    return {(row.seeker_id, row.recipient) for row in found}


def _who(
    request: Request, recipient: Recipient, given: set[tuple[int, Recipient]]
) -> list[tuple[Seeker, Identity | None]]:
    """Those of the household who agree to this partner: someone added later is not shown until they do."""
    return [(seeker, read_seeker(seeker)) for seeker in request.seekers if (seeker.id, recipient) in given]


def _names(who: Sequence[tuple[Seeker, Identity | None]]) -> str:
    return joined(identity for _, identity in who if identity is not None) if who else NOT_AGREED


def _row(
    request: Request,
    line: ReferralLine,
    who: Sequence[tuple[Seeker, Identity | None]],
    communes: dict[str, str],
    today: date,
) -> Row:
    alone = who[0][1] if len(who) == 1 else None
    age = age_on(alone.birth_date, today) if alone is not None else None
    return Row(request.reference, _names(who), age, communes.get(request.commune_code, ""), line)


def opened(referral: Referral, request: Request) -> PartnerFile:
    """One file, opened."""
    who = _who(request, referral.recipient, _given({request.id}))
    contact = read_contact(request) if who else Contact()
    return PartnerFile(
        reference=request.reference,
        names=_names(who),
        people=[(seeker.id, identity) for seeker, identity in who if identity is not None],
        commune=communes_of({request.commune_code}).get(request.commune_code, ""),
        contact=contact,
        asker=_asker(request, contact) if who else "",
        wanted=_wanted([seeker for seeker, _ in who]),
        criteria=[CRITERIA[code] for code in request.criteria] if who else [],
        needed_before=request.needed_before,
        difficulties=_difficulties(request) if who else "",
        done=_done(request.id),
        agreement=_agreement(request, referral.recipient),
        line=lines([referral])[0],
    )


def _asker(request: Request, contact: Contact) -> str:
    if request.asker is Asker.PERSON:
        return ""
    return ", ".join(filter(None, (contact.asker_name or ASKERS[request.asker], contact.asker_link)))


def _wanted(seekers: Sequence[Seeker]) -> str:
    """« Médecin traitant pour 2 personnes, visites uniquement »."""
    sought = f"Médecin traitant pour {count(len(seekers), 'personne')}" if len(seekers) > 1 else "Médecin traitant"
    visits = {seeker.home_visit for seeker in seekers}
    return ", ".join([sought, *(words for visit, words in VISITS.items() if visit in visits)])


def _difficulties(request: Request) -> str:
    said = {
        "médicale": request.medical_difficulty,
        "sociale": request.social_difficulty,
        "de coordination": request.coordination_difficulty,
    }
    return ", ".join(word for word, is_true in said.items() if is_true)


def _done(request_id: int) -> str:
    """« 3 médecins sollicités, 2 refus »: numbers, never who."""
    states = session.execute(
        select(DoctorProposal.state, func.count())
        .where(DoctorProposal.request_id == request_id)
        .group_by(DoctorProposal.state)
    ).all()
    asked = sum(number for _, number in states)
    if not asked:
        return "Aucun médecin sollicité"
    refused = sum(number for state, number in states if state is ProposalState.DECLINED)
    told = count(asked, "médecin sollicité", "médecins sollicités")
    return f"{told}, {count(refused, 'refus', 'refus')}" if refused else told


def _agreement(request: Request, recipient: Recipient) -> str:
    """« oui, par téléphone le ven. 10 juil. »: the latest of the household's."""
    found = session.execute(
        select(Agreement.consent, Agreement.given_at)
        .join(Seeker, Seeker.id == Agreement.seeker_id)
        .where(Seeker.request_id == request.id, Agreement.recipient == recipient, Agreement.withdrawn_at.is_(None))
        .order_by(Agreement.given_at.desc())
        .limit(1)
    ).first()
    if found is None:
        return "retiré"
    return f"oui, {CONSENTS[found.consent]} le {day_short(territory.local(found.given_at).date())}"
