"""Requests of the same person, found among sealed identities."""

from datetime import date

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.models import Actor, Outcome, Seeker, ToldApart
from cptsapp.inbox.patients import Contact, Identity
from cptsapp.inbox.queries.duplicates import duplicates_of, near
from cptsapp.inbox.rules.duplicates import Said
from tests.tools.inbox import CONTACT, JEANNE, make_intake, make_request, make_seeker
from tests.tools.queries import count_queries

OTHER_PHONE = Contact(phone="+33639983011")


def household(*people, **overrides):
    return make_request(seekers=tuple(make_seeker(who=who) for who in people), **overrides)


def test_the_least_that_tells_people_apart_is_shown(cast):
    request = make_request()
    (found,) = near([JEANNE], [])
    assert (found.reference, found.initials, found.birth_year) == (request.reference, "J. G.", 1947)
    assert (found.commune, found.phone_end) == ("Talmont-Saint-Hilaire", "27")


def test_a_name_spelled_otherwise_is_found_by_the_date(cast):
    make_request()
    (found,) = near([Identity("Guérinaud", "Jeanne", JEANNE.birth_date)], [])
    assert not found.is_exact


def test_a_slipped_date_is_found_by_the_name(cast):
    make_request()
    assert near([Identity("Guérineau", "Jeanne", date(1947, 4, 3))], [])


def test_before_the_date_is_said_the_phone_finds(cast):
    make_request()
    assert near([Said("Guerineau", "Jeanne")], [CONTACT.phone])


def test_whoever_called_for_them_finds_too(cast):
    make_request(contact=Contact(asker_phone="+33639983011"))
    assert near([Said("Guerineau", "Jeanne")], ["+33639983011"])


def test_a_couple_that_shares_a_phone_is_two(cast):
    household(Identity("Merlet", "Alain", date(1950, 1, 2)))
    assert near([Identity("Merlet", "Odile", date(1952, 7, 8))], [CONTACT.phone]) == []


def test_twins_are_two(cast):
    household(Identity("Ndiaye", "Léa", date(2019, 5, 6)))
    assert near([Identity("Ndiaye", "Léo", date(2019, 5, 6))], [CONTACT.phone]) == []


def test_of_twins_with_like_names_each_is_one(cast):
    louis, louise = (Identity("Roy", name, date(2019, 5, 6)) for name in ("Louis", "Louise"))
    household(louis, louise)
    assert [one.initials for one in near([louise], [])] == ["L. R."]
    assert len(near([louis, louise], [])) == 2


def test_strangers_are_not_shown(cast):
    make_request()
    assert near([Identity("Petit", "Ada", date(1990, 1, 1))], [OTHER_PHONE.phone]) == []


def test_a_file_is_not_near_itself(cast):
    request = make_request()
    assert near([JEANNE], [CONTACT.phone], request.id) == []


def test_a_closed_file_is_shown_as_closed(cast):
    move(make_request(), "close", actor=Actor.CPTS, by=None, outcome=Outcome.UNREACHABLE)
    assert not near([JEANNE], [])[0].is_open


def test_what_was_taken_for_abuse_is_left_out(cast):
    receive(make_intake(), by=None, is_suspect=True)
    assert near([JEANNE], []) == []


def test_two_files_of_one_person_see_each_other(cast):
    one, other = make_request(), make_request(contact=OTHER_PHONE)
    assert [found.reference for found in duplicates_of(one)] == [other.reference]
    assert [found.reference for found in duplicates_of(other)] == [one.reference]


def test_those_told_apart_are_not_asked_about_again(cast):
    one, other = make_request(), make_request(contact=OTHER_PHONE)
    first, second = sorted(session.scalars(Seeker.__table__.select().with_only_columns(Seeker.id)).all())
    session.add(ToldApart(first_id=first, second_id=second, said_at=clock.now()))
    session.flush()
    assert duplicates_of(one) == duplicates_of(other) == []


def test_the_likeliest_come_first_and_only_a_few(cast):
    for _ in range(7):
        make_request()
    make_request(seekers=(make_seeker(who=Identity("Guérinaud", "Jeanne", JEANNE.birth_date)),))
    found = near([JEANNE], [])
    assert len(found) == 5
    assert all(one.is_exact for one in found)


@pytest.mark.parametrize("count", [1, 12])
def test_as_many_statements_however_many_there_are(cast, count, monkeypatch):
    for _ in range(count):
        make_request()
    asked, ask = [], Prepared.all
    monkeypatch.setattr(Prepared, "all", lambda self, **values: asked.append(self) or ask(self, **values))
    with count_queries() as seen:
        near([JEANNE], [CONTACT.phone])
    assert (len(asked), len(seen)) == (2, 0)
