"""The person's own page: a private link, then the birth date, then a short cookie for that file alone (§5).

A GET without the cookie shows nothing personal, and none writes: those who scan mails open links (pitfall 24).
"""

from collections.abc import Callable
from datetime import date, timedelta

from flask import current_app, make_response, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts import door
from cptsapp.accounts.actions import throttle
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import errors, htmx
from cptsapp.http.access import public
from cptsapp.http.app import after_commit, give_up, settle
from cptsapp.http.stack import cookie_name
from cptsapp.inbox.actions import agreements, choices, forgetting, person, retention, rights, triage
from cptsapp.inbox.actions.household import Found
from cptsapp.inbox.actions.links import TRIES, opened
from cptsapp.inbox.forms import person as forms
from cptsapp.inbox.models import Actor, Consent, InboxLink, LinkPurpose, Recipient, Request, RightKind
from cptsapp.inbox.queries.person import PersonPage, file_of, page_of
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.queries.settings import settings
from cptsapp.inbox.rules.person_words import DONE
from cptsapp.inbox.rules.rights import is_done_at_once
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory

COOKIE = "cptsapp_suivi"
LASTS = timedelta(minutes=30)
WRONG = "Ce n’est pas la date de naissance de la demande."
PATH = "/suivi/<token>"


# -- coming in --------------------------------------------------------------------------------------------------------


@blueprint.get(PATH)
@public
def person_page(token: str) -> BaseResponse:
    """The page for who has given the birth date; else the question."""
    link = _living(token)
    if link is None:
        return _dead()
    if not _has_proved(link):
        return _ask(forms.BirthDateForm(formdata=None))
    return _page(token, file_of(link))


@blueprint.post(PATH)
@public
def prove_birth_date(token: str) -> BaseResponse:
    """Look at the birth date: the fifth that is wrong ends the link."""
    if throttle.is_over(throttle.LINK_ADDRESS, door.address()):
        return errors.page(429)
    link = _living(token)
    if link is None:
        throttle.count(throttle.LINK_ADDRESS, door.address())
        settle()
        return _dead()
    form = forms.BirthDateForm()
    if not form.is_valid() or form.birth_date.day is None:
        return _ask(form, 422)
    return _compare(token, link, form, form.birth_date.day)


def _compare(token: str, link: InboxLink, form: forms.BirthDateForm, typed: date) -> BaseResponse:
    link_id, failed = link.id, link.failure_count + 1
    if person.prove(link_id, file_of(link), typed):
        return _with_cookie(htmx.redirect(url_for(".person_page", token=token)), link_id)
    throttle.count(throttle.LINK_ADDRESS, door.address())
    settle()  # the try is counted, whatever the answer
    if failed >= TRIES:
        return _dead()
    left = TRIES - failed
    form.refuse(f"{WRONG} Il reste {left} essai{'s' if left > 1 else ''}.", "birth_date")
    return _ask(form, 422)


@blueprint.post(f"{PATH}/quitter")
@public
def leave_person_page(token: str) -> BaseResponse:
    """Close the page on a machine that others use."""
    response = htmx.redirect(url_for(".person_page", token=token))
    response.delete_cookie(_cookie_name(), path="/")
    return _private(response)


def _living(token: str) -> InboxLink | None:
    try:
        return opened(token, LinkPurpose.PERSON)
    except Invisible:
        return None


def _cookie_name() -> str:
    return cookie_name(COOKIE, current_app.config["CPTSAPP"])


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="inbox.person")


def _has_proved(link: InboxLink) -> bool:
    """Whether the cookie says that the birth date was given for this very link, not long ago."""
    try:
        number, until = _signer().loads(request.cookies.get(_cookie_name(), ""))
    except (BadSignature, ValueError, TypeError):
        return False
    return bool(number == link.id and clock.now().timestamp() < until)


def _with_cookie(response: BaseResponse, link_id: int) -> BaseResponse:
    until = int((clock.now() + LASTS).timestamp())
    response.set_cookie(
        _cookie_name(),
        _signer().dumps([link_id, until]),
        max_age=LASTS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["CPTSAPP"].is_secure,
    )
    return _private(response)


# -- what the pages are made of ---------------------------------------------------------------------------------------


def _ask(form: forms.BirthDateForm, status: int = 200) -> BaseResponse:
    return _private(make_response(render_template("inbox/person_birth_date.html", form=form), status))


def _dead() -> BaseResponse:
    """The same for a link unknown, revoked, past its end or tried too often."""
    return _private(make_response(render_template("inbox/person_dead.html", line=_line()), 410))


def _line() -> str:
    """The number to ring."""
    return settings().line_phone or territory.settings().phone or ""


def _private(response: BaseResponse) -> BaseResponse:
    """The address holds the token: no other site, and no page after this one, learns it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(token: str, file: Request, status: int = 200, error: str = "", **typed: object) -> BaseResponse:
    """The person's page; `typed` are the forms given back with what was typed."""
    found = page_of(file)
    given = {**_forms(found), **typed}
    body = render_template(
        "inbox/person.html",
        page=found,
        token=token,
        error=error,
        done=DONE.get(request.args.get("fait", ""), ""),
        line=_line(),
        line_hours=settings().line_hours,
        erases_at_once=is_done_at_once(RightKind.ERASURE, file.asker, len(file.seekers)),
        retention_months=settings().retention_months,
        **given,
    )
    return _private(make_response(body, status))


def _forms(found: PersonPage) -> dict[str, object]:
    outcome = forms.OutcomeForm(formdata=None)
    outcome.offer(list(found.doctors))
    return {
        "outcome": outcome,
        "declaration": forms.DeclarationForm(formdata=None),
        "answer": forms.AnswerForm(formdata=None),
        "found_form": forms.FoundForm(formdata=None),
        "reach": forms.ReachForm(formdata=None, obj=person.reach_of(found.request)),
        "right_form": forms.RightForm(formdata=None),
    }


Act = Callable[[Request], str]


def _act(token: str, act: Act, **typed: object) -> BaseResponse:
    """Do something for the file of who has proved the birth date; gives back the page with what went wrong."""
    link = _living(token)
    if link is None:
        return _dead()
    if not _has_proved(link):
        return _private(htmx.redirect(url_for(".person_page", token=token)))
    link_id, file_id = link.id, file_of(link).id
    try:
        done = act(locked(file_id))
    except Refusal as refusal:
        give_up()
        return _page(token, session.get_one(Request, file_id), 409, refusal.message, **typed)
    return _with_cookie(htmx.redirect(url_for(".person_page", token=token, fait=done)), link_id)


def _known_file(token: str) -> Request | None:
    """The file of who has proved the birth date; None for anyone else, whom `_act` answers."""
    link = _living(token)
    return file_of(link) if link is not None and _has_proved(link) else None


def _refused(_file: Request) -> str:
    raise Refusal("Cette page a changé\u202f: relisez-la, puis recommencez.")


# -- what the person says ---------------------------------------------------------------------------------------------


@blueprint.post(f"{PATH}/reponse")
@public
def say_outcome(token: str) -> BaseResponse:
    """An appointment with one of the doctors, none of them, or please ring me."""
    file = _known_file(token)
    if file is None:
        return _act(token, _refused)
    form = forms.OutcomeForm()
    form.offer(list(page_of(file).doctors))
    if not form.is_valid():
        return _page(token, file, 422, outcome=form)
    return _act(token, _outcome(form), outcome=form)


def _outcome(form: forms.OutcomeForm) -> Act:
    chosen = form.proposal_id

    def act(file: Request) -> str:
        if chosen is not None:
            choices.choose(file, chosen, actor=Actor.PERSON)
            return "rendez-vous"
        if form.outcome.data == forms.NONE:
            choices.none_suits(file, actor=Actor.PERSON)
            return "aucun"
        choices.ask_for_call(file, actor=Actor.PERSON)
        return "appel"

    return act


@blueprint.post(f"{PATH}/appel")
@public
def ask_for_call(token: str) -> BaseResponse:
    """Please ring me, whatever the state."""

    def act(file: Request) -> str:
        choices.ask_for_call(file, actor=Actor.PERSON)
        return "appel"

    return _act(token, act)


@blueprint.post(f"{PATH}/declaration")
@public
def say_declared(token: str) -> BaseResponse:
    """The declaration is made, or the doctor does not take them after all."""
    file = _known_file(token)
    if file is None:
        return _act(token, _refused)
    form = forms.DeclarationForm()
    if not form.is_valid():
        return _page(token, file, 422, declaration=form)
    is_done = form.declared.data == forms.YES

    def act(found: Request) -> str:
        (triage.declare if is_done else triage.search_again)(found.id, by=None, actor=Actor.PERSON)
        return "declare" if is_done else "pas-declare"

    return _act(token, act, declaration=form)


@blueprint.post(f"{PATH}/trouve")
@public
def say_found(token: str) -> BaseResponse:
    """A doctor found by oneself."""
    file = _known_file(token)
    if file is None:
        return _act(token, _refused)
    form = forms.FoundForm()
    if not form.is_valid():
        return _page(token, file, 422, found_form=form)

    def act(found: Request) -> str:
        triage.find(found.id, Found(name=form.name.data), by=None, actor=Actor.PERSON)
        return "trouve"

    return _act(token, act, found_form=form)


@blueprint.post(f"{PATH}/coordonnees")
@public
def correct_reach(token: str) -> BaseResponse:
    """Correct how to be reached: done at once."""
    file = _known_file(token)
    if file is None:
        return _act(token, _refused)
    form = forms.ReachForm()
    if not form.is_valid():
        return _page(token, file, 422, reach=form)

    def act(found: Request) -> str:
        person.correct_reach(found, form.reach())
        return "coordonnees"

    return _act(token, act, reach=form)


@blueprint.post(f"{PATH}/retirer")
@public
def withdraw_request(token: str) -> BaseResponse:
    """Leave: what is under way stops at once."""

    def act(file: Request) -> str:
        triage.withdraw(file.id, by=None, actor=Actor.PERSON)
        return "retire"

    return _act(token, act)


@blueprint.post(f"{PATH}/completer")
@public
def complete_request(token: str) -> BaseResponse:
    """Answer what was missing."""
    file = _known_file(token)
    if file is None:
        return _act(token, _refused)
    form = forms.AnswerForm()
    if not form.is_valid():
        return _page(token, file, 422, answer=form)

    def act(found: Request) -> str:
        person.complete(found, form.text.data or "")
        return "complete"

    return _act(token, act, answer=form)


@blueprint.post(f"{PATH}/accord")
@public
def change_own_agreement(token: str) -> BaseResponse:
    """Give the agreement for a recipient, or take it back: what was sent there stops at once (E52)."""
    recipient = next((one for one in Recipient if one.value == request.form.get("recipient")), None)
    if recipient is None:
        return _act(token, _refused)

    def act(file: Request) -> str:
        if request.form.get("accord") == forms.YES:
            agreements.collect(file.id, recipient, Consent.WEB, by=None, actor=Actor.PERSON)
            return "accord-donne"
        agreements.withdraw(file, recipient, by=None, actor=Actor.PERSON)
        return "accord"

    return _act(token, act)


# -- rights -----------------------------------------------------------------------------------------------------------


@blueprint.post(f"{PATH}/droits")
@public
def ask_own_right(token: str) -> BaseResponse:
    """Access, rectification, erasure: queued with its deadline; an erasure that may be done at once is confirmed."""
    file = _known_file(token)
    if file is None:
        return _act(token, _refused)
    form = forms.RightForm()
    if not form.is_valid():
        return _page(token, file, 422, right_form=form)
    if is_done_at_once(form.chosen, file.asker, len(file.seekers)):
        return _private(make_response(render_template("inbox/person_erase.html", token=token)))

    def act(found: Request) -> str:
        rights.ask(found, form.chosen, form.note.data or "", by=None)
        return "droit"

    return _act(token, act, right_form=form)


@blueprint.post(f"{PATH}/effacer")
@public
def erase_own_file(token: str) -> BaseResponse:
    """Erase one's own file, at once and for good."""
    file = _known_file(token)
    if file is None or not is_done_at_once(RightKind.ERASURE, file.asker, len(file.seekers)):
        return _act(token, _refused)
    found = locked(file.id)
    rights.note_erasure(found)
    retention.erase(found.id, by=None, actor=Actor.PERSON)
    after_commit(forgetting.finish)
    response = htmx.redirect(url_for(".person_erased"))
    response.delete_cookie(_cookie_name(), path="/")
    return _private(response)


@blueprint.get("/suivi/efface")
@public
def person_erased() -> BaseResponse:
    """What is left once a file is erased: nothing that says who it was about."""
    return _private(make_response(render_template("inbox/person_erased.html", line=_line())))
