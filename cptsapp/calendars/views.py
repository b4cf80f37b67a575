"""/mes-creneaux/agenda: the private feed and the calendars linked. /agenda/<token>.ics: the feed itself."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.calendars import actions, queries, rules
from cptsapp.calendars.forms import NotificationsForm, SourceForm
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import public, requires, signed_in
from cptsapp.http.app import after_commit
from cptsapp.snp.models import NotificationLevel
from cptsapp.snp.queries import version as agenda_version
from cptsapp.territory import queries as territory

blueprint = Blueprint("calendars", __name__)


@blueprint.get("/mes-creneaux/agenda")
@requires("calendar.own")
def agenda() -> str:
    """The addresses and calendars of the practitioners one is, or assists."""
    return _page()


@blueprint.post("/mes-creneaux/agenda/<int:person_id>/adresse")
@requires("calendar.own")
def create_feed(person_id: int) -> str:
    """Make a private address, and show it this once."""
    person = queries.practitioner(current_user, person_id)
    token = actions.create_feed(person, by=current_user)
    url = _base_url() + url_for("calendars.feed", token=token)
    return render_template("calendars/created.html", person=person, url=url, webcal_url=_webcal(url))


@blueprint.post("/mes-creneaux/agenda/adresse/<int:feed_id>/revoquer")
@requires("calendar.own")
def revoke_feed(feed_id: int) -> BaseResponse:
    """Close a private address."""
    actions.revoke_feed(queries.feed(current_user, feed_id), by=current_user)
    return htmx.redirect(url_for("calendars.agenda"))


@blueprint.route("/mes-creneaux/agenda/<int:person_id>/relier", methods=["GET", "POST"])
@requires("calendar.own")
def link(person_id: int) -> str | tuple[str, int] | BaseResponse:
    """Link a calendar of one's own."""
    person = queries.practitioner(current_user, person_id)
    form, name = SourceForm(), person.full_name
    if request.method == "GET":
        return render_template("calendars/link.html", form=form, person_id=person_id, name=name)
    status = 422
    if form.is_valid():
        try:
            _link(form, person_id)
            return htmx.redirect(url_for("calendars.agenda"))
        except Refusal as refusal:
            form.refuse(refusal.message, refusal.field)
            status = 409
    return render_template("calendars/link.html", form=form, person_id=person_id, name=name), status


def _link(form: SourceForm, person_id: int) -> None:
    label = form.label.data.strip()
    if form.address.data:
        actions.link_address(queries.practitioner(current_user, person_id), label, form.address.data, by=current_user)
        return
    content = form.file.data.stream.read(rules.SIZE_MAX + 1)
    territory.zone()
    session.rollback()  # reading a big file takes seconds, and nobody could book meanwhile
    hours = actions.read_file(content)
    actions.link_file(queries.practitioner(current_user, person_id), label, hours, by=current_user)


@blueprint.post("/mes-creneaux/agenda/relie/<int:source_id>/retirer")
@requires("calendar.own")
def unlink(source_id: int) -> BaseResponse:
    """Forget a linked calendar and its hours."""
    actions.unlink(queries.source(current_user, source_id), by=current_user)
    return htmx.redirect(url_for("calendars.agenda"))


@blueprint.get("/agenda/<token>.ics")
@public
def feed(token: str) -> Response:
    """The private feed: slots and references, no name."""
    found = queries.feed_of_token(token)
    after_commit(lambda: actions.note_read(found_id))
    found_id, person_id = found.id, found.person_id
    response = Response(mimetype="text/calendar")
    response.set_etag(f"{agenda_version()}-{local(clock.now()):%Y%m%d}")
    response.headers.update(
        {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "private, no-cache"}
    )
    response.make_conditional(request)
    if response.status_code != 304:
        response.set_data(_calendar(person_id))
    return response


def _calendar(person_id: int) -> bytes:
    from cptsapp.calendars import ics  # a heavy library that few requests need

    cpts, base = territory.settings(), _base_url()
    return ics.write(
        queries.agenda(person_id),
        name=f"Créneaux, {cpts.name}",
        zone=cpts.zone,
        host=urlsplit(base).hostname or "cptsapp",
        address=f"{base}/mes-creneaux",
    )


@blueprint.route("/compte/notifications", methods=["GET", "POST"])
@signed_in
def notifications() -> str | tuple[str, int] | BaseResponse:
    """Which acts of others one is told of by mail."""
    form = NotificationsForm(data={"level": queries.notification_level(current_user.id).value})
    if form.is_valid():
        actions.choose_level(NotificationLevel(form.level.data), by=current_user)
        return htmx.redirect(url_for("calendars.notifications", note="1"))
    status = 422 if form.errors else 200
    is_saved = request.args.get("note") == "1" and request.method == "GET"
    return render_template("calendars/notifications.html", form=form, is_saved=is_saved), status


def _page() -> str:
    return render_template("calendars/agenda.html", owners=queries.owners(current_user), now=clock.now())


def _base_url() -> str:
    url: str = current_app.config["CPTSAPP"].base_url
    return url


def _webcal(url: str) -> str:
    return "webcal://" + url.partition("://")[2]
