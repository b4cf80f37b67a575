"""« Adhérer »: the public form, its texts and its receipt. It reads nothing of the directory nor of the members."""

from flask import current_app, make_response, render_template, request, url_for
from flask import session as cookie
from itsdangerous import BadSignature, Signer
from werkzeug.wrappers import Response

from cptsapp.accounts.actions import throttle
from cptsapp.accounts.actions.throttle import HOUR, Limit
from cptsapp.accounts.door import address
from cptsapp.core import addresses, clock
from cptsapp.core.refusals import Invisible
from cptsapp.http import errors, htmx
from cptsapp.http.access import public
from cptsapp.membership.actions import applications as actions
from cptsapp.membership.forms.applications import PersonApplicationForm, StructureApplicationForm
from cptsapp.membership.queries import texts
from cptsapp.membership.queries.settings import settings
from cptsapp.membership.rules.words import TEXT_PATHS
from cptsapp.membership.views.blueprint import blueprint
from cptsapp.territory import queries as territory

RECEIVED = "application"
STRUCTURE = "structure"
# A general meeting may fill the form in from one address; beyond these, what comes is looked at, then refused.
ADDRESS_WATCHED = Limit("adherer.address", 10, HOUR)
ADDRESS = Limit("adherer.address", 60, HOUR)
MAIL = Limit("adherer.mail", 3, HOUR)
READ_SECONDS = 4  # nobody fills the form in faster

TOO_MANY = "Trop de demandes sont venues de cette connexion. Réessayez dans une heure, ou appelez la coordination."


@blueprint.get("/adherer")
@public
def apply() -> Response:
    """The form, for a person or (`pour=structure`) for a structure; a plain sentence when the CPTS has closed it."""
    if not settings().is_open:
        return make_response(render_template("membership/apply_closed.html"))
    form = _form(is_sent=False)
    form.opened.data = _signer().sign(_now()).decode()
    return _page(form)


@blueprint.post("/adherer")
@public
def send() -> Response:
    """Keep the application. The answer is the same whoever it is about."""
    if not settings().is_open:
        return make_response(render_template("membership/apply_closed.html"), 409)
    form = _form(is_sent=True)
    if not form.is_valid():
        return _page(form, 422)
    if throttle.is_over(ADDRESS, address()):
        return errors.page(429, TOO_MANY)
    is_suspect = _is_suspect(form)
    throttle.count(ADDRESS, address())
    if form.mail.data:
        throttle.count(MAIL, form.mail.data.lower())
    made = actions.receive(form.values(), form.accepted, key=form.once.data or "", is_suspect=is_suspect)
    cookie[RECEIVED] = [made.reference, territory.today().isoformat()]
    return htmx.redirect(url_for(".received"))


def _form(*, is_sent: bool) -> PersonApplicationForm | StructureApplicationForm:
    kind = StructureApplicationForm if _is_structure() else PersonApplicationForm
    form = kind() if is_sent else kind(formdata=None)
    form.offer(territory.own_communes(), texts.current_texts())
    return form


def _is_structure() -> bool:
    return request.values.get("pour") == STRUCTURE


def _page(form: PersonApplicationForm | StructureApplicationForm, status: int = 200) -> Response:
    page = render_template("membership/apply.html", form=form, is_structure=_is_structure())
    return make_response(page, status)


def _is_suspect(form: PersonApplicationForm | StructureApplicationForm) -> bool:
    """Whether a robot may have sent it: it is kept apart, never thrown away."""
    mail = (form.mail.data or "").lower()
    return (
        bool(form.website.data)
        or _is_too_quick(form.opened.data or "")
        or throttle.is_over(ADDRESS_WATCHED, address())
        or (bool(mail) and throttle.is_over(MAIL, mail))
    )


def _is_too_quick(stamp: str) -> bool:
    try:
        opened = float(_signer().unsign(stamp))
    except (BadSignature, ValueError):
        return True
    return clock.now().timestamp() - opened < READ_SECONDS


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt="membership.apply")


def _now() -> str:
    return f"{clock.now().timestamp():.0f}"


@blueprint.get("/adherer/recue")
@public
def received() -> Response:
    """The receipt, to note or to print: the reference, and what comes next."""
    kept = cookie.get(RECEIVED)
    if not kept:
        return htmx.redirect(url_for(".apply"))
    reference, day = kept
    page = render_template("membership/apply_received.html", reference=reference, day=addresses.day(day))
    return make_response(page)


@blueprint.get("/adherer/donnees")
@public
def notice() -> str:
    """What is kept of the answers, why, how long, and the rights one has (§6.2)."""
    return render_template("membership/apply_notice.html")


@blueprint.get("/adherer/<name>")
@blueprint.get("/adherer/<name>/<int:version>")
@public
def text(name: str, version: int | None = None) -> str:
    """The charter or the statutes, to be read by anyone: the version in force, or a former one."""
    kind = TEXT_PATHS.get(name)
    if kind is None:
        raise Invisible
    found = texts.text(kind, version)
    is_current = found.version == texts.text(kind).version
    return render_template("membership/text_public.html", text=found, name=name, is_current=is_current)
