"""The public form « Trouver un médecin traitant »: five pages, its receipt, its notice. No account, no JavaScript.

Only the last page writes: what was answered before travels sealed in a hidden field (`forms.carried`).
"""

from typing import Any

from flask import make_response, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from cptsapp.accounts.door import address
from cptsapp.core.french import phone
from cptsapp.core.refusals import Refusal
from cptsapp.http import errors, htmx
from cptsapp.http.access import public
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.actions import entry, outside
from cptsapp.inbox.actions.entry import Sending
from cptsapp.inbox.forms import carried, receipts
from cptsapp.inbox.forms.carried import PAGES, PEOPLE_MAX, Carried
from cptsapp.inbox.forms.pages import Pages
from cptsapp.inbox.forms.receipts import Shown
from cptsapp.inbox.mail import PATHS
from cptsapp.inbox.models import LinkPurpose
from cptsapp.inbox.queries.settings import settings
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.outbox import texts
from cptsapp.territory import queries as territory

RECEIPT = "request"  # the cookie's entry: sealed
TOO_OLD = "Cette page est restée ouverte trop longtemps, ou n’est plus entière : recommencez, rien n’a été gardé."
LAST = len(PAGES) - 1
BACK, ADD, REMOVE = "back", "add", "remove"


@blueprint.get("/medecin-traitant")
@public
def find_doctor() -> Response:
    """The first page: the commune; a plain sentence when the CPTS has closed the form."""
    if not settings().is_open:
        return _closed(200)
    return _page(Pages(carried.new()))


@blueprint.post("/medecin-traitant")
@public
def answer_page() -> Response:
    """Read a page and show the next; the last one keeps the request. The answer is the same whatever is known."""
    state = carried.unpack(request.form.get("kept", ""))
    act, _, about = request.form.get("act", "").partition(":")
    is_last = state is not None and state.page == LAST and not act
    if not is_last:
        give_up()  # nothing is written before the end, and nobody who writes is kept waiting
    if not settings().is_open:
        return _closed(409)
    if state is None:
        return _page(Pages(carried.new()), 400, notice=TOO_OLD)
    state.take(request.form, Pages(state).names(state.name))
    if act:
        return _page(Pages(_turned(state, act, about)))
    pages = Pages(state)
    if not pages.is_valid(state.name):
        return _page(pages, 422)
    return _send(pages) if is_last else _next(pages)


def _turned(state: Carried, act: str, about: str) -> Carried:
    """Back by a page, or someone more or less in the household; what was typed stays. An odd gesture is none."""
    if act == BACK:
        state.page = max(state.page - 1, 0)
    elif act == ADD:
        state.people = min(state.people + 1, PEOPLE_MAX)
    elif act == REMOVE and about.isascii() and about.isdigit():
        state.drop_person(int(about[:2]))
    return state


def _next(pages: Pages) -> Response:
    state = pages.carried
    if state.name == "commune":
        place = pages.place
        if place is None:
            return _page(pages, is_asking_which=True)
        if not place.is_own:
            code, sender = place.code, address()
            if not state.has_bait:
                after_commit(lambda: outside.count(code, sender))
            return _page(pages, outside=place)
    pages.pass_gate()
    return _page(Pages(state))


def _send(pages: Pages) -> Response:
    state = pages.carried
    fault = pages.first_fault()
    if fault is not None:
        state.page = fault
        return _page(Pages(state) if fault == 0 else pages, 422)
    intake = pages.intake()
    sending = Sending(state.once, address(), state.seconds, has_bait=state.has_bait)
    try:
        kept = entry.take(intake, sending)
    except entry.TooMany as refusal:
        give_up()
        return errors.page(429, f"{refusal.message} {_line()}".strip())
    except Refusal as refusal:
        give_up()
        pages.agreement.refuse(refusal.message)
        return _page(pages, 409)
    call = intake.contact.phone or intake.contact.asker_phone
    has_mail = bool(intake.contact.mail or intake.contact.asker_mail)
    shown = Shown(kept.reference, kept.token, kept.due_on, call, has_mail=has_mail)
    cookie[RECEIPT] = receipts.pack(shown)
    return htmx.redirect(url_for(".received"))


def _page(pages: Pages, status: int = 200, **more: Any) -> Response:
    state = pages.carried
    page = render_template(
        "inbox/entry.html",
        pages=pages,
        page=state.name,
        number=state.page + 1,
        last=len(PAGES),
        kept=carried.pack(state),
        people_max=PEOPLE_MAX,
        has_errors=status == 422,
        **{"notice": "", "outside": None, "is_asking_which": False, "line": _told(), **more},
    )
    return _private(page, status)


def _private(page: str, status: int = 200) -> Response:
    """A page that says to nobody where its reader comes from."""
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _told() -> dict[str, Any]:
    """How to do without the form: the telephone line, its hours, whom to ask about one's data, for how long."""
    kept = settings()
    return {
        "phone": kept.line_phone or territory.settings().phone,
        "hours": kept.line_hours,
        "months": kept.retention_months,
        "dpo": kept.dpo_contact,
    }


def _line() -> str:
    number = _told()["phone"]
    return f"Téléphone : {phone(number)}." if number else ""


def _closed(status: int) -> Response:
    return make_response(render_template("inbox/entry_closed.html", line=_told()), status)


@blueprint.get("/medecin-traitant/recue")
@public
def received() -> Response:
    """The receipt, to note or to print: the reference, the private link, what comes next. For half an hour."""
    shown = receipts.unpack(cookie.get(RECEIPT, ""))
    if shown is None:
        return htmx.redirect(url_for(".find_doctor"))
    return _private(render_template("inbox/entry_received.html", shown=shown, line=_told(), link=_link(shown)))


def _link(shown: Shown) -> dict[str, str]:
    return _coded(texts.address(f"{PATHS[LinkPurpose.PERSON]}/{shown.token}"), 4)


def _coded(url: str, scale: int) -> dict[str, str]:
    """An address and the image of its code."""
    import segno  # only a receipt and a poster draw one

    return {"url": url, "code": segno.make(url, error="m").svg_data_uri(scale=scale, border=4, light="#fff")}


@blueprint.post("/medecin-traitant/recue")
@public
def forget_receipt() -> Response:
    """Noted: the receipt leaves this device, which may be a library's."""
    cookie.pop(RECEIPT, None)
    return htmx.redirect(url_for(".find_doctor"))


@blueprint.get("/medecin-traitant/donnees")
@public
def entry_notice() -> Response:
    """What is done with the answers, who may step in, how long they are kept, the rights one has (A42, E52)."""
    return _private(render_template("inbox/entry_notice.html", line=_told()))


@blueprint.get("/medecin-traitant/affiche")
@public
def poster() -> Response:
    """One page to put up in a hall, with a code that opens the form (E23)."""
    return _private(render_template("inbox/poster.html", line=_told(), form=_form_code(10)))


@blueprint.get("/medecin-traitant/depliant")
@public
def flyer() -> Response:
    """Four cards on a sheet, to cut and to hand over."""
    return _private(render_template("inbox/flyer.html", line=_told(), form=_form_code(4)))


def _form_code(scale: int) -> dict[str, str]:
    return _coded(texts.address(url_for(".find_doctor")), scale)
