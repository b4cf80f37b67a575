"""The words names are found by follow the names."""

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.actions import people as actions
from cptsapp.directory.actions import structures
from cptsapp.directory.actions.words import write_words
from cptsapp.directory.models import NameWord, Profession
from cptsapp.directory.rules.words import name_words
from tests.tools.factories import acting, make_person


def words_of(person_id):
    return set(session.scalars(select(NameWord.word).where(NameWord.person_id == person_id)))


def test_each_word_is_written_with_what_follows_it():
    assert name_words("le goff yann") == {"legoffyann", "goffyann", "yann"}


def test_a_name_of_one_sign_only_has_no_word():
    assert name_words("") == frozenset()


def test_someone_new_has_words(cast):
    values = {"last_name": "Le Goff", "first_name": "Yann", "profession": Profession.GP}
    person = actions.create_person(values, by=None)
    assert words_of(person.id) == {"legoffyann", "goffyann", "yann"}


def test_a_corrected_name_has_its_new_words_alone(cast):
    person = make_person(last_name="Moal", first_name="Inès")
    actions.correct_person(person, {"last_name": "Roy"}, by=acting(cast.coordinator))
    assert words_of(person.id) == {"royines", "ines"}


def test_a_structure_has_words_and_loses_the_former_ones(cast):
    by = acting(cast.coordinator)
    house = structures.create_organisation({"name": "MSP du Port"}, by=by)
    structures.correct_organisation(house, {"name": "MSP Sud"}, by=by)
    found = set(session.scalars(select(NameWord.word).where(NameWord.organisation_id == house.id)))
    assert found == {"mspsud", "sud"}


def test_many_are_written_at_once(cast):
    persons = {make_person().id: f"nom{n}" for n in range(1100)}
    write_words(persons=persons)
    assert all(words_of(number) == {name} for number, name in list(persons.items())[::300])


def test_an_empty_name_leaves_no_word(cast):
    person = make_person()
    write_words(persons={person.id: ""})
    assert words_of(person.id) == set()
