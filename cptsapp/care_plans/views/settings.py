"""What a CPTS decides of its plans: delays, standard commitments, retention; on their own page, the flat fees."""

from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.care_plans.actions import settings as actions
from cptsapp.care_plans.forms.settings import FeeForm, SettingsForm
from cptsapp.care_plans.queries import fees
from cptsapp.care_plans.queries.settings import settings
from cptsapp.care_plans.rules.fees import PAYEE_WORDS, STEP_WORDS
from cptsapp.care_plans.views.blueprint import blueprint
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.ledger.queries.years import cap_of
from cptsapp.ledger.rules import NATURE_MARKS
from cptsapp.territory import queries as territory


@blueprint.route("/ppcs/reglages", methods=["GET", "POST"])
@requires("plans.settings")
def edit_settings() -> Response:
    """The delays, the standard commitments, how long a closed plan keeps its person; the fees in force."""
    form = SettingsForm.of(settings())
    if form.is_valid():
        actions.save(form.values(), by=me())
        return htmx.redirect(url_for(".edit_settings", enregistre=1))
    year = territory.today().year
    page = render_template("care_plans/settings.html", form=form, year=year, cap=cap_of(year), **_amounts())
    return make_response(page, 422 if form.errors else 200)


@blueprint.route("/ppcs/reglages/forfaits", methods=["GET", "POST"])
@requires("plans.settings")
def edit_fees() -> Response:
    """Every amount written, and the form of one more."""
    form, status = FeeForm(), 200
    if form.is_valid():
        try:
            actions.set_fee(form.terms(), by=me())
            return htmx.redirect(url_for(".edit_fees", enregistre=1))
        except Refusal as refusal:
            give_up()
            form.refuse(refusal.message, refusal.field)
            status = 409
    elif form.errors:
        status = 422
    if request.method == "GET" and form.starts_on.data is None:
        form.starts_on.data = territory.today()
    return make_response(render_template("care_plans/fees.html", form=form, **_amounts()), status)


@blueprint.post("/ppcs/reglages/forfaits/<int:fee_id>/retirer")
@requires("plans.settings")
def remove_fee(fee_id: int) -> Response:
    """Take away an amount written by mistake."""
    actions.remove_fee(fee_id, by=me())
    return htmx.redirect(url_for(".edit_fees", retire=1))


def _amounts() -> dict[str, Any]:
    return {
        "amounts": fees.priced(territory.today()),
        "steps": STEP_WORDS,
        "payees": PAYEE_WORDS,
        "marks": NATURE_MARKS,
    }
