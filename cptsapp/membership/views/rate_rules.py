"""The rules of the rate: what they say, what changing them would do, and those that held before."""

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import addresses
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.membership.actions import rate as actions
from cptsapp.membership.forms.rate import RateRulesForm
from cptsapp.membership.queries import rate as queries
from cptsapp.membership.queries import rate_history
from cptsapp.membership.rules import rate_words as words
from cptsapp.membership.rules.rate import CountingRules
from cptsapp.membership.views.blueprint import blueprint
from cptsapp.territory import queries as territory


@blueprint.route("/adhesions/taux/regles", methods=["GET", "POST"])
@requires("membership.settings")
def rate_rules() -> Response:
    """Change whom the rate counts: what it would do is shown first, then done."""
    form = RateRulesForm()
    if not form.is_submitted():
        held = queries.saved_rules()
        form.fill(held.rules, held.id)
        return _page(form)
    if not form.is_valid():
        return _page(form, 422)
    if not form.save.data or form.seen.data != _mark(form.rules):
        return _preview(form)
    try:
        actions.set_rules(form.rules, after=addresses.row_number(form.after.data) or 0, by=me())
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field)
        form.after.data = str(queries.saved_rules().id)  # they stand beside the form, to be read
        return _page(form, 409)
    return htmx.redirect(url_for("membership.rate"))


def _mark(rules: CountingRules) -> str:
    """What one was shown the consequences of: nobody saves other rules than those."""
    professions, modes = sorted(rules.professions), sorted(rules.modes)
    return f"{','.join(professions)} {','.join(modes)} {rules.locum_months}"


def _preview(form: RateRulesForm) -> Response:
    """What these rules would do to today's numbers, and the button that sets them."""
    held = queries.saved_rules().rules
    form.seen.data = _mark(form.rules)
    effect = rate_history.effect(held, form.rules, territory.today())
    return _page(form, effect=effect)


def _page(form: RateRulesForm, status: int = 200, effect: rate_history.Effect | None = None) -> Response:
    if effect is None:
        form.seen.data = ""
    page = render_template(
        "membership/rate_rules.html", form=form, effect=effect, history=rate_history.history(), words=words
    )
    return make_response(page, status)
