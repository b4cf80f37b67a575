"""The conventions of the demonstration: drafted, read, adopted, signed and kept, each act at its day, by real actions.

Done twice, nothing is written a second time.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.models import Commitment, CommitmentState, Side
from cptsapp.checklists.rules import OPEN
from cptsapp.conventions.actions import adoption, amending, circulation, clauses, drafting, partners, signing, templates
from cptsapp.conventions.actions.drafting import Head
from cptsapp.conventions.actions.partners import ContactTerms
from cptsapp.conventions.actions.signing import Signed
from cptsapp.conventions.actions.term import run as end_by_term
from cptsapp.conventions.models import (
    Convention,
    ConventionComment,
    ConventionState,
    ConventionTemplate,
    Partner,
    Renewal,
    TemplateVersion,
)
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.periods import months_later
from cptsapp.demo import cast
from cptsapp.demo.days import moving_clock, stand_at, working
from cptsapp.demo.partners import ARTICLES, COMMENTS, PARTNERS, Bound
from cptsapp.demo.people import People
from cptsapp.directory.actions.people import create_person, create_place, create_practice
from cptsapp.directory.models import Organisation, Profession
from cptsapp.files.actions import store
from cptsapp.territory import queries as territory

DAY = timedelta(days=1)
PACE = 15  # what falls due is looked at as often, in days
SIGNER = "Dr Anne Pouvreau"
SHARED = f"https://partage.{cast.DOMAIN}/conventions"
Event = tuple[datetime, Callable[[], object]]


@dataclass
class Deed:
    """A convention of the story: who acts for it, and its number once drafted."""

    bound: Bound
    people: People
    partner_id: int = 0
    contact_id: int = 0
    contact: str = ""
    id: int = 0

    @property
    def office(self) -> CurrentUser:
        """The coordination."""
        return self.people.coordinator

    def convention(self) -> Convention:
        """The convention as it is now."""
        return session.get_one(Convention, self.id)


def seed_conventions(people: People) -> None:
    """Everything up to today, unless it is there. Commits as it goes; the clock goes back to now at the end."""
    if session.scalar(select(Convention.id).limit(1)) is not None:
        return
    now = clock.now()
    deeds = [Deed(bound, people) for bound in PARTNERS]
    with moving_clock(now.isoformat()):
        stand_at(now - 700 * DAY)
        templates.install(by=people.coordinator)
        for deed in deeds:
            _meet(deed)
        session.commit()
        for at, act in sorted((event for deed in deeds for event in _events(deed, now)), key=lambda event: event[0]):
            stand_at(at)
            act()
        session.commit()


# -- who they are -----------------------------------------------------------------------------------------------------


def _meet(deed: Deed) -> None:
    """The structure, whom one speaks to there, the partner."""
    bound, by = deed.bound, deed.office
    found = session.scalar(select(Organisation).where(Organisation.name == bound.house))
    if found is None:
        made = partners.add_with_structure(bound.house, bound.kind, bound.relation, phone=bound.phone, mail=None, by=by)
    else:
        made = partners.add(found, bound.kind, bound.relation, by=by)
    deed.partner_id = made.id
    deed.contact_id, deed.contact = _contact(deed, made)
    terms = ContactTerms(deed.contact_id, "", "direction", bound.phone, None, is_signatory=True)
    partners.add_contact(made, terms, by=by)


def _contact(deed: Deed, partner: Partner) -> tuple[int, str]:
    """Someone of the cast, or of the directory alone: their number and their name."""
    first, last, known = deed.bound.person
    if known:
        number = deed.people.actors[known].person_id
        assert number is not None  # who has an account of a partner is in the directory
        return number, known
    by = deed.office
    values = {"first_name": first, "last_name": last, "profession": Profession.STAFF}
    values |= {"mail": cast.mail_of(f"{first} {last}")}
    person = create_person(values, by=by)
    where = {
        "address": "1, rue de l’Essai",
        "commune_code": cast.COMMUNES[0],
        "organisation_id": partner.organisation_id,
    }
    create_practice(person, create_place(where, by=by), territory.today(), by=by)
    return person.id, f"{first} {last}"


# -- what is done, and when -------------------------------------------------------------------------------------------


def _events(deed: Deed, now: datetime) -> Iterator[Event]:
    """Each act at its instant; those to come are not done."""
    at = now - deed.bound.age * DAY
    yield working(at - _ahead(deed) * DAY), lambda: _draft(deed, now)
    for days, act in _story(deed, now):
        if at + days * DAY <= now:
            yield working(at + days * DAY), act


def _ahead(deed: Deed) -> int:
    """How long before its mark a text begins to be written."""
    known = {ConventionState.DRAFT: 0, ConventionState.CIRCULATED: 20, ConventionState.ADOPTED: 60}
    return known.get(deed.bound.state, 70)


def _story(deed: Deed, now: datetime) -> Iterator[tuple[int, Callable[[], object]]]:
    """What follows the drafting, by day counted from `age` days ago."""
    state = deed.bound.state
    if state is ConventionState.CIRCULATED:
        yield 0, lambda: _circulate(deed, 20)
    elif state is ConventionState.ADOPTED:
        yield -45, lambda: _circulate(deed, 25)
        yield 0, lambda: _adopt(deed)
        yield 4, lambda: _sign(deed, count=1)
    elif state in (ConventionState.IN_FORCE, ConventionState.ENDED):
        yield -60, lambda: _circulate(deed, 25)
        yield -52, lambda: _comment(deed)
        yield -48, lambda: _answer(deed)
        yield -15, lambda: _adopt(deed)
        yield -6, lambda: _sign(deed, count=1)
        yield 0, lambda: _sign(deed, count=2)
        yield from ((days, lambda: _keep(deed, now)) for days in range(PACE, deed.bound.age, PACE))
        yield deed.bound.age - 9, lambda: _begin(deed, now)
        yield deed.bound.age - 20, lambda: _journal(deed)
        yield deed.bound.age - 12, lambda: _amend(deed)
        yield deed.bound.age - 3, lambda: end_by_term(clock.now())


def _draft(deed: Deed, now: datetime) -> None:
    """Drawn from the template of its kind, or written by hand; who owes what is said at once."""
    bound, by = deed.bound, deed.office
    starts_on = _starts_on(bound, now)
    ends_on = months_later(starts_on, bound.months) - DAY
    head = Head(
        f"Convention avec {_article(bound.house)}",
        starts_on,
        ends_on,
        bound.renewal,
        None if bound.renewal is Renewal.NONE else bound.months,
        3 if bound.renewal is Renewal.TACIT else None,
        deed.people.persons[bound.lead],
    )
    drawn = None if bound.state is ConventionState.DRAFT else _template(bound)
    made = drafting.create(head, [deed.partner_id], drawn, by=by)
    deed.id = made.id
    if drawn is None and bound.kind in ARTICLES:
        drafting.draw(made, ARTICLES[bound.kind], by=by)
    _give_out(deed, made)


def _starts_on(bound: Bound, now: datetime) -> date:
    """A text that nobody has signed yet takes effect some days from now; one in force did on its last signature."""
    to_come = {ConventionState.DRAFT: 45, ConventionState.CIRCULATED: 40, ConventionState.ADOPTED: 4}
    day = territory.local(now).date()
    return day + to_come[bound.state] * DAY if bound.state in to_come else day - bound.age * DAY


def _article(house: str) -> str:
    """« le DAC … », « la MSP … », « l’EHPAD … »."""
    feminine, elided = ("MSP", "CPTS", "Commune", "Clinique", "MiSAS"), ("EHPAD",)
    word = house.split()[0]
    if word in elided:
        return f"l’{house}"
    name = house[:1].lower() + house[1:] if word in ("Commune", "Clinique", "Centre", "Département") else house
    return f"{'la' if word in feminine else 'le'} {name}"


def _template(bound: Bound) -> int | None:
    newest = (
        select(TemplateVersion.id)
        .join(ConventionTemplate, ConventionTemplate.id == TemplateVersion.template_id)
        .where(ConventionTemplate.kind == bound.kind)
        .order_by(TemplateVersion.number.desc())
    )
    return session.scalar(newest.limit(1))


def _give_out(deed: Deed, made: Convention) -> None:
    """Who owes each commitment: the contact for the partner, professionals in turn for the CPTS."""
    ours = cycle(deed.people.persons[name] for name in deed.bound.owners)
    for line in _lines(made):
        owner_id = deed.contact_id if line.side is Side.PARTNER else next(ours)
        typed = clauses.Typed(
            line.label,
            line.side,
            line.expected,
            line.due_months,
            line.every_months,
            line.is_continuous,
            owner_id,
        )
        clauses.change_clause(made.id, line.id, typed, version=None, by=deed.office)


def _lines(made: Convention) -> list[Commitment]:
    wanted = select(Commitment).where(Commitment.checklist_id == made.checklist_id)
    return list(session.scalars(wanted.order_by(Commitment.position, Commitment.id)))


def _circulate(deed: Deed, days: int) -> None:
    circulation.circulate(deed.id, territory.today() + days * DAY, by=deed.office)


def _comment(deed: Deed) -> None:
    first = deed.convention().articles[0].number
    for is_of_first, words, _answer in COMMENTS:
        about = first if is_of_first else None
        circulation.comment(deed.id, words, article_number=about, said_by=deed.contact, by=deed.office)


def _answer(deed: Deed) -> None:
    said = select(ConventionComment).where(
        ConventionComment.convention_id == deed.id, ConventionComment.answer.is_(None)
    )
    answers = {words: answer for _is_of_first, words, answer in COMMENTS}
    for one in session.scalars(said).all():
        circulation.answer(deed.id, one.id, answers[one.body], by=deed.office)


def _adopt(deed: Deed) -> None:
    minutes = _paper("Procès-verbal du conseil", f"Convention avec {deed.bound.house}", deed.office)
    adoption.adopt(deed.id, territory.today(), minutes_id=minutes, by=deed.office)


def _sign(deed: Deed, *, count: int) -> None:
    """The CPTS first, then the partner."""
    convention = deed.convention()
    party = sorted(convention.parties, key=lambda one: one.position)[count - 1]
    who, function = (SIGNER, "présidente") if party.partner_id is None else (deed.contact, "direction")
    signed = Signed(who, function, territory.today())
    paper = _paper("Convention signée", deed.bound.house, deed.office)
    signing.sign(deed.id, party.id, signed, checksum=convention.checksum or "", file_id=paper, by=deed.office)


def _keep(deed: Deed, now: datetime) -> None:
    """Keep what falls due within a fortnight, and show it; the last to fall due are left, as many as are said late."""
    today, present = territory.today(), territory.local(now).date()
    due = [line for line in _dated(deed) if line.due_on is not None and line.due_on < present]
    for line in due[: len(due) - deed.bound.late]:
        if line.due_on is not None and line.due_on <= today + PACE * DAY:
            checklists.tick(line.id, CommitmentState.DONE, by=deed.office, on=today)
            address = f"{SHARED}/{deed.id}/{line.id}"
            checklists.add_link(line.id, address, line.expected or "Compte rendu", by=deed.office)


def _dated(deed: Deed) -> list[Commitment]:
    """What is still owed by a day, the first to fall due first."""
    known = (line for line in _lines(deed.convention()) if line.state in OPEN and line.due_on is not None)
    return sorted(known, key=lambda line: (line.due_on or date.max, line.id))


def _begin(deed: Deed, now: datetime) -> None:
    """Some are under way: the next ones to come."""
    present = territory.local(now).date()
    ahead = [line for line in _dated(deed) if line.due_on is not None and line.due_on >= present]
    for line in ahead[: deed.bound.doing]:
        checklists.tick(line.id, CommitmentState.DOING, by=deed.office)


def _journal(deed: Deed) -> None:
    convention = deed.convention()
    words = "Point d’étape avec l’équipe : ce qui est tenu, ce qui attend, qui rappelle qui."
    checklists.write(convention.checklist_id, "journal.meeting", words, happened_on=territory.today(), by=deed.office)


def _amend(deed: Deed) -> None:
    """An amendment that is being read again."""
    if not deed.bound.is_amended:
        return
    made = amending.amend(deed.id, ["1"], by=deed.office)
    circulation.circulate(made.id, territory.today() + 115 * DAY, by=deed.office)


# -- papers -----------------------------------------------------------------------------------------------------------


def _paper(title: str, about: str, by: CurrentUser) -> int:
    """A page that stands for the signed paper; gives its number."""
    said = f"{title} - {about} - exemplaire de démonstration"
    return store(io.BytesIO(_pdf(said)), f"{title}, {about}.pdf", by=by).id


def _pdf(words: str) -> bytes:
    """The smallest page that reads: one line of text."""
    text = words.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    line = b"BT /F1 14 Tf 60 760 Td (" + text + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /Lang (fr) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
        b" /Encoding /WinAnsiEncoding >> >> >> >>",
        b"<< /Length " + str(len(line)).encode() + b" >>\nstream\n" + line + b"\nendstream",
    )
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += str(number).encode() + b" 0 obj\n" + content + b"\nendobj\n"
    start = len(made)
    rows = b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    made += b"xref\n0 5\n0000000000 65535 f \n" + rows
    made += b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n" + str(start).encode() + b"\n%%EOF\n"
    return bytes(made)
