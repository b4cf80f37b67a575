"""The format of the extract, with each oddity of the real files and what the reader says of it."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cptsapp.core.refusals import Refusal
from cptsapp.imports.generator import rpps
from cptsapp.imports.rules.columns import published
from cptsapp.imports.rules.communes import Territory
from cptsapp.imports.rules.lines import BLOCK, LONGEST
from cptsapp.imports.rules.reader import Reader, Row, Unreadable, is_abroad
from tests.imports.extract import NAMES, line, person, text_of

OURS = Territory(("85194", "85288", "85112", "85222", "85214"))


def read_text(content: str | bytes, here: Territory = OURS) -> tuple[Reader, list[Row | Unreadable]]:
    source = io.BytesIO(content.encode() if isinstance(content, str) else content)
    reader = Reader(source, here)
    return reader, list(reader)


def read(*lines, **shape):
    return read_text(text_of(lines, **shape))


def only(*lines, **given_) -> Row:
    _reader, (row,) = read(*lines, **given_)
    assert isinstance(row, Row)
    return row


def reason(*lines) -> str:
    _reader, (row,) = read(*lines)
    return row.reason if isinstance(row, Unreadable) else "; ".join(row.doubts)


def is_outside(*lines) -> bool:
    reader, rows = read(*lines)
    return rows == [] and reader.outside_count == len(lines)


# -- a line that is kept ----------------------------------------------------------------------------------------------


def test_plain_line():
    row = only(line())
    assert (row.identifier, row.last_name, row.profession_code) == (rpps(1), "MERCADAL", "60")
    assert (row.commune_code, row.doubts, row.line) == ("85288", [], 2)


def test_a_quote_is_content():
    assert only(line(company='CABINET "LES DUNES"')).values["company"] == 'CABINET "LES DUNES"'


def test_the_practice_is_the_technical_structure():
    assert only(line(structure="R10100000123456", company="X")).practice == "R10100000123456"


def test_without_a_structure_the_practice_is_the_folded_name_and_address():
    row = only(line(company="CABINET DE L'ÉCUME"))
    assert row.practice == "cabinet de l ecume 12 rue des tamaris 85440 85288"


def test_a_psychologist_comes_by_the_category():
    assert only(line(profession="", category="93")).profession_code == "93"
    assert only(line(profession="93")).profession_code == "93"


def test_an_adeli_number_has_no_luhn_key():
    row = only(line(identifier_type="0", identifier="85A912345"))
    assert (row.identifier, row.is_rpps, row.doubts) == ("85A912345", False, [])


# -- shapes of file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("closed", [True, False])
def test_ends_of_lines_and_last_bar(ending, closed):
    reader, rows = read(line(), person(2), ending=ending, closed=closed)
    assert [row.line for row in rows] == [2, 3]
    assert (reader.line_count, reader.columns.width) == (3, 56)


def test_mark_of_utf8_at_the_start():
    _reader, rows = read_text(b"\xef\xbb\xbf" + text_of([line()]).encode())
    assert len(rows) == 1


def test_last_line_without_its_end():
    _reader, rows = read_text(text_of([line(), person(2)]).rstrip("\n"))
    assert len(rows) == 2


def test_latin_1_file():
    reader, (row,) = read_text(text_of([line(first_name="HÉLÈNE")]).encode("latin-1"))
    assert (row.first_name, reader.encoding) == ("HÉLÈNE", "latin-1")


def test_one_wrong_byte_spoils_one_cell():
    content = text_of([line(first_name="HÉLÈNE", street="DE LA FOR@T"), person(2, first_name="ZOÉ")]).encode()
    reader, (first, second) = read_text(content.replace(b"@", b"\xca"))
    assert reader.encoding == "UTF-8"
    assert (first.first_name, first.values["street"], second.first_name) == ("HÉLÈNE", "DE LA FORÊT", "ZOÉ")


def test_latin_1_file_whose_header_has_no_accent():
    content = text_of([line(first_name="HÉLÈNE")]).replace("é", "e").replace("è", "e").replace("ô", "o")
    reader, (row,) = read_text(content.encode("latin-1"))
    assert (row.first_name, reader.encoding) == ("HÉLÈNE", "latin-1")


def test_a_byte_that_is_no_sign_at_all_is_read_all_the_same():
    _reader, (row,) = read_text(text_of([line(street="DU @ORT")]).encode().replace(b"@", b"\x81"))
    assert row.values["street"].endswith("ORT")


def test_blank_lines_are_counted_as_lines_alone():
    reader, rows = read(line(), "", "   ", person(2), "")
    assert [row.line for row in rows] == [2, 5]
    assert (reader.line_count, reader.outside_count) == (6, 0)


# -- columns ----------------------------------------------------------------------------------------------------------


def test_columns_of_2021():
    columns = published()[:52]
    reader, rows = read(line(), columns=columns)
    assert (len(rows), reader.columns.width) == (1, 52)
    assert reader.columns.missing == published()[52:]


def test_columns_in_another_order():
    assert only(line(), columns=published()[::-1]).last_name == "MERCADAL"


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Libellé mode exercice", "Libelle mode exercice"),
        ("Nom d'exercice", "NOM D’EXERCICE"),
        ("Prénom d'exercice", "Prenom exercice"),
        ("Identifiant technique de la structure", "Identifiant de la structure"),
        ("Code postal (coord. structure)", "Code postal (structure)"),
        ("Code commune (coord. structure)", "code  commune"),
        ("Adresse e-mail (coord. structure)", "Adresse email (coord. structure)"),
    ],
)
def test_a_renamed_column_is_found_and_told(name, spelled):
    renamed = text_of([line()]).replace(name, spelled, 1)
    reader, rows = read_text(renamed)
    assert len(rows) == 1
    assert (name, spelled) in reader.columns.renamed


def test_a_missing_column_is_named():
    columns = [name for name in published() if name != NAMES["profession"]]
    with pytest.raises(Refusal, match="Il manque la colonne «\u00a0Code profession\u00a0»") as refused:
        read(line(), columns=columns)
    assert "l’annuaire n’a pas changé" in refused.value.message


def test_missing_columns_are_all_named_beside_those_nobody_knows():
    content = text_of([line()]).replace("Nom d'exercice|Prénom d'exercice", "Patronyme|Petit nom", 1)
    with pytest.raises(Refusal) as refused:
        read_text(content)
    for said in ("Nom d'exercice", "Prénom d'exercice", "Patronyme", "Petit nom"):
        assert f"«\u00a0{said}\u00a0»" in refused.value.message


def test_a_column_of_no_use_may_be_missing():
    columns = [name for name in published() if name not in ("Code rôle", "Télécopie (coord. structure)")]
    reader, rows = read(line(), columns=columns)
    assert (len(rows), "Code rôle" in reader.columns.missing) == (1, True)


@pytest.mark.parametrize("content", ["", "nom;prénom\n", "<html>\n"])
def test_another_file_is_refused(content):
    with pytest.raises(Refusal, match=r"vide|n’est pas l’extrait"):
        read_text(content)


# -- unreadable -------------------------------------------------------------------------------------------------------


def test_truncated_line():
    assert reason(f"8|{rpps(2)}|ARBOIS|") == "3 colonnes au lieu de 56"


def test_a_bar_too_many():
    assert reason(line(street="DU | PORT")) == "57 colonnes au lieu de 56"


def test_the_last_bar_may_be_forgotten():
    whole = text_of([line() | {"Libellé genre activité": "Soins"}]).splitlines()[1]
    _reader, rows = read(whole.rstrip("|"))
    assert isinstance(rows[0], Row)


def test_a_line_cut_before_its_last_column():
    whole = text_of([line()]).splitlines()[1]
    assert reason(whole[:-1]) == "55 colonnes au lieu de 56"


@pytest.mark.parametrize("said", ["", "  "])
def test_no_identifier(said):
    assert reason(line(identifier=said)) == "Ni numéro RPPS ni numéro ADELI"


def test_no_name():
    assert reason(line(last_name="")) == "Pas de nom"


def test_unreadable_wins_over_outside():
    assert reason(line(last_name="", commune="75108")) == "Pas de nom"


def test_a_line_without_end_is_not_held():
    whole = text_of([line(), person(2)]).encode().splitlines(keepends=True)
    _reader, rows = read_text(whole[0] + whole[1] + b"x" * (2 * BLOCK + LONGEST) + b"\n" + whole[2])
    assert [type(row) for row in rows] == [Row, Unreadable, Row]
    assert rows[1].reason == "Ligne trop longue pour être de cet extrait"


# -- outside ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sector", ["SA50", "SA64", "SA67"])
def test_on_call_sites_and_teleconsultation_are_no_practices_here(sector):
    assert is_outside(line(sector=sector))


def test_no_address_at_all():
    assert is_outside(line(commune="", commune_label="", postcode="", cedex="", street="", number=""))


def test_outside_wins_over_doubtful():
    assert is_outside(line(commune="75108", identifier="99000000000", profession="97"))


def test_abroad_even_with_a_postcode_like_ours():
    assert is_outside(line(commune="", country="99109", country_label="ALLEMAGNE"))


@pytest.mark.parametrize(
    ("code", "label", "abroad"),
    [
        ("", "", False),
        ("99100", "FRANCE", False),
        ("99000", "", False),
        ("FR", "", False),
        ("", "FRANCE", False),
        ("97400", "LA REUNION", False),
        ("RE", "", False),
        ("99999", "SAINT-PIERRE-ET-MIQUELON", False),
        ("99109", "ALLEMAGNE", True),
        ("99140", "SUISSE", True),
        ("DE", "", True),
        ("", "BELGIQUE", True),
    ],
)
def test_overseas_is_france(code, label, abroad):
    assert is_abroad(code, label) is abroad


# -- doubtful ---------------------------------------------------------------------------------------------------------


def test_wrong_key():
    number = rpps(1)[:-1] + str((int(rpps(1)[-1]) + 1) % 10)
    assert reason(line(identifier=number)) == f"Le numéro RPPS {number} n’a pas la bonne clé"


def test_wrong_length():
    assert reason(line(identifier="1234567890")) == "Le numéro RPPS 1234567890 n’a pas onze chiffres"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"profession": "97"}, "Profession de code 97, inconnue"),
        ({"profession": "", "category": "C"}, "La profession n’est pas dite"),
        ({"mode": "X"}, "Mode d’exercice de code X, inconnu"),
        ({"sector": "SA99"}, "Secteur d’activité de code SA99, inconnu"),
    ],
)
def test_unknown_code(said, why):
    assert reason(line(**said)) == why


def test_empty_mode_and_sector_say_nothing():
    assert only(line(mode="", sector="")).doubts == []


def test_several_doubts_are_all_said():
    said = reason(line(identifier="99000000000", sector="SA99"))
    assert "clé" in said
    assert "SA99" in said


# -- the file is never held whole -------------------------------------------------------------------------------------


class Endless:
    """A file of two gigabytes that refuses to be read whole."""

    def __init__(self) -> None:
        whole = text_of([line(commune="75108", cedex="x" * 400)] * 200).encode()
        header, _, self._lines = whole.partition(b"\n")
        self._next = header + b"\n"
        self.left = 2 * 1024**3
        self.largest = 0

    def read(self, size: int = -1, /) -> bytes:
        """A block, never more than asked."""
        assert 0 < size <= 1024**2, "the whole was asked for"
        self.largest = max(self.largest, size)
        while len(self._next) < min(size, self.left):
            self._next += self._lines
        block, self._next = self._next[:size], self._next[size:]
        self.left -= len(block)
        return block if self.left > 0 else b""


def test_two_gigabytes_are_read_by_blocks():
    source = Endless()
    source.left = 64 * 1024**2  # the same loop, thirty times shorter
    reader = Reader(source, OURS)
    assert [row for row in reader if isinstance(row, Row)] == []
    assert (source.largest, reader.outside_count > 50_000) == (BLOCK, True)


# -- any bytes --------------------------------------------------------------------------------------------------------

CELLS = st.text(st.characters(exclude_characters="|\n\r", exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=200).filter(lambda cell: b"\n" not in cell), max_size=20))
def test_any_bytes_have_one_fate_each(lines):
    reader, rows = read_text(text_of([]).encode() + b"\n".join(lines))
    assert len(rows) + reader.outside_count == sum(bool(one.strip()) for one in lines)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(NAMES)), CELLS, max_size=8))
def test_any_cells_have_one_fate(said):
    reader, rows = read(line(**said))
    assert len(rows) + reader.outside_count == 1
