"""What an item says: its label, its reason, both sides field by field; and what differs between two practices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cptsapp.core import french
from cptsapp.directory.models import PracticeMode, Profession
from cptsapp.directory.rules.words import MODE_LABELS, PROFESSION_LABELS
from cptsapp.imports.ours import OurPerson, OurPractice
from cptsapp.imports.places import same_address
from cptsapp.imports.rows import FoundPerson, FoundPractice
from cptsapp.territory import national

Op = dict[str, Any]
Fields = dict[str, str]

LABELS: Mapping[str, str] = {
    "last_name": "Nom",
    "first_name": "Prénom",
    "title": "Titre",
    "speciality": "Spécialité",
    "rpps": "RPPS",
    "adeli": "ADELI",
    "profession": "Profession",
    "mail": "Courriel",
    "phone": "Téléphone",
    "address": "Adresse",
    "commune_code": "Commune",
    "mode": "Mode d’exercice",
    "practice_profession": "Profession exercée",
}


# -- what differs between two practices -------------------------------------------------------------------------------


def practice_ops(their: FoundPractice, our: OurPractice, is_extract: bool) -> Iterator[Op]:
    """The operations that make our practice what the file says. Nothing for what the file leaves empty."""
    if is_extract and their.key != our.source_key:
        yield {"op": "key", "id": our.id, "after": their.key, "before": our.source_key}
    if their.commune_code and their.commune_code != our.commune_code:
        yield _on(our, "commune_code", our.commune_code, their.commune_code)
    if their.address and not same_address(their.address, our.address):
        yield _on(our, "address", our.address, their.address)
    if their.phone and their.phone != our.phone:
        yield _on(our, "phone", our.phone, their.phone)
    # Locums are known to the CPTS alone: the file has them as liberal, or not at all.
    if is_extract and their.mode is not our.mode and our.mode is not PracticeMode.LOCUM:
        yield _on(our, "mode", our.mode.value, their.mode.value)
    if their.profession is not our.profession:
        yield _on(our, "practice_profession", our.profession.value, their.profession.value)


def _on(our: OurPractice, name: str, before: str | None, after: str) -> Op:
    return {"op": "practice", "id": our.id, "name": name, "before": before, "after": after}


# -- sentences --------------------------------------------------------------------------------------------------------


def label(person: FoundPerson, ours: OurPerson | None) -> str:
    """« Dr Anne Pouvreau, médecin généraliste, Sainte-Foy »."""
    name = ours.full_name if ours else " ".join(p for p in (person.title, person.first_name, person.last_name) if p)
    profession = PROFESSION_LABELS[ours.profession if ours else person.profession]
    code = next((practice.commune_code for practice in person.practices if practice.commune_code), "")
    return ", ".join(part for part in (name, profession, commune(code)) if part)


def label_of_sheet(ours: OurPerson) -> str:
    """« Dr Anne Pouvreau, médecin généraliste, Sainte-Foy », from the sheet alone."""
    code = ours.practices[0].commune_code if ours.practices else ""
    return ", ".join(part for part in (ours.full_name, PROFESSION_LABELS[ours.profession], commune(code)) if part)


def newcomer(person: FoundPerson) -> str:
    """Why someone is new, in a sentence."""
    if not person.practices:
        return "N’est pas encore dans l’annuaire"
    return f"N’est pas encore dans l’annuaire\u202f: {french.count(len(person.practices), 'lieu', 'lieux')} d’exercice"


def of_ops(ops: Sequence[Op]) -> str:
    """« adresse, téléphone », « un exercice s’ajoute »."""
    said: list[str] = []
    for op in ops:
        if op["op"] in ("set", "practice"):
            said.append(LABELS[op["name"]].lower() if op["name"] not in ("rpps", "adeli") else LABELS[op["name"]])
        elif op["op"] == "start":
            said.append("un exercice s’ajoute")
        elif op["op"] == "end":
            said.append("un exercice n’est plus dans le fichier")
    if not said:
        return "Reconnu dans l’extrait, rien d’autre ne change"
    sentence = ", ".join(dict.fromkeys(said))
    return sentence[:1].upper() + sentence[1:]


def commune(code: str) -> str:
    """The name of a commune, or its code when it is no more."""
    found = national.commune(code) if code else None
    return found.name if found else code


def communes(codes: Iterable[str]) -> list[dict[str, str]]:
    """What one chooses among."""
    return [{"code": code, "name": commune(code)} for code in codes]


def practice(found: FoundPractice) -> str:
    """« libéral, 12 rue des Saules, Talmont-Saint-Hilaire (Cabinet des Dunes) »."""
    where = ", ".join(part for part in (found.address, commune(found.commune_code)) if part)
    structure = f" ({found.structure.name})" if found.structure else ""
    return f"{MODE_LABELS[found.mode]}, {where}{structure}" if where else f"{MODE_LABELS[found.mode]}{structure}"


# -- both sides -------------------------------------------------------------------------------------------------------


def sides(
    ops: Sequence[Op], person: FoundPerson, ours: OurPerson | None, by_name: Mapping[str, FoundPractice]
) -> tuple[Fields, Fields]:
    """(ours, theirs), label → text, in the order one reads: who, then where."""
    left: Fields = {}
    right: Fields = {}
    if ours is None or any(op["op"] == "person" for op in ops):
        right |= _who(person)
    elif not any(op["op"] == "set" for op in ops):
        left["Nom"], right["Nom"] = ours.full_name, f"{person.first_name} {person.last_name}".strip()
    for op in ops:
        for name, before, after in _sides_of(op, by_name, ours):
            title = _free(name, left, right)
            left |= {title: before} if before else {}
            right |= {title: after} if after else {}
    return left, right


def _who(person: FoundPerson) -> Fields:
    fields = {
        "Nom": f"{person.title} {person.first_name} {person.last_name}".strip(),
        "Profession": PROFESSION_LABELS[person.profession],
        "Spécialité": person.speciality or "",
        "RPPS": person.rpps or "",
        "ADELI": person.adeli or "",
        "Courriel": person.mail or "",
    }
    return {name: said for name, said in fields.items() if said}


def _free(name: str, *sides_: Fields) -> str:
    """The label, or the label with a number when it is taken: two practices may each change their address."""
    rank, title = 1, name
    while any(title in side for side in sides_):
        rank += 1
        title = f"{name} {rank}"
    return title


def _sides_of(op: Op, by_name: Mapping[str, FoundPractice], ours: OurPerson | None) -> Iterator[tuple[str, str, str]]:
    if op["op"] in ("set", "practice"):
        yield LABELS[op["name"]], text(op["name"], op["before"]), text(op["name"], op["after"])
    elif op["op"] == "start":
        found = by_name[op["practice"]]
        yield "Exercice", "", practice(found)
        if found.phone:
            yield LABELS["phone"], "", french.phone(found.phone)
    elif op["op"] == "end":
        yield "Exercice", ", ".join(part for part in (op["address"], commune(op["commune"])) if part), ""


def text(name: str, value: str | None) -> str:
    """A value as people read it."""
    if not value:
        return ""
    if name == "phone":
        return french.phone(value)
    if name in ("profession", "practice_profession"):
        return PROFESSION_LABELS[Profession(value)]
    if name == "mode":
        return MODE_LABELS[PracticeMode(value)]
    return commune(value) if name == "commune_code" else value
