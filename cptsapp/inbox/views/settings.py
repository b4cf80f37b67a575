"""Delays, weights, retention, and what the public page says; who came from outside the territory."""

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.inbox.actions import settings as actions
from cptsapp.inbox.forms.settings import SettingsForm
from cptsapp.inbox.queries.outside import outside_between
from cptsapp.inbox.queries.settings import settings
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory

MONTHS = 12


@blueprint.route("/demandes/reglages", methods=["GET", "POST"])
@requires("inbox.settings")
def edit_settings() -> Response:
    """The one form of the settings of the requests."""
    form = SettingsForm.of(settings())
    if form.is_valid():
        actions.save(form.values(), by=me())
        return htmx.redirect(url_for(".edit_settings", enregistre=1))
    return make_response(render_template("inbox/settings.html", form=form), 422 if form.errors else 200)


@blueprint.get("/demandes/hors-territoire")
@requires("inbox.manage")
def outside() -> str:
    """Who came to the form from outside, by commune, in the last twelve months: numbers, and nobody (A59)."""
    today = territory.today()
    first = today.replace(year=today.year - 1, day=1)
    lines = outside_between(first, today)
    return render_template("inbox/outside.html", lines=lines, total=sum(line.count for line in lines), first=first)
