"""What the CPTS holds about a person, whole: for the right of access, and for the person's own page."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cptsapp.accounts.models import User
from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation, Person
from cptsapp.inbox import followers
from cptsapp.inbox.models import (
    Agreement,
    CareBreak,
    DoctorProposal,
    Label,
    ProposalSeeker,
    Referral,
    Request,
    RequestLabel,
    RightAsked,
    Seeker,
    Step,
)
from cptsapp.inbox.patients import read_contact, read_seeker, read_text
from cptsapp.inbox.queries.openings import openings_of, questions_about
from cptsapp.inbox.rules import ages, person_words, words
from cptsapp.inbox.rules import rights as right_rules
from cptsapp.inbox.rules.holdings import Fact, Section, fact
from cptsapp.inbox.rules.priority import CRITERIA
from cptsapp.inbox.rules.states import STATE_LABELS
from cptsapp.inbox.rules.timeline import details, sentence
from cptsapp.outbox.models import Message
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

Record = list[Fact]


def holdings(request: Request, seeker: Seeker) -> list[Section]:
    """All that is held about one person of a household: their own answers, and what is common to the file.

    What the others of the household answered is theirs, and is not here. The caller records the reading.
    """
    names = _names(request)
    return [
        Section("person", "La personne", [_person(seeker, names)]),
        Section("request", "La demande", [_request(request, names)]),
        Section("contact", "Coordonnées, et qui a fait la demande", [_contact(request)]),
        Section("agreements", "Accords de transmission", _agreements(seeker, names)),
        Section("steps", "Ce qui a été fait", _steps(request, names)),
        Section("proposals", "Médecins sollicités", _proposals(request, seeker, names)),
        Section("referrals", "Dossier transmis à des partenaires", _referrals(request, names)),
        Section("breaks", "Points de rupture", _breaks(request)),
        Section("questions", "Questions « recherche en cours ? » posées à propos de la personne", _questions(request)),
        Section("openings", "Qui a ouvert le dossier", _openings(request)),
        Section("messages", "Messages envoyés", _messages(request)),
        Section("rights", "Droits demandés", _rights(request)),
        *followers.holdings(seeker),
    ]


class Names:
    """Names of users, professionals and structures, by number."""

    def __init__(self, users: Mapping[int, str], people: Mapping[int, str], organisations: Mapping[int, str]) -> None:
        self._users, self._people, self._organisations = users, people, organisations

    def user(self, number: int | None) -> str:
        """Who did it; the software for nobody."""
        return self._users.get(number or 0, "")

    def doctor(self, number: int | None) -> str:
        """A professional of the directory."""
        return self._people.get(number or 0, "")

    def organisation(self, number: int | None) -> str:
        """A structure of the directory."""
        return self._organisations.get(number or 0, "")


def _names(request: Request) -> Names:
    steps, referrals = _rows(Step, request), _rows(Referral, request)
    doctors = {step.doctor_id for step in steps} | {one.doctor_id for one in referrals}
    doctors |= {one.person_id for one in _rows(DoctorProposal, request)} | {request.current_doctor_id}
    doctors |= {seeker.doctor_id for seeker in request.seekers}
    organisations = {step.organisation_id for step in steps} | {one.organisation_id for one in referrals}
    people = session.scalars(select(Person).where(Person.id.in_(_known(doctors))))
    return Names(
        {row.id: row.display_name for row in session.execute(select(User.id, User.display_name))},
        {person.id: person.full_name for person in people},
        _named(Organisation, organisations | {request.organisation_id}),
    )


def _named(table: type[Organisation], numbers: Iterable[int | None]) -> dict[int, str]:
    wanted = select(table.id, table.name).where(table.id.in_(_known(numbers)))
    return {row.id: row.name for row in session.execute(wanted)}


def _known(numbers: Iterable[int | None]) -> set[int]:
    return {number for number in numbers if number is not None}


def _rows(table: Any, request: Request) -> Sequence[Any]:
    return session.scalars(select(table).where(table.request_id == request.id).order_by(table.id)).all()


def _local(instant: datetime | None) -> datetime | None:
    return territory.local(instant) if instant is not None else None


def _person(seeker: Seeker, names: Names) -> Record:
    who = read_seeker(seeker)
    outcome = words.OUTCOMES[seeker.outcome] if seeker.outcome else None
    return [
        fact("last_name", "Nom", who.last_name if who else None),
        fact("first_name", "Prénom", who.first_name if who else None),
        fact("birth_date", "Date de naissance", who.birth_date if who else None),
        fact("age_band", "Tranche d’âge", seeker.age_band, ages.LABELS[seeker.age_band]),
        fact("long_term_illness", "ALD", seeker.long_term_illness),
        fact("social_cover", "C2S ou AME", seeker.social_cover),
        fact("is_pregnant", "Grossesse", seeker.is_pregnant),
        fact("can_travel", "Peut se déplacer", seeker.can_travel),
        fact("home_visit", "Visites à domicile", seeker.home_visit, words.HOME_VISITS[seeker.home_visit]),
        fact("outcome", "Issue", seeker.outcome, outcome),
        fact("doctor", "Médecin trouvé", names.doctor(seeker.doctor_id) or seeker.doctor_name),
        fact("declared_on", "Déclaration faite le", seeker.declared_on),
    ]


def _request(request: Request, names: Names) -> Record:
    outcome = words.OUTCOMES[request.outcome] if request.outcome else None
    labels = select(Label.name).join(RequestLabel, RequestLabel.label_id == Label.id)
    stuck = session.scalars(labels.where(RequestLabel.request_id == request.id).order_by(Label.name)).all()
    commune = session.get(Commune, request.commune_code)
    return [
        fact("reference", "Référence", request.reference),
        fact("received_at", "Reçue le", _local(request.received_at)),
        fact("state", "État", request.state, STATE_LABELS[request.state]),
        fact("outcome", "Résultat", request.outcome, outcome),
        fact("closed_at", "Close le", _local(request.closed_at)),
        fact("door", "Porte d’entrée", request.door, words.DOORS[request.door]),
        fact("channel", "Venue par", request.channel, words.CHANNELS[request.channel]),
        fact("organisation", "Envoyée par", names.organisation(request.organisation_id)),
        fact("entered_by", "Saisie par", names.user(request.entered_by_id)),
        fact("commune_code", "Commune", request.commune_code, commune.name if commune else None),
        fact("reason", "Motif", request.reason, words.REASONS[request.reason]),
        fact("current_doctor", "Médecin actuel ou précédent", names.doctor(request.current_doctor_id)),
        fact("is_followed", "Suivi par d’autres professionnels", request.is_followed),
        fact("medical_difficulty", "Difficulté médicale", request.medical_difficulty),
        fact("social_difficulty", "Difficulté sociale", request.social_difficulty),
        fact("coordination_difficulty", "Difficulté de coordination", request.coordination_difficulty),
        fact("needed_before", "Suivi nécessaire avant le", request.needed_before),
        fact("criteria", "Critères de priorité", request.criteria, _criteria(request)),
        fact("priority", "Priorité", request.priority),
        fact("override_reason", "Priorité décidée à la main", request.override_reason),
        fact("labels", "Étiquettes", list(stuck)),
    ]


def _criteria(request: Request) -> str | None:
    return ", ".join(CRITERIA.get(code, code) for code in request.criteria) or None


def _contact(request: Request) -> Record:
    known = read_contact(request)
    return [
        fact("phone", "Téléphone", known.phone, french.phone(known.phone) or None),
        fact("mail", "Courriel", known.mail),
        fact("call_when", "Quand appeler", known.call_when),
        fact("address", "Adresse", known.address),
        fact("doctor_name", "Médecin, tel qu’il a été écrit", known.doctor_name),
        fact("followed_by", "Suivi par", known.followed_by),
        fact("asker", "Qui a fait la demande", request.asker, words.ASKERS[request.asker]),
        fact("asker_name", "Son nom", known.asker_name),
        fact("asker_link", "Son lien avec la personne", known.asker_link),
        fact("asker_phone", "Son téléphone", known.asker_phone, french.phone(known.asker_phone) or None),
        fact("asker_mail", "Son courriel", known.asker_mail),
    ]


def _agreements(seeker: Seeker, names: Names) -> list[Record]:
    rows = session.scalars(select(Agreement).where(Agreement.seeker_id == seeker.id).order_by(Agreement.id))
    return [
        [
            fact("recipient", "Pour", one.recipient, words.RECIPIENTS[one.recipient]),
            fact("given_at", "Donné le", _local(one.given_at)),
            fact("consent", "Comment", one.consent, words.CONSENTS[one.consent]),
            fact("collected_by", "Recueilli par", names.user(one.collected_by_id)),
            fact("withdrawn_at", "Retiré le", _local(one.withdrawn_at)),
        ]
        for one in rows
    ]


def _steps(request: Request, names: Names) -> list[Record]:
    return [_step(step, names) for step in _rows(Step, request)]


def _step(step: Step, names: Names) -> Record:
    doctor, organisation = names.doctor(step.doctor_id), names.organisation(step.organisation_id)
    return [
        fact("at", "Le", _local(step.at)),
        fact("kind", "Quoi", step.kind, sentence(step.kind, step.data, doctor=doctor, organisation=organisation)),
        fact("actor", "Par", step.actor, names.user(step.user_id) or words.ACTORS[step.actor]),
        fact("doctor", "Médecin", doctor),
        fact("organisation", "Structure", organisation),
        fact("details", "Précisions", details(step.kind, step.data)),
        fact("note", "Note", read_text(step.note, step.seal_id, "note")),
        fact("cancelled_at", "Barré le", _local(step.cancelled_at)),
    ]


def _proposals(request: Request, seeker: Seeker, names: Names) -> list[Record]:
    theirs = set(session.scalars(select(ProposalSeeker.proposal_id).where(ProposalSeeker.seeker_id == seeker.id)))
    return [
        [
            fact("doctor", "Médecin", names.doctor(one.person_id)),
            fact("sent_at", "Sollicité le", _local(one.sent_at)),
            fact("state", "Où en est-ce", one.state, person_words.PROPOSALS[one.state]),
            fact("answered_at", "Réponse du", _local(one.answered_at)),
        ]
        for one in _rows(DoctorProposal, request)
        if one.id in theirs
    ]


def _referrals(request: Request, names: Names) -> list[Record]:
    return [
        [
            fact("recipient", "À", one.recipient, words.RECIPIENTS[one.recipient]),
            fact("organisation", "Structure", names.organisation(one.organisation_id)),
            fact("sent_at", "Envoyé le", _local(one.sent_at)),
            fact("asked", "Ce qui est demandé", read_text(one.asked, one.seal_id, "asked")),
            fact("acknowledged_at", "Accusé de réception", _local(one.acknowledged_at)),
            fact("called_back_on", "Personne rappelée le", one.called_back_on),
            fact("handled_by", "Suivi par", one.handled_by),
            fact("needs_ppcs", "PPCS nécessaire", one.needs_ppcs),
            fact("answer", "Réponse", one.answer, words.PARTNER_ANSWERS[one.answer] if one.answer else None),
            fact("answered_at", "Le", _local(one.answered_at)),
            fact("doctor", "Médecin", names.doctor(one.doctor_id) or one.doctor_name),
            fact("first_visit_on", "Premier rendez-vous", one.first_visit_on),
            fact("note", "Note", read_text(one.note, one.seal_id, "note")),
            fact("stopped_at", "Arrêté le", _local(one.stopped_at)),
        ]
        for one in _rows(Referral, request)
    ]


def _breaks(request: Request) -> list[Record]:
    return [
        [
            fact("happened_on", "Le", one.happened_on),
            fact("cause", "Cause", one.cause, words.BREAK_CAUSES[one.cause]),
            fact("pathway", "Parcours", one.pathway, words.PATHWAYS[one.pathway]),
            fact("note", "Note", read_text(one.note, one.seal_id, "note")),
            fact("reviewed_text", "Texte relu, sans nom", one.reviewed_text),
        ]
        for one in _rows(CareBreak, request)
    ]


def _questions(request: Request) -> list[Record]:
    return [
        [
            fact("asked_at", "Le", one.at),
            fact("organisation", "Par", one.by),
            fact("answer", "Réponse donnée", one.answer_code, one.answer),
        ]
        for one in questions_about(request)
    ]


def _openings(request: Request) -> list[Record]:
    return [
        [
            fact("on", "Le", one.on),
            fact("by", "Par", one.by),
            fact("what", "Quoi", one.what),
            fact("count", "Fois", one.count),
        ]
        for one in openings_of(request)
    ]


def _messages(request: Request) -> list[Record]:
    wanted = select(Message).where(Message.subject_type == "request", Message.subject_id == request.id)
    return [
        [
            fact("created_at", "Le", _local(one.created_at)),
            fact("to", "À", one.address),
            fact("title", "Objet", one.title),
            fact("state", "Envoyé le", _local(one.sent_at)),
        ]
        for one in session.scalars(wanted.order_by(Message.id))
    ]


def _rights(request: Request) -> list[Record]:
    return [
        [
            fact("kind", "Droit", one.kind, right_rules.KINDS[one.kind]),
            fact("asked_at", "Demandé le", _local(one.asked_at)),
            fact("due_on", "À répondre avant le", one.due_on),
            fact("note", "Précision", read_text(one.note, one.seal_id, "note")),
            fact("done_at", "Répondu le", _local(one.done_at)),
            fact("answer", "Réponse", one.answer, right_rules.answer_words(one.kind, one.answer) or None),
        ]
        for one in _rows(RightAsked, request)
    ]
