"""/messages: what waits or did not leave. /courrier: the demonstration's mail, and nothing outside a demonstration."""

from flask import Blueprint, Flask, current_app, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.core.addresses import row_number
from cptsapp.core.refusals import Invisible
from cptsapp.http import htmx, paging
from cptsapp.http.access import public, requires
from cptsapp.outbox import actions, queries, rules, smtp, texts
from cptsapp.outbox.models import MessageState
from cptsapp.settings import Settings

blueprint = Blueprint("outbox", __name__)

# French words for the URL; the order is that of the page.
STATES = {
    "echecs": MessageState.FAILED,
    "en-attente": MessageState.WAITING,
    "remis": MessageState.SENT,
}
TABS = {"echecs": "Non remis", "en-attente": "En attente", "remis": "Remis"}


def init_app(app: Flask) -> None:
    """Links in mails begin with the address people type."""
    texts.use_base_url(app.config["CPTSAPP"].base_url)
    app.jinja_env.globals["message_state_labels"] = rules.STATE_LABELS


@blueprint.get("/messages")
@requires("outbox.read")
def messages() -> str:
    """Messages by state, the failed first."""
    tab = request.args.get("etat", "echecs")
    if tab not in STATES:
        raise Invisible
    rows = queries.in_state(STATES[tab], row_number(request.args.get("avant")))
    page = paging.cut(rows, queries.PAGE_SIZE, lambda message: str(message.id))
    counts = queries.pending_counts()
    late = queries.late_by()
    return render_template(
        "outbox/messages.html",
        tabs=[
            {"label": label, "url": _tab_url(key), "is_current": key == tab, "count": counts.get(STATES[key])}
            for key, label in TABS.items()
        ],
        tab=tab,
        messages=page.rows,
        next_url=url_for("outbox.messages", etat=tab, avant=page.next_key) if page.next_key else "",
        late_minutes=int(late.total_seconds() // 60) if late else None,
        is_configured=_settings().smtp_url is not None or _settings().mode == "demo",
        attempts_max=rules.ATTEMPTS_MAX,
    )


@blueprint.post("/messages/<int:message_id>/relancer")
@requires("outbox.read")
def retry(message_id: int) -> Response:
    """Try a failed message again."""
    actions.retry(queries.get(message_id), by=current_user)
    return htmx.redirect(url_for("outbox.messages"))


@blueprint.get("/courrier")
@public
def mail() -> str:
    """Every mail the demonstration would have sent."""
    _only_in_demo()
    return render_template("outbox/mail.html", messages=queries.demo_mail())


@blueprint.get("/courrier/<int:message_id>")
@public
def mail_read(message_id: int) -> str:
    """One mail of the demonstration."""
    _only_in_demo()
    message = queries.get(message_id)
    return render_template(
        "outbox/mail_read.html", message=message, has_calendar=actions.calendar_of(message_id) is not None
    )


@blueprint.get("/courrier/<int:message_id>/reunion.ics")
@public
def mail_calendar(message_id: int) -> Response:
    """The calendar file that a mail of the demonstration carries, as its addressee gets it."""
    _only_in_demo()
    message, file = queries.get(message_id), actions.calendar_of(message_id)
    if file is None:
        raise Invisible
    content = smtp.addressed(file, _settings().mail_from, message.address)
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="reunion.ics"'
    return response


def _only_in_demo() -> None:
    if _settings().mode != "demo":
        raise Invisible


def _settings() -> Settings:
    settings: Settings = current_app.config["CPTSAPP"]
    return settings


def _tab_url(tab: str) -> str:
    return url_for("outbox.messages", etat=tab) if tab != "echecs" else url_for("outbox.messages")
