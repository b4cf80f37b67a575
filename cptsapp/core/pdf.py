"""Tagged PDF from the templates of `templates/print`: the same data gives the same bytes (docs/decisions/pdf.md)."""

import json
from collections.abc import Mapping
from typing import Any, Final

from cptsapp.settings import ROOT

FOLDER = ROOT / "templates" / "print"
# PDF/UA-1: a screen reader finds the title, the language and the order of reading.
STANDARD: Final = "ua-1"


def write(template: str, content: Mapping[str, Any]) -> bytes:
    """The PDF of `templates/print/<template>.typ`; what it says comes as JSON: nothing typed is read as markup."""
    import typst  # 34 MB that few requests need

    return typst.compile(
        FOLDER / f"{template}.typ",
        root=FOLDER,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=STANDARD,
    )
