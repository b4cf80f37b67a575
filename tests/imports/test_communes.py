"""In which commune an address is: what the code, the postcode and the labels say together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cptsapp.imports.rules.communes import OUTSIDE, Territory, known_code, spelled
from cptsapp.territory import national

SABLES, TALMONT, OLONNE, CROIX, FOY = "85194", "85288", "85112", "85222", "85214"
OURS = Territory((SABLES, TALMONT, OLONNE, CROIX, FOY))
PARIS, LYON, MARSEILLE = "75056", "69123", "13055"


def code(commune="", postcode="", label="", cedex="", here=OURS):
    found = here.find(commune, postcode, label, cedex)
    assert found.doubt is None
    return found.code


def doubt(commune="", postcode="", label="", cedex="", here=OURS):
    return here.find(commune, postcode, label, cedex).doubt


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"commune": SABLES}, SABLES),
        ({"commune": SABLES, "postcode": "75001", "label": "PARIS"}, SABLES),
        ({"commune": "75108"}, None),
        ({"commune": "85166"}, SABLES),
        ({"postcode": "85440", "label": "TALMONT SAINT HILAIRE"}, TALMONT),
        ({"postcode": "85440", "label": "TALMONT ST HILAIRE"}, TALMONT),
        ({"postcode": "85440", "cedex": "85440 TALMONT-ST-HILAIRE"}, TALMONT),
        ({"postcode": "85340", "label": "ILE D OLONNE"}, OLONNE),
        ({"postcode": "85340", "label": "L'Île-d’Olonne"}, OLONNE),
        ({"postcode": "85800", "label": "ST GILLES X DE VIE"}, CROIX),
        ({"postcode": "85150", "label": "STE FOY"}, FOY),
        ({"postcode": "85440", "label": "AVRILLE"}, None),
        ({"postcode": "85180", "label": "CHATEAU D OLONNE"}, SABLES),
        ({"cedex": "85100 LES SABLES D OLONNE"}, SABLES),
        ({"label": "Les Sables-d'Olonne"}, SABLES),
        ({"postcode": "33220", "label": "SAINTE FOY"}, None),
        ({"postcode": "85107", "cedex": "85107 LES SABLES D OLONNE CEDEX"}, SABLES),
        ({"postcode": "85108", "label": "LES SABLES D OLONNE CEDEX 9"}, SABLES),
        ({"postcode": "85025", "cedex": "85025 LA ROCHE SUR YON CEDEX"}, None),
        ({"postcode": "85999"}, None),
        ({"commune": "99999", "postcode": "85180"}, SABLES),
        ({}, None),
    ],
)
def test_address_that_tells(said, expected):
    assert code(**said) == expected


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"postcode": "85340"}, "Commune indécise\u202f: 85340 couvre 2\u00a0communes"),
        ({"postcode": "85800"}, "Commune indécise\u202f: 85800 couvre 3\u00a0communes"),
        ({"postcode": "85100", "label": "SAINTE FOY"}, "Code postal et commune ne vont pas ensemble"),
        ({"postcode": "85000", "label": "LES SABLES D OLONNE"}, "Code postal et commune ne vont pas ensemble"),
        ({"postcode": "85100", "label": "LUCON"}, "Code postal et commune ne vont pas ensemble"),
        ({"label": "SAINTE FOY"}, "Commune indécise\u202f: pas de code postal"),
    ],
)
def test_address_that_does_not_tell(said, why):
    assert doubt(**said) == why


def test_the_choice_is_among_ours():
    assert set(OURS.find("", "85340", "", "").communes) == {SABLES, OLONNE}


@pytest.mark.parametrize(
    ("city", "said"),
    [
        (PARIS, {"commune": "75108"}),
        (PARIS, {"commune": PARIS}),
        (PARIS, {"postcode": "75116", "label": "PARIS 16E ARRONDISSEMENT"}),
        (PARIS, {"postcode": "75008", "label": "PARIS"}),
        (PARIS, {"postcode": "75008"}),
        (PARIS, {"postcode": "75379", "cedex": "75379 PARIS CEDEX 08"}),
        (LYON, {"commune": "69383"}),
        (LYON, {"postcode": "69003", "label": "LYON 03"}),
        (MARSEILLE, {"commune": "13208"}),
        (MARSEILLE, {"postcode": "13008", "label": "MARSEILLE 8EME"}),
    ],
)
def test_a_whole_city(city, said):
    assert code(**said, here=Territory([city])) == city


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"commune": "75108"}, "75108"),
        ({"commune": "75109"}, None),
        ({"commune": PARIS, "postcode": "75008", "label": "PARIS"}, "75108"),
        ({"postcode": "75008", "label": "PARIS"}, "75108"),
        ({"postcode": "75009", "label": "PARIS"}, None),
        ({"postcode": "75379", "cedex": "75379 PARIS CEDEX 08"}, "75108"),
        ({"postcode": "75379", "cedex": "75379 PARIS CEDEX 09"}, None),
    ],
)
def test_one_arrondissement(said, expected):
    assert code(**said, here=Territory(["75108"])) == expected


def test_a_cedex_of_the_city_does_not_tell_the_arrondissement():
    assert doubt(postcode="75379", cedex="PARIS CEDEX", here=Territory(["75108"])) == "Arrondissement indécis"


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("97411", {"postcode": "97400", "label": "ST DENIS"}),
        ("97411", {"postcode": "97490"}),
        ("98818", {"postcode": "98800", "label": "NOUMEA"}),
        ("2A004", {"postcode": "20000", "label": "AJACCIO"}),
        ("2A004", {"postcode": "20090"}),
        ("01004", {"postcode": "1500", "label": "AMBERIEU EN BUGEY"}),
    ],
)
def test_overseas_corsica_and_a_lost_zero(own, said):
    assert code(**said, here=Territory([own])) == own


def test_a_commune_of_the_past_may_be_asked_for():
    here = Territory([SABLES, "85166"])
    assert (code(commune="85166", here=here), here.unknown) == ("85166", ())


def test_a_code_of_no_commune_is_told():
    assert Territory(["85999", SABLES]).unknown == ("85999",)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from([row for row, parent in national.codes() if not parent]))
def test_every_commune_is_found_by_its_code(own):
    assert known_code(own)
    assert Territory([own]).find(own, "", "", "").code == own


@settings(deadline=None, max_examples=40)
@given(st.sampled_from([row for row, parent in national.codes() if not parent]))
def test_every_commune_is_found_by_its_postcode_and_name(own):
    commune = national.commune(own)
    here = Territory([own])
    for postcode in commune.postcodes:
        namesakes = [c for c in national.by_postcode(postcode) if spelled(c.name) == spelled(commune.name)]
        if len(namesakes) == 1:
            assert here.find("", postcode, commune.name.upper(), "").code == own


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=30), st.text(max_size=30))
def test_any_address_is_ours_doubtful_or_outside(commune, postcode, label, cedex):
    found = OURS.find(commune, postcode, label, cedex)
    assert found == OUTSIDE or (found.code in OURS.codes) != (found.doubt is not None)
