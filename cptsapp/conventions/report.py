"""The yearly report of a convention as a tagged PDF, the very words of its page."""

from typing import Any

from cptsapp.conventions.document import written
from cptsapp.conventions.queries.report import Line, Met, PartnerFigures, Report
from cptsapp.conventions.rules.report import kept_words
from cptsapp.core import pdf
from cptsapp.core.french import NBSP, THIN
from cptsapp.territory import queries as territory

SMALL_SAID = (
    "Un nombre de 1 à 4 n’est pas écrit\u00a0: il pourrait désigner quelqu’un. D’autres sont masqués pour qu’aucune"
    " soustraction ne le redonne."
)


def report_pdf(report: Report) -> bytes:
    """The PDF of a year."""
    return pdf.write("report", content(report))


def title_of(report: Report) -> str:
    """« Bilan 2026 : Convention avec le DAC Vendée Littoral »."""
    return f"Bilan {report.year}{NBSP}: {report.convention.title}"


def period_words(report: Report) -> str:
    """The days it tells of, and whether more are to come."""
    told = f"Du {written(report.since)} au {written(report.until)}"
    return f"{told}{THIN}; l’année n’est pas finie." if report.is_running else f"{told}."


def content(report: Report) -> dict[str, Any]:
    """What the paper says, as `templates/print/report.typ` reads it."""
    title = title_of(report)
    return {
        "title": title,
        "author": territory.settings().name,
        "mark": "",
        "foot": title if len(title) <= 80 else f"{title[:79].rstrip()}…",
        "period": period_words(report),
        "kept": kept_words(report.counts),
        "groups": [
            {"title": f"{report.titles[stood]} ({len(lines)})", "lines": [_line(line) for line in lines]}
            for stood, lines in report.groups.items()
        ],
        "figures": [_figures(found) for found in report.figures if not found.is_empty],
        "silent": [found.name for found in report.figures if found.is_empty],
        "small": SMALL_SAID,
        "met": [_met(met) for met in report.met],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "label": line.label,
        "comment": line.comment,
        "who": line.who,
        "due": f"{line.due_on:%d/%m/%Y}" if line.due_on else "—",
        "said": line.said,
        "proofs": ", ".join(proof.label for proof in line.proofs),
    }


def _figures(found: PartnerFigures) -> dict[str, str]:
    return {"name": found.name, "breaks": found.breaks, **found.words}


def _met(met: Met) -> dict[str, str]:
    kind = "Décision" if met.is_decision else "Réunion"
    joined = f" (pièce{NBSP}: {met.file_name})" if met.file_name else ""
    return {"title": f"{kind} du {written(met.on)}", "note": f"{met.note}{joined}".strip()}
