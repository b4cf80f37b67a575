import pytest

from cptsapp.http.fields import parse_phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("02 61 91 40 27", "+33261914027"),
        ("06.39.98.14.27", "+33639981427"),
        ("+33 2 51 23 45 67", "+33251234567"),
        ("0262 41 23 45", "+262262412345"),
        ("0590 82 12 34", "+590590821234"),
    ],
)
def test_phone_is_kept_in_one_form(typed, kept):
    assert parse_phone(typed) == kept


@pytest.mark.parametrize("typed", ["", "12", "00 00 00 00 00", "abcdefghij", "06 39 98 14"])
def test_what_is_no_french_number_is_refused(typed):
    assert parse_phone(typed) is None
