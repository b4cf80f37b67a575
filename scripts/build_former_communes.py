"""Builds the list of communes that were joined to others, kept in cptsapp/imports/data.

    mkdir /tmp/communes && cd /tmp/communes
    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-decoupage-administratif-6.0.0.tgz
    cd - && python scripts/build_former_communes.py /tmp/communes/package/data cptsapp/imports/data

Registers keep for years the code, or the name, of a commune that is no more: 85166 is now Les Sables-d'Olonne. A code
that went to two communes is left out.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

ROWS = 4_748


def main() -> None:
    """Write former_communes.tsv: former code, present code, former name when the source knows it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    rows = rows_of(json.loads((arguments.source / "communes.json").read_text(encoding="utf-8")))
    if len(rows) != ROWS:
        raise SystemExit(f"{len(rows)} rows, not {ROWS}: look at the new edition, then at SOURCES.md")
    text = "".join("\t".join(row) + "\n" for row in rows)
    (arguments.target / "former_communes.tsv").write_text(text, encoding="utf-8")


def rows_of(communes: list[dict[str, object]]) -> list[tuple[str, str, str]]:
    """(former code, present code, former name or ""), by code."""
    present = {str(c["code"]): str(c["nom"]) for c in communes if c["type"] == "commune-actuelle"}
    became: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for commune in communes:
        code = str(commune["code"])
        if commune["type"] == "commune-actuelle":
            for former in commune.get("anciensCodes", []):  # type: ignore[attr-defined]  # a list of codes
                became[former].add(code)
        elif commune["type"] in ("commune-deleguee", "commune-associee"):
            became[code].add(str(commune["chefLieu"]))
            names[code] = str(commune["nom"])
    found = ((code, next(iter(to)), names.get(code, "")) for code, to in sorted(became.items()) if len(to) == 1)
    return [row for row in found if _is_of_use(row, present)]


def _is_of_use(row: tuple[str, str, str], present: dict[str, str]) -> bool:
    code, became, name = row
    if became not in present or (code in present and code != became):
        return False
    return code != became or (bool(name) and name != present[code])


if __name__ == "__main__":
    main()
