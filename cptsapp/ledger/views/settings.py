"""The yearly cap: the PASS of each year, written by the CPTS."""

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.euros import euros_of
from cptsapp.ledger import actions
from cptsapp.ledger.forms import CapForm
from cptsapp.ledger.queries import years
from cptsapp.ledger.rules import KNOWN_CAPS
from cptsapp.ledger.views.blueprint import blueprint
from cptsapp.territory import queries as territory


@blueprint.route("/sommes/plafond", methods=["GET", "POST"])
@requires("ledger.settings")
def edit_cap() -> Response:
    """The caps written, and the form of one year."""
    form = CapForm(**_proposed())
    if form.is_valid():
        actions.save_cap(form.year.data or 0, form.cap.cents or 0, by=me())
        return htmx.redirect(url_for(".edit_cap", enregistre=1))
    page = render_template("ledger/cap.html", form=form, caps=years.caps(), known=KNOWN_CAPS)
    return make_response(page, 422 if form.errors else 200)


def _proposed() -> dict[str, int | str]:
    """The present year with its cap, or the one that was published."""
    year = territory.today().year
    cents = years.cap_of(year) or KNOWN_CAPS.get(year)
    return {"year": year, "cap": euros_of(cents) if cents else ""}
