"""What every screen of posting needs: for whom, the addresses that remember it, and times in words."""

from typing import Any

from flask import g, request, url_for
from flask_login import current_user

from cptsapp.core import addresses
from cptsapp.core.french import count
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Person, Practice
from cptsapp.posting import queries
from cptsapp.posting.rules import words
from cptsapp.posting.rules.draft import AHEAD_DAYS, Draft, unpack
from cptsapp.snp.models import Modality, Slot
from cptsapp.territory import queries as territory


def default_id() -> int | None:
    """Whose slots open without a choice, asked once a request."""
    if "posting_default" not in g:
        g.posting_default = queries.default_person_id(current_user)
    found: int | None = g.posting_default
    return found


def whose() -> Person | None:
    """The practitioner of the page: `?pour=`, else oneself or the only one assisted, else nobody yet."""
    asked = request.args.get("pour", "")
    if asked:
        number = addresses.row_number(asked)
        if number is None:
            raise Invisible
        return queries.person_for(current_user, number)
    return queries.person_for(current_user, default_id() or 0) if default_id() else None


def someone() -> Person:
    """The same where a page makes no sense without. Raises Invisible."""
    found = whose()
    if found is None:
        raise Invisible
    return found


def to(endpoint: str, person_id: int, **values: Any) -> str:
    """The address of a page about a practitioner, who is named in it only when it is not the default one."""
    pour = None if person_id == default_id() else person_id
    return url_for(f"posting.{endpoint}", pour=pour, **values)


def home(person_id: int, done: str = "", thing: int | None = None) -> str:
    """The list, which says what has just been done."""
    return to("mine", person_id, fait=done or None, objet=thing)


def is_self(person: Person) -> bool:
    """Whether the reader is the practitioner."""
    return bool(person.id == current_user.person_id)


def list_title(person: Person) -> str:
    """ "Mes créneaux", or whose."""
    return "Mes créneaux" if is_self(person) else f"Créneaux, {person.full_name}"


def moment_of(slot: Slot) -> str:
    """ "auj. 17h00"."""
    return words.moment(territory.local(slot.starts_at), territory.today())


def range_words(slots: int, seats: int, *, is_range: bool) -> str:
    """ "13 plages, 52 places", or "13 créneaux"."""
    if not is_range:
        return count(slots, "créneau", "créneaux")
    return f"{count(slots, 'plage')}, {count(seats, 'place')}"


def where(practice: Practice, modality: Modality) -> str:
    """ "12, rue des Écoliers" at the surgery; the surgery it is done from otherwise."""
    place = queries.place_words(practice.place)
    return place if modality is Modality.SURGERY else f"depuis le {place}" if practice.place.name else f"depuis {place}"


def draft_asked() -> Draft | None:
    """The draft an address carries, of a day about now; None for anything else."""
    try:
        draft = unpack(request.args.get("creneau", ""))
    except ValueError:
        return None
    return draft if abs((draft.day - territory.today()).days) <= AHEAD_DAYS else None
