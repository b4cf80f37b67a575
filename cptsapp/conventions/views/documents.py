"""The papers of a convention: its text as a PDF, and the yearly report."""

from flask import Response, render_template, url_for

from cptsapp.accounts.current import me
from cptsapp.conventions.document import convention_pdf, file_stem
from cptsapp.conventions.queries import report as reports
from cptsapp.conventions.queries.conventions import convention_for
from cptsapp.conventions.report import SMALL_SAID, period_words, report_pdf
from cptsapp.conventions.rules.report import kept_words
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.conventions.views.page import ONE
from cptsapp.http.access import requires
from cptsapp.http.attachments import send_pdf


@blueprint.get(f"{ONE}/convention.pdf")
@requires("conventions.read")
def document(convention_id: int) -> Response:
    """The text that holds, its signatures and its commitments."""
    convention = convention_for(me(), convention_id)
    return send_pdf(convention_pdf(convention), file_stem(convention))


@blueprint.get(f"{ONE}/bilan/<int:year>")
@requires("conventions.read")
def report(convention_id: int, year: int) -> str:
    """A year of the convention: commitments kept and not, files sent to the partner, meetings."""
    found = reports.report(convention_for(me(), convention_id), year)
    return render_template(
        "conventions/report.html",
        report=found,
        period=period_words(found),
        kept=kept_words(found.counts),
        small=SMALL_SAID,
        links=[
            {
                "label": str(known),
                "url": url_for(".report", convention_id=convention_id, year=known),
                "is_current": known == year,
            }
            for known in found.years
        ],
    )


@blueprint.get(f"{ONE}/bilan/<int:year>/bilan.pdf")
@requires("conventions.read")
def report_document(convention_id: int, year: int) -> Response:
    """The same as a file, to be voted and sent."""
    convention = convention_for(me(), convention_id)
    return send_pdf(report_pdf(reports.report(convention, year)), f"bilan-{year}-{file_stem(convention)}")
