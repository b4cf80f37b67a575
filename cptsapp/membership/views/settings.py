"""The settings of adhesion, and the texts that members accept, version by version."""

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import addresses, submissions
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.membership.actions import settings as settings_actions
from cptsapp.membership.actions import texts as text_actions
from cptsapp.membership.forms.settings import SettingsForm, TextForm
from cptsapp.membership.models import TextKind
from cptsapp.membership.queries import texts as queries
from cptsapp.membership.queries.settings import settings
from cptsapp.membership.rules.words import TEXT_LABELS, TEXT_NAMES, TEXT_PATHS
from cptsapp.membership.views.blueprint import blueprint
from cptsapp.territory import queries as territory

PATH_OF = {kind: path for path, kind in TEXT_PATHS.items()}


@blueprint.route("/adhesions/reglages", methods=["GET", "POST"])
@requires("membership.settings")
def edit_settings() -> Response:
    """Year, fees, reminder, who sees the members, whether the public page is open."""
    form = SettingsForm.of(settings())
    if form.is_valid():
        settings_actions.save(form.values(), by=me())
        return htmx.redirect(url_for(".edit_settings", enregistre=1))
    return make_response(render_template("membership/settings.html", form=form), 422 if form.errors else 200)


@blueprint.get("/adhesions/textes")
@requires("membership.settings", "membership.manage")
def texts() -> str:
    """The charter and the statutes: every version, and how many have accepted it."""
    return render_template(
        "membership/texts.html",
        kinds=[(kind, PATH_OF[kind], TEXT_LABELS[kind], queries.versions(kind)) for kind in TextKind],
    )


@blueprint.route("/adhesions/textes/<name>/nouvelle", methods=["GET", "POST"])
@requires("membership.settings")
def publish_text(name: str) -> Response:
    """Publish the next version: the former ones stay, with who accepted them."""
    kind = TEXT_PATHS.get(name)
    if kind is None:
        raise Invisible
    last = next(iter(queries.versions(kind)), None)
    form = TextForm(body=last[0].body if last else "", after=str(last[0].version if last else 0))
    if not form.is_valid():
        return _text_page(form, kind, 422 if form.errors else 200)
    if submissions.result_for(me().id, form.once.data or "", "member_text"):
        return htmx.redirect(url_for(".texts"))
    try:
        read = addresses.row_number(form.after.data)
        made = text_actions.publish(kind, form.body.data or "", after_version=read or 0, by=me())
    except Refusal as refusal:
        form.refuse(refusal.message)
        return _text_page(form, kind, 409)
    submissions.remember(me().id, form.once.data or "", "member_text", made.id)
    return htmx.redirect(url_for(".texts"))


def _text_page(form: TextForm, kind: TextKind, status: int) -> Response:
    page = render_template(
        "membership/text_form.html",
        form=form,
        label=TEXT_NAMES[kind],
        version=int(form.after.data or 0) + 1 if (form.after.data or "0").isdigit() else 1,
        today=territory.today(),
    )
    return make_response(page, status)


@blueprint.get("/adhesions/textes/<name>/<int:version>")
@requires("membership.settings", "membership.manage")
def acceptances(name: str, version: int) -> str:
    """Who accepted a version, and when."""
    kind = TEXT_PATHS.get(name)
    if kind is None:
        raise Invisible
    found = queries.text(kind, version)
    return render_template(
        "membership/acceptances.html",
        text=found,
        name=name,
        label=TEXT_LABELS[kind],
        accepted=queries.accepted_by(me(), found),
    )
