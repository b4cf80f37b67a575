"""What is typed in the public form, sent or left half-way, is nowhere readable: not in a table, not in the instance."""

import pytest

from cptsapp.core.db import session
from cptsapp.inbox.models import Request
from tests.inbox.entry import CONTACT, PEOPLE, RELATIVE, SEARCH, Walk
from tests.tools.databases import dispose
from tests.tools.marks import NAME, PHONE, files_under, found_in, rows_of_every_table

FIRST, _, LAST = NAME.partition(" ")
MARKED = {**PEOPLE, "p0-first_name": FIRST, "p0-last_name": LAST}
REACHED = {
    **CONTACT,
    **RELATIVE,
    "phone": PHONE,
    "mail": "",
    "asker_name": NAME,
    "asker_phone": PHONE,
    "call_when": NAME,
}


@pytest.mark.parametrize("until", ["contact", "agreement", ""])
def test_what_was_typed_is_only_behind_seals(client, cast, set_clock, instance, until):
    walk = Walk(client, set_clock)
    answers = {"search": {**SEARCH, "asker": "relative", "doctor_name": NAME}, "people": MARKED, "contact": REACHED}
    if until:
        walk.until(until, **answers)
    else:
        assert walk.whole(**answers).status_code == 303
    places = list(rows_of_every_table())
    assert session.query(Request).count() == (0 if until else 1)
    dispose()
    assert not found_in([*places, *files_under(instance, but=("keys.json", "keys", "secret.key"))])
