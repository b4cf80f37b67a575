"""From the lines of the extract to the persons they tell of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cptsapp.core.text import fold
from cptsapp.directory.models import OrganisationKind, Profession
from cptsapp.directory.rules.numbers import is_finess, is_siret
from cptsapp.imports.lists import mail_of, phone_of
from cptsapp.imports.rows import FoundPerson, FoundPractice, FoundStructure
from cptsapp.imports.rules import codes
from cptsapp.imports.rules.reader import Row, street_of
from cptsapp.imports.spool import Spool
from cptsapp.territory import national

_TITLES: Mapping[str, str] = {"DR": "Dr", "PR": "Pr"}
# Words of a street that stay small: « RUE DE LA FORET » is shown « rue de la Foret ».
_SMALL = frozenset(("de", "du", "des", "la", "le", "les", "et", "en", "sur", "sous", "aux", "au", "à"))
_ACRONYMS = frozenset(
    ("CH", "CHU", "CMP", "CPTS", "DAC", "EHPAD", "HAD", "IME", "MDPH", "MSP", "SARL", "SAS", "SCM", "SCP")
) | frozenset(("SEL", "SELARL", "SELAS", "SISA", "SSIAD", "USLD"))
# Capitals have no accents: those of the words that nearly every structure is named with are given back.
_ACCENTED: Mapping[str, str] = {
    "sante": "santé",
    "hopital": "hôpital",
    "medical": "médical",
    "medicale": "médicale",
    "medico": "médico",
    "pole": "pôle",
    "kinesitherapie": "kinésithérapie",
}


@dataclass(frozen=True, slots=True)
class NoProfession:
    """Someone of whom the file does not say a profession that the directory knows: shown, never taken."""

    label: str
    lines: tuple[int, ...]
    reason: str


def persons(spool: Spool) -> Iterator[FoundPerson | NoProfession]:
    """Everyone of the territory, or who may be, one at a time."""
    for adeli, rows in spool.persons():
        known = [row for row in rows if row.profession_code in codes.PROFESSIONS]
        lost = [row for row in rows if row.profession_code not in codes.PROFESSIONS]
        if known:
            yield _person(adeli, known)
        if lost:
            label = f"{cased(lost[0].first_name)} {cased(lost[0].last_name)}".strip()
            yield NoProfession(label, tuple(row.line for row in lost), _sentence(lost[0].doubts))


def _person(adeli: str | None, rows: Sequence[Row]) -> FoundPerson:
    first = next((row for row in rows if row.is_rpps), rows[0])
    professions = _professions(rows)
    main = professions[first.line]
    return FoundPerson(
        last_name=cased(first.last_name),
        first_name=cased(first.first_name),
        profession=main,
        practices=tuple(_practices(rows, professions)),
        rpps=first.identifier if first.is_rpps and not first.is_person_doubtful else None,
        adeli=adeli,
        title=_TITLES.get(first.values.get("civility", ""), ""),
        speciality=_speciality(rows) if main is Profession.SPECIALIST else None,
        lines=tuple(row.line for row in rows),
        doubts=tuple(dict.fromkeys(doubt for row in rows if row.is_person_doubtful for doubt in row.doubts[:1])),
    )


def _professions(rows: Sequence[Row]) -> dict[int, Profession]:
    """Line → profession. A doctor is a GP when one of the lines says so, or when none says a speciality."""
    skills = [(row.values.get("skill", ""), row.values.get("skill_label", "")) for row in rows]
    is_gp = any(codes.is_general_medicine(*skill) for skill in skills) or not any(any(skill) for skill in skills)
    doctor = Profession.GP if is_gp else Profession.SPECIALIST
    return {
        row.line: doctor if row.profession_code == codes.DOCTOR else codes.PROFESSIONS[row.profession_code]
        for row in rows
    }


def _speciality(rows: Sequence[Row]) -> str | None:
    """The label of a « spécialité », else of whatever skill a line names."""
    labels = [(row.values.get("skill_type") != "S", row.values.get("skill_label", "")) for row in rows]
    return min(((rank, label) for rank, label in labels if label), default=(True, None), key=lambda pair: pair[0])[1]


def _practices(rows: Sequence[Row], professions: Mapping[int, Profession]) -> Iterator[FoundPractice]:
    by_key: dict[tuple[str, Profession], list[Row]] = {}
    for row in rows:
        by_key.setdefault((row.practice, professions[row.line]), []).append(row)
    for (key, profession), mine in by_key.items():
        yield _practice(key, profession, mine)


def _practice(key: str, profession: Profession, rows: Sequence[Row]) -> FoundPractice:
    # A line without a doubt says enough of the practice: the others add nothing.
    clear = [row for row in rows if not _doubts(row)]
    row = clear[0] if clear else rows[0]
    get = row.values.get
    return FoundPractice(
        key=key,
        profession=profession,
        commune_code=row.commune_code,
        address=address_of(row.values),
        mode=codes.MODES.get(get("mode", ""), codes.MODES[""]),
        structure=_structure(row.values, row.commune_code),
        phone=phone_of(get("phone", "")) or phone_of(get("phone_2", "")),
        doubt=None if clear else _sentence(_doubts(row)),
        communes=row.communes,
        lines=tuple(row.line for row in rows),
    )


def _doubts(row: Row) -> list[str]:
    """What is doubtful of the practice, and not of the person."""
    return row.doubts[1:] if row.is_person_doubtful else row.doubts


def _sentence(doubts: Sequence[str]) -> str:
    return "\u202f; ".join(doubts)


def _structure(values: Mapping[str, str], commune_code: str) -> FoundStructure | None:
    """The structure; a sole practitioner's own « structure » is only their address, and is none."""
    get = values.get
    name = get("company") or get("sign", "")
    kind = codes.KINDS.get(get("sector", ""), OrganisationKind.OTHER)
    finess, siret = get("finess", ""), get("siret", "")
    commune = national.commune(commune_code) if commune_code else None
    if not name or (get("sector") == "SA07" and not is_finess(finess)):
        return None
    return FoundStructure(
        name=titled(name, commune.name if commune else ""),
        kind=_kind_of_name(name, kind),
        finess=finess if is_finess(finess) else None,
        siret=siret if is_siret(siret) else None,
        structure_id=get("structure") or None,
        mail=mail_of(get("mail", "")),
    )


def _kind_of_name(name: str, kind: OrganisationKind) -> OrganisationKind:
    """The extract has no sector for EHPAD: the name tells."""
    if kind is OrganisationKind.OTHER and "ehpad" in name.lower():
        return OrganisationKind.CARE_HOME
    return kind


def address_of(values: Mapping[str, str]) -> str:
    """The number and the street as people write them: « 12 rue des Saules », from capitals."""
    kind = values.get("street_type") or values.get("street_type_code", "")
    softened = dict(values) | {"street_type": kind.lower(), "street": _softened(values.get("street", ""))}
    return street_of(softened) or values.get("distribution", "")


def _softened(street: str) -> str:
    if not street.isupper():
        return street
    words = street.lower().split()
    return " ".join(word if word in _SMALL else _apostrophes(word) for word in words)


def titled(name: str, commune: str = "") -> str:
    """The name of a structure, from capitals: « EHPAD LES TAMARIS » → « EHPAD les Tamaris ».

    The name of its commune at the end is written as the commune's own: « CABINET BREM SUR MER » → « Cabinet
    Brem-sur-Mer ».
    """
    words = name.split()
    if not name.isupper():
        return " ".join(words)
    begins = _before(words, fold(commune))
    ends = [commune] if len(begins) < len(words) else []
    return " ".join((*(_title(word, at) for at, word in enumerate(begins)), *ends))


def _before(words: list[str], ending: str) -> list[str]:
    """The words that come before the folded ending, or all of them when they do not end so."""
    for at in range(len(words)):
        if ending and fold(" ".join(words[at:])) == ending:
            return words[:at]
    return words


def _title(word: str, at: int) -> str:
    """A word of a name in capitals; the first has a capital whatever it is."""
    if word in _ACRONYMS:
        return word
    low = _ACCENTED.get(word.lower(), word.lower())
    return low if at and low in _SMALL else _apostrophes(low)


def _apostrophes(word: str) -> str:
    """« d'aubigny » → « d’Aubigny »."""
    begins, apostrophe, rest = word.replace("’", "'").partition("'")
    return f"{begins}’{rest.title()}" if apostrophe and len(begins) == 1 else word.replace("'", "’").title()


def cased(name: str) -> str:
    """A name in capitals as people write names: « LE GOFF » → « Le Goff »; any other is left as it is."""
    name = " ".join(name.split())
    return name.title().replace("'", "’") if name.isupper() else name
