"""What brings someone back who asked to be kept out: what is remembered of them under keyed fingerprints (§6.2)."""

from dataclasses import dataclass, replace

from cptsapp.directory.models import Profession

# A form that does not ask where someone practises: the name and the profession alone are looked for.
NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """How a file, a form or a sheet names someone. `communes` are codes of where they practise; none when unknown."""

    folded: str
    profession: Profession
    communes: frozenset[str] = frozenset()
    rpps: str | None = None
    adeli: str | None = None


def remembered(objecting: Identity) -> frozenset[str]:
    """What is fingerprinted of who objects: their numbers; name, profession and commune, for a list without numbers.

    Their name keeps out someone with an RPPS only when they had none themselves: a namesake's number tells them apart,
    and who had an ADELI number may come again under an RPPS.
    """
    objecting = replace(objecting, communes=objecting.communes | {NOWHERE})
    named = _named(objecting, has_rpps=False)
    return _numbered(objecting) | (named if objecting.rpps else named | _named(objecting, has_rpps=True))


def told(coming: Identity) -> frozenset[str]:
    """What is looked for of who comes in: kept out when any of it is remembered."""
    return _numbered(coming) | _named(coming, has_rpps=coming.rpps is not None)


def _numbered(identity: Identity) -> frozenset[str]:
    numbers = {"rpps": identity.rpps, "adeli": identity.adeli}
    return frozenset(f"{name} {number}" for name, number in numbers.items() if number)


def _named(identity: Identity, *, has_rpps: bool) -> frozenset[str]:
    """The words of the name in any order: files put the first name before or after."""
    name = " ".join(sorted(identity.folded.split()))
    kind = "numbered" if has_rpps else "named"
    return frozenset(f"{kind} {name}/{identity.profession.value}/{code}" for code in identity.communes or {NOWHERE})
