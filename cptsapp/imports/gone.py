"""Who was in the territory by an extract, or by their RPPS, and is no longer in the file: proposed as left."""

from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import Select, exists, or_, select

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.french import count
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Person, Place, Practice, PracticeMode, Profession
from cptsapp.imports import wording
from cptsapp.imports.compare import Verdict, signature
from cptsapp.imports.models import ItemKind
from cptsapp.imports.ours import OurPerson, OurPractice, practices_of
from cptsapp.imports.rows import FoundPerson
from cptsapp.territory.models import Commune

AT_ONCE = 300
# So many gone at once is rather a file cut short, or of somewhere else.
MANY, SHARE = 10, 0.2
REASON = "N’est plus dans l’extrait"
# Whoever posts slots here is asked about: ending their practice ends more than a line of the directory.
HAS_ACCOUNT = "N’est plus dans l’extrait, et a un compte ici\u202f: est-ce un départ\u202f?"
TOO_MANY = "N’est plus dans l’extrait, comme beaucoup d’autres\u202f: le fichier est-il entier\u202f?"


def verdicts(seen: Collection[int], extract_on: date) -> Iterator[Verdict]:
    """Everyone whom the file should have and has not. `seen` are the sheets that were met in it."""
    known = set(session.scalars(_known(extract_on)))
    merged = roots()
    missing = sorted({merged.get(one, one) for one in known} - set(seen))
    is_too_many = len(missing) > MANY and len(missing) > SHARE * len(known)
    for start in range(0, len(missing), AT_ONCE):
        some = missing[start : start + AT_ONCE]
        with_account = set(session.scalars(select(User.person_id).where(User.person_id.in_(some), User.is_active)))
        for person, practices in with_practices(some, extract_on):
            if practices:
                doubt = TOO_MANY if is_too_many else HAS_ACCOUNT if person.id in with_account else ""
                yield _verdict(person, practices, doubt)


def _known(extract_on: date) -> Select[int]:
    """Persons whom an extract has told of, or who have an RPPS, and who practise here for it to see."""
    there = exists().where(
        Practice.person_id == Person.id,
        Practice.starts_on <= extract_on,
        or_(Practice.ends_on.is_(None), Practice.ends_on > extract_on),
        Practice.mode != PracticeMode.LOCUM,
        or_(Practice.source_key.is_not(None), Person.rpps.is_not(None)),
        Place.id == Practice.place_id,
        Commune.code == Place.commune_code,
        Commune.is_own,
    )
    return select(Person.id).where(there, Person.profession != Profession.STAFF, Person.objected_on.is_(None))


def with_practices(person_ids: list[int], extract_on: date) -> list[tuple[OurPerson, list[OurPractice]]]:
    """These sheets, each with the practices that the file should have."""
    p = Person
    rows = session.execute(
        select(p.id, p.last_name, p.first_name, p.title, p.folded, p.profession, p.speciality, p.rpps, p.adeli, p.mail)
        .where(p.id.in_(person_ids), p.objected_on.is_(None))
        .order_by(p.id)
    )
    persons = {row[0]: OurPerson(*row) for row in rows}
    merged = roots()
    ids = {*persons, *(one for one, into in merged.items() if into in persons)}
    for person_id, practice in practices_of(Practice.person_id.in_(ids), extract_on):
        person = persons[merged.get(person_id, person_id)]
        is_due = practice.source_key is not None or (person.rpps and practice.mode is not PracticeMode.LOCUM)
        if practice.starts_on <= extract_on and is_due:
            person.practices.append(practice)
    return [(person, person.practices) for person in persons.values()]


def _verdict(person: OurPerson, practices: list[OurPractice], doubt: str) -> Verdict:
    ops = [{"op": "end", "id": our.id, "address": our.address, "commune": our.commune_code} for our in practices]
    named = FoundPerson(person.last_name, person.first_name, person.profession, rpps=person.rpps, adeli=person.adeli)
    left, _right = wording.sides(ops, named, person, {})
    ends = count(len(ops), "exercice prend fin", "exercices prennent fin")
    return Verdict(
        kind=ItemKind.GONE,
        person=named,
        reason=doubt or f"{REASON}\u202f: {ends}",
        ops=list(ops),
        person_id=person.id,
        label=wording.label_of_sheet(person),
        needs_decision=bool(doubt),
        ours={"fields": left},
        found={"fields": {}, "ops": ops, "signature": signature(ItemKind.GONE, person.id, named, ops)},
    )


def still_due(person_ids: Collection[int], extract_on: date) -> dict[int, list[int]]:
    """Sheet → the practices that would end: asked again on the day of applying."""
    return {
        person.id: [practice.id for practice in practices]
        for person, practices in with_practices(sorted(person_ids), extract_on)
    }
