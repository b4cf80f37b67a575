"""What people type reaches the paper, whatever their keyboard has."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from typst import TypstError

from cptsapp.core import pdf

RECEIPT = {"title": "T", "association": "A", "address": [], "phone": "", "sentence": "s", "facts": [], "foot": "f"}


def text_of(sentence: str) -> str:
    """The text of a receipt that says a sentence."""
    data = pdf.write("receipt", {**RECEIPT, "sentence": sentence})
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


@pytest.mark.parametrize("typed", ["œuvre à Noël", "Nguyễn Thị Ánh", "→ suivi ✓", "Дмитрий", "10 €"])
def test_what_the_fonts_draw_is_written_as_it_is(typed):
    assert typed in text_of(typed)


@pytest.mark.parametrize(
    ("typed", "written"),
    [("bien reçu 😀.", "bien reçu □."), ("漢字 → fin", "□□ → fin"), ("a\ufeffb\x01c", "abc")],
)
def test_a_sign_that_no_font_draws_is_replaced(typed, written):
    assert written in text_of(typed)


def test_a_title_of_invisible_signs_is_no_fault():
    assert pdf.write("receipt", {**RECEIPT, "title": "\x1f"})[:5] == b"%PDF-"


def test_any_other_fault_of_a_template_is_told():
    with pytest.raises(TypstError):
        pdf.write("receipt", {"title": "T"})
