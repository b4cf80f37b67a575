"""A relative of a circle: name and contact sealed in the member, opened for those who hold the plan."""

import json
from dataclasses import asdict, dataclass, field
from uuid import uuid4

from cptsapp.care_plans.models import CircleMember
from cptsapp.core.seal import ring
from cptsapp.inbox.patients import refuse_nir

UNNAMED = "Un proche"


@dataclass(frozen=True, slots=True)
class Relative:
    """Someone close who takes part: name, link to the person (« fille »), phone as +33…, mail; nothing in `repr`."""

    name: str = field(repr=False)
    link: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)

    @property
    def initials(self) -> str:
        """« J. B. », as the circle reads it: a whole name would tell the person's."""
        return " ".join(f"{word[:1].upper()}." for word in self.name.split())


def seal_relative(member: CircleMember, relative: Relative) -> None:
    """Write a relative in a member. Raises Refusal for what looks like a NIR."""
    refuse_nir(*asdict(relative).values())
    member.seal_id = member.seal_id or uuid4()
    seal = ring().seal
    kept = {name: value for name, value in asdict(relative).items() if value and name != "name"}
    member.name = seal(relative.name.strip(), member.seal_id, "name")
    member.contact = seal(json.dumps(kept, ensure_ascii=False), member.seal_id, "contact")


def read_relative(member: CircleMember) -> Relative | None:
    """The relative of a member; None when it is none, or once anonymised."""
    if member.name is None:
        return None
    unseal = ring().unseal
    kept = json.loads(unseal(member.contact, member.seal_id, "contact")) if member.contact is not None else {}
    known = {name: str(kept.get(name, "")) for name in ("link", "phone", "mail")}
    return Relative(unseal(member.name, member.seal_id, "name"), **known)
