"""Joins static/css/*.css, in a fixed order, into the one sheet that pages load.

The result is committed, so that running the application needs no build step; a test
compares it with what this script gives.

    python scripts/build_css.py            writes static/app.css
    python scripts/build_css.py --check    says whether it is up to date (exit 1 when not)
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
SHEET = STATIC / "app.css"
LAYERS = "@layer tokens, base, layout, components, utilities, print;"
ORDER = (
    "tokens",
    "base",
    "layout",
    "button",
    "field",
    "segment",
    "chips",
    "letter",
    "panel",
    "hour_strip",
    "slot_row",
    "open_row",
    "regulation",
    "day_grid",
    "entries",
    "posting",
    "calls",
    "table",
    "marks",
    "steps",
    "stepper",
    "queue",
    "directory",
    "inbox",
    "tile",
    "chart",
    "way",
    "toast_dock",
    "practice",
    "utilities",
    "print",
)


def build(folder: Path = STATIC / "css") -> str:
    """The whole sheet as one text.

    Raises ValueError when a file of the folder is missing from ORDER: it would
    never reach a page.
    """
    forgotten = {path.stem for path in folder.glob("*.css")} - set(ORDER)
    if forgotten:
        raise ValueError(f"not in ORDER: {', '.join(sorted(forgotten))}")
    parts = [(folder / f"{name}.css").read_text(encoding="utf-8") for name in ORDER]
    return LAYERS + "\n" + "\n".join(minify(part) for part in parts) + "\n"


def minify(css: str) -> str:
    """The sheet without comments and needless spaces; strings are left as they are."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    pieces = re.split(r'("[^"]*")', css)
    return "".join(piece if index % 2 else _squeeze(piece) for index, piece in enumerate(pieces)).strip()


def _squeeze(css: str) -> str:
    """Removes what a browser does not read; `a :hover` and `1px + 2px` keep their spaces."""
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};])\s*", r"\1", css)
    css = re.sub(r",\s+", ",", css)
    css = re.sub(r"([{;][a-z-]+): ", r"\1:", css)
    return css.replace(";}", "}")


def main(arguments: list[str]) -> int:
    """Writes the sheet, or with --check only compares; the exit code."""
    sheet = build()
    if "--check" not in arguments:
        SHEET.write_text(sheet, encoding="utf-8")
        return 0
    if SHEET.exists() and SHEET.read_text(encoding="utf-8") == sheet:
        return 0
    print("static/app.css is stale: run python scripts/build_css.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
