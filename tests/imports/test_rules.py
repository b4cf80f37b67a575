"""Pure pieces: codes, addresses, invented files."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.directory.models import Profession
from cptsapp.directory.rules.words import is_rpps
from cptsapp.imports import gather
from cptsapp.imports.generator import Known, Options, generate, rpps
from cptsapp.imports.places import same_address
from cptsapp.imports.rules import codes
from cptsapp.imports.rules.columns import published, read_header
from cptsapp.imports.rules.communes import Territory, spelled
from cptsapp.imports.rules.reader import Reader, Row, Unreadable
from cptsapp.imports.spool import Spool

COMMUNES = ("85194", "85288", "85222")


def test_every_profession_of_the_codes_is_one_of_the_directory():
    assert codes.professions().keys() == codes.PROFESSIONS.keys()


def test_every_mode_of_the_codes_is_one_of_the_directory():
    assert codes.modes().keys() == codes.MODES.keys() - {""}


def test_every_sector_has_a_kind_or_none():
    assert codes.KINDS.keys() | codes.ELSEWHERE <= codes.sectors().keys()


@pytest.mark.parametrize(
    ("skill", "label", "general"),
    [
        ("SM54", "", True),
        ("SM26", "", True),
        ("SM53", "", True),
        ("", "Médecine générale", True),
        ("SM04", "Cardiologie", False),
        ("", "", False),
    ],
)
def test_general_medicine(skill, label, general):
    assert codes.is_general_medicine(skill, label) is general


@given(st.integers(0, 99_999_999))
def test_an_invented_number_has_a_right_key_and_one_wrong_digit_shows(number):
    digits = rpps(number)
    assert is_rpps(digits)
    assert not is_rpps(digits[:-1] + str((int(digits[-1]) + 1) % 10))


@given(st.permutations(published()))
def test_columns_are_found_in_any_order(names):
    columns = read_header(list(names))
    assert (columns.missing, columns.renamed, columns.unknown) == ((), (), ())
    assert all(names[place] for place in columns.at.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12, avenue de la Forêt", "12 AV DE LA FORET"),
        ("3 bis rue de l’Océan", "3 BIS RUE DE L'OCEAN"),
        ("1, place St Pierre", "1 PL SAINT PIERRE"),
    ],
)
def test_same_address(one, other):
    assert same_address(one, other)


def test_other_address():
    assert not same_address("12, rue de la Forêt", "14, rue de la Forêt")


@given(st.text())
def test_a_label_spelled_twice_is_the_same(label):
    assert spelled(spelled(label)) == spelled(label) or "cedex" in label.lower()


@pytest.mark.parametrize(
    ("capitals", "name"),
    [("LE GOFF", "Le Goff"), ("D'ANGELO", "D’Angelo"), ("MARTIN-DUPONT", "Martin-Dupont"), ("de Lattre", "de Lattre")],
)
def test_capitals_become_names(capitals, name):
    assert gather.cased(capitals) == name


@pytest.mark.parametrize(
    ("capitals", "name"),
    [
        ("EHPAD LES TAMARIS", "EHPAD les Tamaris"),
        ("MAISON DE SANTE DE L'OCEAN", "Maison de Santé de l’Ocean"),
        ("LES DUNES", "Les Dunes"),
        ("Cabinet du Port", "Cabinet du Port"),
    ],
)
def test_capitals_become_the_name_of_a_structure(capitals, name):
    assert gather.titled(capitals) == name


@pytest.mark.parametrize(
    ("capitals", "name"),
    [
        ("CABINET DE GROUPE LES SABLES D OLONNE", "Cabinet de Groupe Les Sables-d’Olonne"),
        ("LES SABLES D'OLONNE", "Les Sables-d’Olonne"),
        ("PHARMACIE DES SABLES", "Pharmacie des Sables"),
    ],
)
def test_a_structure_named_after_its_commune_has_the_commune_s_own_name(capitals, name):
    assert gather.titled(capitals, "Les Sables-d’Olonne") == name


def test_a_street_in_capitals_becomes_an_address():
    said = {"number": "12", "repeat": "B", "street_type": "Rue", "street": "DE L'ABBE PIERRE"}
    assert gather.address_of(said) == "12B rue de l’Abbe Pierre"


# -- files that are made ----------------------------------------------------------------------------------------------


def made(**options) -> bytes:
    output = io.BytesIO()
    generate(output, Options(**{"lines": 800, "communes": COMMUNES, "persons": 120, **options}))
    return output.getvalue()


def read(content: bytes) -> tuple[Reader, list[Row | Unreadable]]:
    reader = Reader(io.BytesIO(content), Territory(COMMUNES))
    return reader, list(reader)


def test_the_made_file_has_the_lines_asked_for():
    reader, rows = read(made())
    assert reader.line_count == 800
    assert len({row.identifier for row in rows if isinstance(row, Row) and not row.doubts}) >= 120


def test_without_oddities_every_line_is_right():
    _reader, rows = read(made(oddities=False))
    assert all(isinstance(row, Row) and not row.doubts for row in rows)


@pytest.mark.parametrize(
    "shape",
    [
        {"encoding": "latin-1"},
        {"ending": "\r\n"},
        {"is_closed": False},
        {"begins_with": b"\xef\xbb\xbf"},
        {"columns": published()[:52]},
    ],
)
def test_every_shape_of_file_says_the_same(shape):
    _reader, plain = read(made(oddities=False))
    _reader, shaped = read(made(oddities=False, **shape))
    assert [(row.identifier, row.practice) for row in shaped] == [(row.identifier, row.practice) for row in plain]


def test_who_is_known_is_in_the_file():
    known = Known("Renaudin", "Hélène", Profession.GP, "85288", "12, rue des Écoliers", "+33261914027")
    _reader, rows = read(made(known=(known,)))
    row = next(row for row in rows if isinstance(row, Row) and row.last_name == "RENAUDIN")
    assert (row.commune_code, row.values["phone"], row.profession_code) == ("85288", "0261914027", "10")


def test_persons_come_back_from_the_spool_with_all_their_lines():
    reader = Reader(io.BytesIO(made(oddities=False)), Territory(COMMUNES))
    spool = Spool()
    spool.fill(reader)
    persons = list(gather.persons(spool))
    lines = [line for person in persons for line in person.lines]
    assert len(lines) == len(set(lines)) == reader.line_count - 1 - reader.outside_count
    spool.close()
