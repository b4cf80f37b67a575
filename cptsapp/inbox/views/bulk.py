"""One gesture on several requests: what it will change is said, counted, before anything changes."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import addresses
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.inbox.actions import bulk as actions
from cptsapp.inbox.queries import list as queries
from cptsapp.inbox.queries.sorters import labels, sorters
from cptsapp.inbox.rules.queues import filters_of
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.inbox.views.list import address_of
from cptsapp.territory import queries as territory


@blueprint.get("/demandes/lot")
@requires("inbox.manage")
def bulk() -> Response:
    """What the gesture will do to the rows ticked, or to all that match."""
    act = request.args.get("acte", "")
    if act not in actions.ACTS:
        return htmx.redirect(address_of(filters_of(request.args)))
    return _page(actions.plan(act, _chosen()))


def _chosen() -> list[str]:
    if request.args.get("tous") != "1":
        return request.args.getlist("choix")
    wanted = queries.asked(me(), filters_of(request.args))
    return queries.references(wanted, actions.SIZE_MAX + 1)


@blueprint.post("/demandes/lot")
@requires("inbox.manage")
def do_bulk() -> Response:
    """Do it to the requests that the page showed; those that have changed meanwhile are left aside, and counted."""
    act, references = request.form.get("acte", ""), request.form.getlist("choix")
    if act not in actions.ACTS:
        return htmx.redirect(address_of(filters_of(request.args)))
    who = request.form.get("qui", "")
    values = actions.Values(
        user_id=addresses.row_number(who),
        until=addresses.day(request.form.get("jour")),
        label=request.form.get("etiquette", ""),
    )
    try:
        done = actions.apply(act, references, values, by=me())
    except Refusal as refusal:
        give_up()
        return _page(actions.plan(act, references), refusal.message, 409)
    left = str(sum(count for _reason, count in done.left) or "")
    return htmx.redirect(address_of(filters_of(request.args), faites=str(done.count), laissees=left))


def _page(plan: actions.Plan, error: str = "", status: int = 200) -> Response:
    filters = filters_of(request.args)
    page = render_template(
        "inbox/bulk.html",
        plan=plan,
        left_words=[f"{count} {reason}" for reason, count in plan.left],
        title=actions.ACTS[plan.act],
        size_max=actions.SIZE_MAX,
        error=error,
        typed=request.form,
        sorters=sorters() if plan.act == "confier" else (),
        labels=labels() if plan.act == "etiqueter" else (),
        me_id=me().id,
        today=territory.today(),
        asked=address_of(filters).partition("?")[2],
        back_url=address_of(filters),
    )
    return make_response(page, status)
