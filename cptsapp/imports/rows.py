"""What a file says of a person, whatever the file: the extract and the CPTS's own lists are compared in this one form.

Everything is plain text, dates aside, so that a review can keep it as JSON and apply it days later.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cptsapp.directory.models import OrganisationKind, PracticeMode, Profession


@dataclass(frozen=True, slots=True)
class FoundStructure:
    """The structure someone practises in; numbers are None when the file does not give them."""

    name: str
    kind: OrganisationKind = OrganisationKind.OTHER
    finess: str | None = None
    siret: str | None = None
    structure_id: str | None = None
    phone: str | None = None
    mail: str | None = None


@dataclass(frozen=True, slots=True)
class FoundPractice:
    """A practice as the file has it.

    `key` names it from one file to the next (the technical structure, else the folded name and address). `commune_code`
    is "" when it could not be decided: `communes` then holds the possible codes. `doubt` is a French sentence: the
    practice waits for a decision. `phone` is in the form +33…
    """

    key: str
    profession: Profession
    commune_code: str
    address: str
    mode: PracticeMode = PracticeMode.LIBERAL
    structure: FoundStructure | None = None
    phone: str | None = None
    doubt: str | None = None
    communes: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from the person's other practices: two professions may be exercised at one place."""
        return f"{self.profession.value} {self.key}"


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person as the file has them, with all their practices and the numbers of their lines.

    A field that is None is unknown to the file, and says nothing against ours. `doubts` are French sentences about the
    person: nothing of them is taken before someone decides.
    """

    last_name: str
    first_name: str
    profession: Profession
    practices: tuple[FoundPractice, ...] = ()
    rpps: str | None = None
    adeli: str | None = None
    title: str = ""
    speciality: str | None = None
    mail: str | None = None
    phone: str | None = None
    lines: tuple[int, ...] = ()
    doubts: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As a review keeps it."""
        return asdict(self)

    def with_commune(self, code: str) -> "FoundPerson":
        """The same person once someone has said in which commune the undecided practices are."""
        return replace(self, practices=tuple(_settled(practice, code) for practice in self.practices))


def _settled(practice: FoundPractice, code: str) -> FoundPractice:
    return practice if practice.commune_code else replace(practice, commune_code=code)


def person_from_json(record: Mapping[str, Any]) -> FoundPerson:
    """The inverse of `FoundPerson.to_json`."""
    values = dict(record)
    values["profession"] = Profession(values["profession"])
    values["practices"] = tuple(_practice(practice) for practice in values["practices"])
    return FoundPerson(**values | {name: tuple(values[name]) for name in ("lines", "doubts")})


def _practice(record: Mapping[str, Any]) -> FoundPractice:
    values = dict(record)
    values["profession"] = Profession(values["profession"])
    values["mode"] = PracticeMode(values["mode"])
    if values["structure"] is not None:
        structure = dict(values["structure"])
        values["structure"] = FoundStructure(**structure | {"kind": OrganisationKind(structure["kind"])})
    return FoundPractice(**values | {name: tuple(values[name]) for name in ("communes", "lines")})
