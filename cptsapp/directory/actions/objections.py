"""Keeping someone out for good, and taking that back (§6.2: right to object).

Names, numbers, telephones, mails and notes are erased; profession, commune and dated practices stay, to be counted.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from cptsapp.accounts.actions.erasure import erase_accounts
from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.audit.erasure import blank_changes
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.core.text import fold
from cptsapp.directory import keepers
from cptsapp.directory.merged import same_person
from cptsapp.directory.models import (
    Delegation,
    Distinct,
    Exchange,
    Merge,
    Movement,
    Objection,
    Organisation,
    Person,
    PinnedField,
    Place,
    Practice,
    SheetKind,
)
from cptsapp.directory.queries import keeping_out as queries
from cptsapp.directory.queries.objections import fingerprints
from cptsapp.directory.rules.objections import Identity, remembered
from cptsapp.outbox.erasure import erase_messages
from cptsapp.territory import queries as territory

_BLANK: dict[str, Any] = {
    "last_name": "",
    "first_name": "",
    "title": "",
    "folded": "",
    "speciality": None,
    "rpps": None,
    "adeli": None,
    "mail": None,
    "phone": None,
    "accepts_overbook": False,
    "overbook_note": None,
    "verified_on": None,
    "verified_by": None,
    "informed_on": None,
    "do_not_call_on": None,
}
ADDRESS_ERASED = "adresse effacée"
NAME_ERASED = "Cabinet, nom effacé"


def object_for(person_id: int, *, by: CurrentUser) -> None:
    """Erase a person at their request, and remember by fingerprints not to let them in again.

    Raises Invisible, Refusal.
    """
    numbers = same_person({person_id})
    people = _locked(numbers)
    root = next((one for one in people if one.id == person_id), None)
    if root is None or root.merged_into_id is not None or root.objected_on is not None:
        raise Invisible
    if same_person({person_id}) != numbers:  # merged while we waited for the rows: one of them would keep the name
        raise Refusal("Une autre fiche vient d’être réunie à celle-ci : relisez la page, puis recommencez.")
    refuse_if(queries.why_not_object(numbers))
    _remember(queries.identities(numbers))
    _erase(people, numbers)
    record("person.objected", root, by=by)


def _locked(numbers: set[int]) -> Sequence[Person]:
    wanted = select(Person).where(Person.id.in_(numbers)).order_by(Person.id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def _remember(identities: Sequence[Identity]) -> None:
    texts = frozenset().union(*(remembered(one) for one in identities))
    prints = set(fingerprints(texts).values())
    known = set(session.scalars(select(Objection.fingerprint).where(Objection.fingerprint.in_(prints))))
    session.add_all(Objection(fingerprint=one, objected_on=territory.today()) for one in sorted(prints - known))


def _erase(people: Sequence[Person], numbers: set[int]) -> None:
    """What the features above know first, while the names still stand by which they find it."""
    keepers.erase(numbers)
    accounts = erase_accounts(numbers)
    mails = {mail.lower() for person in people if (mail := person.mail)} | accounts.mails
    names = {" ".join((person.first_name, person.last_name)) for person in people}
    erase_messages(mails, accounts.user_ids, names | accounts.names)
    structures, places = _erase_places(people, numbers)
    _erase_own(numbers)
    for person in people:
        for name, value in _BLANK.items():
            setattr(person, name, value)
        person.objected_on, person.updated_at = territory.today(), clock.now()
    session.flush()
    for table, ids in (
        ("person", numbers),
        ("user", accounts.user_ids),
        ("place", places),
        ("organisation", structures),
    ):
        blank_changes(table, ids)


def _erase_own(numbers: set[int]) -> None:
    today = territory.today()
    session.execute(delete(Exchange).where(Exchange.person_id.in_(numbers)))
    session.execute(delete(Movement).where(Movement.person_id.in_(numbers)))
    session.execute(update(Movement).where(Movement.replaced_by_id.in_(numbers)).values(replaced_by_id=None, note=None))
    own_pins = PinnedField.sheet_kind == SheetKind.PERSON, PinnedField.sheet_id.in_(numbers)
    session.execute(delete(PinnedField).where(*own_pins))
    pair = or_(Distinct.low_id.in_(numbers), Distinct.high_id.in_(numbers))
    session.execute(delete(Distinct).where(Distinct.sheet_kind == SheetKind.PERSON, pair))
    either = or_(Merge.kept_id.in_(numbers), Merge.merged_id.in_(numbers))
    nothing: dict[str, Any] = {"fields": {}, "pins": [], "sheets": [], "carried": []}
    session.execute(update(Merge).where(Merge.sheet_kind == SheetKind.PERSON, either).values(taken=nothing))
    theirs = or_(Delegation.practitioner_id.in_(numbers), Delegation.delegate_id.in_(numbers))
    session.execute(delete(Delegation).where(theirs, Delegation.starts_on >= today))
    still = or_(Delegation.ends_on.is_(None), Delegation.ends_on >= today)
    session.execute(update(Delegation).where(theirs, still).values(ends_on=today - timedelta(days=1)))
    session.execute(update(Practice).where(Practice.person_id.in_(numbers)).values(source_key=None))


def _erase_places(people: Sequence[Person], numbers: set[int]) -> tuple[set[int], set[int]]:
    """An address where nobody else practises gives the person away: its commune alone stays. So does their own name."""
    others = select(Practice.place_id).where(Practice.person_id.not_in(numbers))
    wanted = select(Place).join(Practice, Practice.place_id == Place.id)
    own = session.scalars(wanted.where(Practice.person_id.in_(numbers), Place.id.not_in(others)).distinct()).all()
    structures = {place.organisation_id for place in own if place.organisation_id is not None}
    named = {number for number in structures if _bears_name(session.get_one(Organisation, number), people)}
    for number in named:
        _erase_structure(session.get_one(Organisation, number))
    alone = [place for place in own if place.organisation_id is None or place.organisation_id in named]
    for place in alone:
        place.name, place.phone, place.address = None, None, ADDRESS_ERASED
    session.flush()
    ids = {place.id for place in alone}
    pins = PinnedField.sheet_kind == SheetKind.PLACE, PinnedField.sheet_id.in_(ids)
    session.execute(delete(PinnedField).where(*pins))
    return named, ids


def _bears_name(structure: Organisation, people: Sequence[Person]) -> bool:
    """Whether a practice is called after the person: « Cabinet du Dr Roy »."""
    words = set(structure.folded.split())
    return any(set(fold(person.last_name).split()) <= words for person in people if person.last_name)


def _erase_structure(structure: Organisation) -> None:
    structure.name, structure.folded = NAME_ERASED, fold(NAME_ERASED)
    structure.finess = structure.siret = structure.structure_id = structure.phone = structure.mail = None
    session.flush()
    pins = PinnedField.sheet_kind == SheetKind.ORGANISATION, PinnedField.sheet_id == structure.id
    session.execute(delete(PinnedField).where(*pins))


# -- taking it back ---------------------------------------------------------------------------------------------------


def lift(identity: Identity, *, by: CurrentUser) -> None:
    """Let someone in again who says who they are: their fingerprints go. Raises Refusal when none is known."""
    prints = set(fingerprints(remembered(identity)).values())
    gone = session.scalars(
        delete(Objection).where(Objection.fingerprint.in_(prints)).returning(Objection.objected_on)
    ).all()
    if not gone:
        raise Refusal(
            "Aucune opposition n’est connue sous cette identité : vérifiez le nom, la commune et les numéros."
        )
    _count_no_more(identity, set(gone))
    record("objection.lifted", None, by=by)


def _count_no_more(identity: Identity, days: set[date]) -> None:
    """The nameless sheet of that day, profession and commune stops being counted: a new one will be.

    Two of them that agree in all this are counted alike: either may stop.
    """
    wanted = (
        select(Practice)
        .join(Person, Person.id == Practice.person_id)
        .join(Place, Place.id == Practice.place_id)
        .where(
            Person.objected_on.in_(days),
            Person.profession == identity.profession,
            Place.commune_code.in_(identity.communes),
            Practice.ends_on.is_(None),
        )
        .order_by(Practice.id)
    )
    first = session.scalars(wanted).first()
    if first is None:
        return
    yesterday = territory.today() - timedelta(days=1)
    open_ones = select(Practice).where(Practice.person_id == first.person_id, Practice.ends_on.is_(None))
    for practice in session.scalars(open_ones):
        practice.ends_on = max(yesterday, practice.starts_on)
    session.flush()
