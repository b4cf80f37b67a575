"""What a stored file is called when it is given back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.files.rules import JPEG, NAME_LENGTH, PDF, safe_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Procès-verbal du 3 mars.pdf", "Procès-verbal du 3 mars.pdf"),
        ("SIGNÉ.PDF", "SIGNÉ.pdf"),
        ("C:\\Users\\sophie\\Bureau\\convention.pdf", "convention.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("facture.exe", "facture.exe.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie- x=1.pdf"),
        ("photo\u202egpj.pdf", "photo gpj.pdf"),
        ("", "document.pdf"),
        ("....pdf", "document.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
    ],
)
def test_name_is_made_safe(typed, kept):
    assert safe_name(typed, PDF) == kept


def test_an_ending_that_says_the_same_stays():
    assert safe_name("vue.JPEG", JPEG) == "vue.jpeg"


@given(st.text(max_size=400))
def test_any_name_is_short_on_one_line_and_ends_as_it_should(typed):
    kept = safe_name(typed, PDF)
    assert kept.endswith(".pdf")
    assert len(kept) <= NAME_LENGTH
    assert not set(kept) & set('/\\<>:"|?*\r\n\x00')
    assert safe_name(kept, PDF) == kept
