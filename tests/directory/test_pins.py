from cptsapp.core.db import session
from cptsapp.directory.actions.pins import pin, unpin
from cptsapp.directory.models import PinnedField, SheetKind
from cptsapp.directory.queries.pins import pins_of
from tests.tools.factories import acting
from tests.tools.queries import count_queries

PERSON = SheetKind.PERSON


def test_a_pinned_column_is_given_with_what_the_file_said_of_it(cast):
    pin(PERSON, cast.gp_person.id, "phone", "+33261914027", by=acting(cast.coordinator))
    assert pins_of(PERSON, [cast.gp_person.id]) == {cast.gp_person.id: {"phone": "+33261914027"}}


def test_a_column_pinned_again_keeps_what_the_file_said_the_first_time(cast):
    pin(PERSON, cast.gp_person.id, "phone", "+33261914027", by=acting(cast.coordinator))
    pin(PERSON, cast.gp_person.id, "phone", "+33261914999", by=acting(cast.administrator))
    [kept] = session.query(PinnedField).all()
    assert (kept.file_value, kept.pinned_by_id) == ("+33261914027", cast.administrator.id)


def test_a_column_let_go_is_pinned_no_more(cast):
    pin(PERSON, cast.gp_person.id, "phone", None, by=None)
    pin(PERSON, cast.gp_person.id, "mail", None, by=None)
    unpin(PERSON, cast.gp_person.id, "phone")
    assert pins_of(PERSON, [cast.gp_person.id]) == {cast.gp_person.id: {"mail": None}}


def test_a_place_of_the_same_number_has_pins_of_its_own(cast):
    pin(SheetKind.PLACE, cast.gp_person.id, "address", "1, rue Neuve", by=None)
    assert pins_of(PERSON, [cast.gp_person.id]) == {}


def test_the_pins_of_two_thousand_sheets_cost_one_statement(cast):
    pin(PERSON, cast.gp_person.id, "phone", None, by=None)
    with count_queries() as asked:
        found = pins_of(PERSON, range(2000))
    assert (list(found), len(asked)) == ([cast.gp_person.id], 1)
