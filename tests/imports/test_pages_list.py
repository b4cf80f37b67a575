"""A list of the CPTS's own: what is taken, refused, guessed, mapped."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import OrganisationKind, PracticeMode, Profession
from cptsapp.imports import lists, mapping, sheets, workbook
from cptsapp.imports.mapping import Field, Subject
from cptsapp.imports.models import Import, ImportKind, ImportState
from cptsapp.imports.rules.communes import Territory
from tests.imports.pages import open_import

LIST = "/annuaire/imports/liste"
TITLES = ("Nom", "Prénom", "Profession", "Téléphone", "Courriel", "Adresse", "CP", "Ville", "N° RPPS")
JULIE = ("Mercadal", "Julie", "IDE", "02 61 91 45 00", "julie@cpts.example", "3, rue des Saules", "85440")
JULIE += ("Talmont-Saint-Hilaire", "10100000016")


def as_csv(*rows: tuple[str, ...], sign: str = ";", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(sign.join(f'"{cell}"' if sign in cell else cell for cell in row) for row in rows).encode(
        encoding
    )


@pytest.fixture
def office(cast, sign_in):
    """The coordinator's browser."""
    return sign_in(cast.coordinator)


def send(client, content: bytes, name: str = "liste.csv", subject: str = "persons"):
    return client.post(LIST, data={"file": (io.BytesIO(content), name), "subject": subject})


def only() -> Import:
    return session.query(Import).one()


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_a_csv_is_read_whatever_its_separator(office, sign):
    send(office, as_csv(TITLES, JULIE, sign=sign))
    assert only().columns["headings"] == list(TITLES)
    assert only().columns["preview"] == [list(JULIE)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_whatever_its_signs(office, encoding):
    send(office, as_csv(TITLES, ("Lefèvre", "Zoé", "Infirmière"), encoding=encoding))
    assert only().columns["preview"][0][:2] == ["Lefèvre", "Zoé"]


def as_xlsx(*rows: tuple[object, ...], formula: str = "") -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    if formula:
        page.write_formula(1, 1, formula, value="Calculée")
    book.close()
    return made.getvalue()


def test_a_workbook_is_read(office):
    send(office, as_xlsx(TITLES, JULIE), "liste.xlsx")
    assert only().columns["preview"] == [list(JULIE)]


def test_a_number_of_a_workbook_has_no_decimals(office):
    send(office, as_xlsx(("Nom", "CP"), ("Mercadal", 85440.0)), "liste.xlsx")
    assert only().columns["preview"] == [["Mercadal", "85440"]]


def test_a_formula_is_read_as_the_value_it_shows(office):
    send(office, as_xlsx(("Nom", "Prénom"), ("Mercadal", ""), formula="=1+1"), "liste.xlsx")
    assert only().columns["preview"] == [["Mercadal", "Calculée"]]


def test_the_lines_of_a_workbook_keep_their_numbers(app, instance, tmp_path):
    path = tmp_path / "l.xlsx"
    path.write_bytes(as_xlsx((), (), ("Nom",), ("Mercadal",), (), ("Ferrandi",)))
    kept = sheets.keep_rows(path)
    assert list(sheets.read_rows(kept.stored_as)) == [(4, ["Mercadal"]), (6, ["Ferrandi"])]


def test_rows_are_kept_for_the_application_alone(office, instance):
    send(office, as_csv(TITLES, JULIE))
    assert ((instance / "imports" / only().stored_as).stat().st_mode & 0o777) == 0o600


def test_a_social_security_number_is_never_kept(office, instance):
    send(office, as_csv(("Nom", "Prénom", "Note"), ("Mercadal", "Julie", "2 85 05 85 194 123 45")))
    assert only().columns["preview"] == [["Mercadal", "Julie", ""]]
    assert "85194" not in (instance / "imports" / only().stored_as).read_text()


@pytest.mark.parametrize("content", [b"", b"Nom;Prenom\n", b"\n\n"])
def test_nothing_to_read_is_said(office, content):
    answer = send(office, content)
    assert answer.status_code == 409
    assert "Ce fichier est vide" in answer.text


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 broken", b"a\x00b;c\nd;e\n"])
def test_what_is_no_table_is_said(office, content):
    answer = send(office, content, "liste.xlsx")
    assert answer.status_code == 409
    assert "n’est pas un tableau" in answer.text


def test_too_many_rows_are_refused(office):
    assert "plus de 20" in send(office, b"Nom;Prenom\n" + b"a;b\n" * 20_001).text


def test_as_many_rows_as_it_may_are_taken(app, tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(b"Nom;Prenom\n" + b"a;b\n" * 20_000)
    assert sheets.keep_rows(path).row_count == 20_000


def test_too_many_columns_are_refused(office):
    assert "plus de 100 colonnes" in send(office, as_csv(("x",) * 101, ("y",) * 101)).text


def test_a_list_that_is_too_heavy_is_refused(app, tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(b"x" * (sheets.MAX_BYTES + 1))
    with pytest.raises(Refusal, match="dépasse 20"):
        sheets.keep_rows(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused(office):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b" " * (80 * 1024**2))
    answer = send(office, bomb.getvalue(), "liste.xlsx")
    assert "bien plus gros" in answer.text


def test_a_workbook_whose_last_cell_is_far_away_ends_nobody(office, tmp_path):
    """A few kilobytes that ask the reading library for gigabytes."""
    made = tmp_path / "far.xlsx"
    book = xlsxwriter.Workbook(made)
    page = book.add_worksheet()
    page.write_row(0, 0, ("Nom", "Prénom"))
    page.write_row(1048575, 16382, ("a", "b"))
    book.close()
    answer = send(office, made.read_bytes(), "liste.xlsx")
    assert answer.status_code == 409
    assert session.query(Import).count() == 0


def test_the_reader_apart_says_how_it_ended(tmp_path):
    path = tmp_path / "l.xlsx"
    path.write_bytes(as_xlsx(("Nom",), *[("a",)] * 30))
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-m", workbook.__name__, str(path), "10", "5"], cwd=root, capture_output=True
    )
    assert done.returncode == workbook.TOO_MANY_ROWS


# -- columns ----------------------------------------------------------------------------------------------------------


def test_columns_are_guessed_from_their_titles(office):
    send(office, as_csv(TITLES, JULIE))
    guessed = only().columns["map"]
    assert guessed == {
        "last_name": 0,
        "first_name": 1,
        "profession": 2,
        "phone": 3,
        "mail": 4,
        "address": 5,
        "postcode": 6,
        "commune": 7,
        "rpps": 8,
    }


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("NOM Prénom", Field.FULL_NAME),
        ("Tél. fixe", Field.PHONE),
        ("adresse e-mail", Field.MAIL),
        ("Nom de la structure", Field.STRUCTURE),
        ("C.P.", Field.POSTCODE),
        ("Libellé profession", Field.PROFESSION),
        ("Identifiant PP", Field.RPPS),
        ("Mode d’exercice", Field.MODE),
    ],
)
def test_a_title_is_known_by_its_words(heading, field):
    assert mapping.guess([heading], Subject.PERSONS) == {field: 0}


def test_a_title_of_nothing_is_left(office):
    assert mapping.guess(["Remarques"], Subject.PERSONS) == {}


def test_the_page_shows_the_first_values(office):
    send(office, as_csv(TITLES, JULIE, ("Ferrandi", "Nicolas", "ostéo")))
    page = office.get(f"/annuaire/imports/{only().id}").text
    assert "Mercadal · Ferrandi" in page
    assert "ostéo (non reconnu)" in page


def test_columns_are_said_and_the_list_waits(office):
    send(office, as_csv(TITLES, JULIE))
    import_id = only().id
    fields = {"colonne-0": "last_name", "colonne-1": "first_name", "colonne-2": "profession", "colonne-7": "commune"}
    office.post(f"/annuaire/imports/{import_id}/colonnes", data=fields)
    assert only().state is ImportState.WAITING
    assert only().columns["map"] == {"last_name": 0, "first_name": 1, "profession": 2, "commune": 7}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "le nom et le prénom"),
        ({"colonne-0": "last_name", "colonne-2": "profession"}, "le nom et le prénom"),
        ({"colonne-0": "full_name"}, "la profession"),
        ({"colonne-0": "full_name", "colonne-1": "full_name", "colonne-2": "profession"}, "Deux colonnes sont dites"),
        ({"colonne-0": "finess", "colonne-1": "x", "colonne-900": "last_name"}, "le nom et le prénom"),
    ],
)
def test_columns_that_do_not_say_who_are_refused(office, fields, said):
    send(office, as_csv(TITLES, JULIE))
    answer = office.post(f"/annuaire/imports/{only().id}/colonnes", data=fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert only().state is ImportState.MAPPING


def test_columns_said_twice_at_once_are_refused(cast, office):
    columns = {"subject": "persons", "headings": ["a", "b"], "preview": [], "map": {}, "row_count": 1}
    import_id = open_import(kind=ImportKind.LIST, state=ImportState.WAITING, columns=columns).id
    fields = {"colonne-0": "full_name", "colonne-1": "profession"}
    answer = office.post(f"/annuaire/imports/{import_id}/colonnes", data=fields)
    assert answer.status_code == 409
    assert "déjà dites" in answer.text


# -- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "profession"),
    [
        ("IDE", Profession.NURSE),
        ("Infirmière libérale", Profession.NURSE),
        ("MG", Profession.GP),
        ("Médecin généraliste", Profession.GP),
        ("Cardiologue", Profession.SPECIALIST),
        ("MK", Profession.PHYSIOTHERAPIST),
        ("Masseur-kinésithérapeute", Profession.PHYSIOTHERAPIST),
        ("SF", Profession.MIDWIFE),
        ("Sage-femme", Profession.MIDWIFE),
        ("Pharmacien titulaire", Profession.PHARMACIST),
        ("Chirurgien-dentiste", Profession.DENTIST),
        ("Orthophoniste", Profession.SPEECH_THERAPIST),
        ("Pédicure podologue", Profession.PODIATRIST),
        ("Secrétaire médicale", Profession.STAFF),
        ("ostéopathe", None),
        ("", None),
    ],
)
def test_professions_are_known_from_common_words(said, profession):
    assert mapping.profession_of(said) is profession


@pytest.mark.parametrize(
    ("said", "expected"),
    [("MERCADAL Julie", ("MERCADAL", "Julie")), ("Julie LE GOFF", ("LE GOFF", "Julie")), ("Le Goff", ("Le", "Goff"))],
)
def test_a_name_of_one_cell_is_cut(said, expected):
    assert mapping.split_name(said) == expected


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("02 61 91 45 00", "+33261914500"),
        ("261914500", "+33261914500"),
        ("+33 2 61 91 45 00", "+33261914500"),
        ("0033261914500", "+33261914500"),
        ("06 39 98 00 11", "+33639980011"),
        ("0262 12 34 56", "+262262123456"),
        ("12", None),
        ("néant", None),
    ],
)
def test_a_telephone_is_read_as_people_write_it(typed, number):
    assert lists.phone_of(typed) == number


def test_kinds_of_structures_are_known_from_their_words():
    assert mapping.kind_of("", "EHPAD Les Tamaris") is OrganisationKind.CARE_HOME
    assert mapping.kind_of("MSP") is OrganisationKind.GROUP_PRACTICE
    assert mapping.kind_of("Divers", "Le Phare") is OrganisationKind.OTHER


def test_the_way_of_practising_is_known():
    assert mapping.mode_of("salariée") is PracticeMode.SALARIED
    assert mapping.mode_of("") is PracticeMode.LIBERAL


# -- persons of a list ------------------------------------------------------------------------------------------------

COLUMNS = {
    Field.LAST_NAME: 0,
    Field.FIRST_NAME: 1,
    Field.PROFESSION: 2,
    Field.PHONE: 3,
    Field.MAIL: 4,
    Field.ADDRESS: 5,
    Field.POSTCODE: 6,
    Field.COMMUNE: 7,
    Field.RPPS: 8,
}


def read(*rows: tuple[str, ...]) -> list[lists.Line]:
    return list(lists.persons(enumerate(rows, start=2), COLUMNS, Territory(["85288", "85194"])))


def test_a_line_is_a_person_with_a_practice():
    (julie,) = read(JULIE)
    assert (julie.last_name, julie.first_name, julie.profession, julie.rpps) == (
        *("Mercadal", "Julie", Profession.NURSE, "10100000016"),
    )
    (practice,) = julie.practices
    assert (practice.commune_code, practice.address, practice.phone) == ("85288", "3, rue des Saules", "+33261914500")


def test_two_lines_of_one_person_make_one():
    (julie,) = read(JULIE, (*JULIE[:5], "1, quai Garnier", "85100", "Les Sables-d’Olonne", JULIE[8]))
    assert [practice.commune_code for practice in julie.practices] == ["85288", "85194"]
    assert julie.lines == (2, 3)


def test_who_is_elsewhere_is_outside():
    assert read((*JULIE[:5], "1, rue de Rivoli", "75001", "Paris", "")) == [lists.Outside(2)]


def test_who_has_no_address_is_kept_without_a_practice():
    (julie,) = read((*JULIE[:5], "", "", "", ""))
    assert julie.practices == ()


def test_a_profession_that_nobody_knows_leaves_the_line():
    (left,) = read(("Mercadal", "Julie", "ostéo", *JULIE[3:]))
    assert left == lists.Left(2, "Profession inconnue\u202f: «\u00a0ostéo\u00a0»")


def test_a_line_without_a_name_is_left():
    (left,) = read(("", "", *JULIE[2:]))
    assert left.reason == lists.NO_NAME


def test_a_number_without_its_key_is_a_doubt():
    (julie,) = read((*JULIE[:8], "10100000019"))
    assert julie.rpps is None
    assert "n’est pas juste" in julie.doubts[0]


# -- structures -------------------------------------------------------------------------------------------------------


def test_a_list_of_structures_has_columns_of_its_own(office):
    send(
        office,
        as_csv(("Nom", "N° FINESS", "Commune"), ("EHPAD Les Tamaris", "850012345", "Talmont")),
        subject="structures",
    )
    assert only().columns["map"] == {"name": 0, "finess": 1, "commune": 2}
    page = office.get(f"/annuaire/imports/{only().id}").text
    assert "Numéro SIRET" in page
    assert "Profession" not in page


def test_a_structure_must_have_a_name(office):
    send(office, as_csv(("Nom", "N° FINESS"), ("EHPAD Les Tamaris", "850012345")), subject="structures")
    answer = office.post(f"/annuaire/imports/{only().id}/colonnes", data={"colonne-1": "finess"})
    assert answer.status_code == 422
    assert "le nom de la structure" in answer.text


def test_a_list_of_something_else_is_refused(office):
    assert send(office, as_csv(TITLES, JULIE), subject="patients").status_code == 422
