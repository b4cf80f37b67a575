"""CSV that spreadsheets open without running what people typed."""

import pytest

from cptsapp.core.sheets import csv_file, harmless


@pytest.mark.parametrize("typed", ["=1+1", "+33199001122", "-1+1", "@SUM(A1)", "\t=1"])
def test_formula_gets_an_apostrophe(typed):
    assert harmless(typed) == f"'{typed}"


@pytest.mark.parametrize("value", ["Renaudin", "", -5, 3, None, "1-2"])
def test_the_rest_is_left_alone(value):
    assert harmless(value) == value


def test_file_is_what_french_spreadsheets_read():
    assert csv_file(["Nom", "Actes"], [["Hélène; Dr", 3]]).decode("utf-8-sig") == 'Nom;Actes\r\n"Hélène; Dr";3\r\n'
