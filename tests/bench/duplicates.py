"""Who is known already, asked as a call is typed: the draft is kept, ten thousand sealed identities are looked into.

Half of those typed are there, spelled otherwise or with the date turned round; half are nobody's.
"""

import itertools
import random
from datetime import date

from cptsapp.core.db import session
from cptsapp.inbox.models import Request, Seeker
from cptsapp.inbox.patients import Contact, Identity, open_identity, seal_contact
from tests.bench.measure import Act
from tests.bench.rig import Person, Rig

TYPED = 12  # calls, one after the other
PHONE = "+33639981427"
PAGE = "/demandes/saisie"


def with_phone(at: Rig) -> list[Identity]:
    """Give a file in a thousand one shared telephone, as a shelter's; gives some of the identities there are."""
    draw = random.Random(TYPED)
    with at.app.app_context():
        known = session.query(Seeker).filter(Seeker.id % 997 == 0).order_by(Seeker.id).limit(TYPED // 2).all()
        found = [who for one in known if (who := open_identity(one.seal_id, one.name, one.birth_date))]
        for request in session.query(Request).filter(Request.id % 1000 == 0):
            seal_contact(request, Contact(phone=PHONE))
        session.commit()
        session.remove()
    draw.shuffle(found)
    return found


def typing(person: Person, known: list[Identity]) -> Act:
    """The next call, as htmx sends it while it is typed."""
    reference = person.plain(PAGE).split(f'action="{PAGE}/', 1)[1].split('"', 1)[0]
    calls = itertools.cycle([*map(_slipped, known), *_strangers(TYPED - len(known))])

    def send() -> object:
        who = next(calls)
        return person.post(
            f"{PAGE}/{reference}/brouillon",
            **{
                "people": "1",
                "place": "Saint-Exemple-du-Port",
                "asker": "person",
                "phone": "06 39 98 14 27",
                "p0-first_name": who.first_name,
                "p0-last_name": who.last_name,
                "p0-birth_date": who.birth_date.strftime("%d/%m/%Y"),
            },
        )

    return send


def _slipped(who: Identity) -> Identity:
    """The same person as they are typed: a letter doubled."""
    return Identity(f"{who.last_name[:2]}{who.last_name[1]}{who.last_name[2:]}", who.first_name, who.birth_date)


def _strangers(count: int) -> list[Identity]:
    return [Identity(f"Inconnu{number}", "Yvonne", date(1931, 1, 1 + number)) for number in range(count)]
