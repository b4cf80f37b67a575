"""Tagged PDF from the templates of `templates/print`: the same data gives the same bytes (docs/decisions/pdf.md)."""

import json
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from cptsapp.settings import ROOT

FOLDER = ROOT / "templates" / "print"
# PDF/UA-1: a screen reader finds the title, the language and the order of reading.
STANDARD: Final = "ua-1"
MISSING: Final = "\u25a1"  # a sign that our fonts have not
_TRIAL = b'#set document(title: "a")\n#set text(font: "Libertinus Serif")\n#sys.inputs.sign'


def write(template: str, content: Mapping[str, Any]) -> bytes:
    """The PDF of `templates/print/<template>.typ`; what it says comes as JSON: nothing typed is read as markup.

    The standard refuses a sign that no font of ours draws (an emoji in an article): it is then written « □ ».
    """
    from typst import TypstError

    try:
        return _compile(template, content)
    except TypstError:
        drawn = _drawn(content)
        if drawn == content:
            raise
        return _compile(template, drawn)


def _compile(template: str, content: Mapping[str, Any]) -> bytes:
    import typst  # 34 MB that few requests need

    return typst.compile(
        FOLDER / f"{template}.typ",
        root=FOLDER,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=STANDARD,
    )


def _drawn(value: Any) -> Any:
    """The same content with what cannot be drawn replaced."""
    if isinstance(value, str):
        drawn = "".join(sign if _is_drawn(sign) else _instead(sign) for sign in value)
        return drawn if drawn.strip() or not value else MISSING  # a title of nothing is no title
    if isinstance(value, Mapping):
        return {key: _drawn(item) for key, item in value.items()}
    return [_drawn(item) for item in value] if isinstance(value, list | tuple) else value


def _instead(sign: str) -> str:
    """Nothing for what is invisible, else the sign of a sign that is missing."""
    return "" if unicodedata.category(sign) in ("Cc", "Cf") else MISSING


@lru_cache(maxsize=4096)
def _is_drawn(sign: str) -> bool:
    if unicodedata.category(sign)[0] == "C":
        return sign in "\n\t"
    if sign.isascii():
        return True
    import typst

    try:
        typst.compile(_TRIAL, sys_inputs={"sign": sign}, ignore_system_fonts=True, pdf_standards=STANDARD)
    except typst.TypstError:
        return False
    return True
