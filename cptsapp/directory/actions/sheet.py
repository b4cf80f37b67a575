"""What the coordination adds to the sheet of a person: that it is right, and what was said with them."""

from datetime import date

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.text import NIR_REFUSED, looks_like_nir
from cptsapp.directory.models import Channel, Exchange, Person
from cptsapp.territory import queries as territory


def verify_person(person: Person, *, by: CurrentUser) -> None:
    """Note that everything on the sheet is right today."""
    person.verified_on, person.verified_by = territory.today(), by.display_name
    session.flush()
    record("person.verify", person, by=by)


def note_exchange(person: Person, held_on: date, channel: Channel, note: str, *, by: CurrentUser) -> Exchange:
    """Note what was said on a day. The trail knows that, never what. Raises Refusal (field held_on, note)."""
    if held_on > territory.today():
        raise Refusal("Cet échange n’a pas encore eu lieu.", "held_on")
    if looks_like_nir(note):
        raise Refusal(NIR_REFUSED, "note")
    made = Exchange(
        person_id=person.id, held_on=held_on, channel=channel, note=note, created_at=clock.now(), created_by_id=by.id
    )
    session.add(made)
    session.flush()
    record("exchange.note", person, by=by)
    return made


def remove_exchange(exchange: Exchange, *, by: CurrentUser) -> None:
    """Take away an exchange noted by mistake: nothing of it is left."""
    person = session.get_one(Person, exchange.person_id)
    session.delete(exchange)
    session.flush()
    record("exchange.remove", person, by=by)
