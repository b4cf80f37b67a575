"""The door, in HTTP: the sign-in page, the cookie of a session, what is kept of a form that came too late."""

from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from flask import Response, current_app, make_response, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts import queries, rules, sessions
from cptsapp.accounts.actions import desks, drafts
from cptsapp.accounts.forms import SignInForm, TakeDeskForm
from cptsapp.accounts.house import house
from cptsapp.accounts.models import Desk, SignIn
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.french import hour
from cptsapp.core.local import local
from cptsapp.http import htmx
from cptsapp.http.app import after_commit
from cptsapp.http.stack import cookie_name

DESK_COOKIE = "cptsapp_desk"
DESK_COOKIE_LASTS = timedelta(days=400)
SESSION_KEY = "_user_id"  # where Flask-Login looks
PENDING = "pending"
FULL = "full"
RESUME_AT = "resume_at"
SWITCHED = "switched"
PENDING_LASTS = timedelta(minutes=10)


ENDED = "Votre session a pris fin."
KEPT = "Votre session a pris fin. Votre texte est gardé : vous le retrouverez tel quel après la connexion."
TOO_MANY = "Trop d’essais. Attendez un quart d’heure, puis recommencez, ou recevez un nouveau mot de passe."


def address() -> str:
    """Where the request comes from; a forwarded address counts only behind CPTSAPP_TRUSTED_PROXIES."""
    return request.remote_addr or "?"


def device() -> str:
    """A few words for the browser at hand."""
    return rules.device_label(request.headers.get("User-Agent", ""))


def desk_cookie() -> str:
    """The name of the cookie that makes a browser a desk."""
    return cookie_name(DESK_COOKIE, current_app.config["CPTSAPP"])


def this_desk() -> Desk | None:
    """The shared desk that this browser is, or None."""
    return queries.desk_of(request.cookies.get(desk_cookie()))


def former_session() -> SignIn | None:
    """The session whose token the cookie carries, whatever became of it."""
    token = cookie.get(SESSION_KEY)
    return sessions.of_token(token) if token else None


# -- the page ---------------------------------------------------------------------------------------------------------


def page(
    status: int = 200, form: SignInForm | None = None, notice: str | None = None, suite: str | None = None
) -> Response:
    """The sign-in page; on a shared desk, who takes it, unless someone else was asked for."""
    wanted = rules.local_path(suite if suite is not None else request.values.get("suite"))
    desk = this_desk()
    if desk is not None and form is None and "autre" not in request.args:
        people = queries.desk_people(desk.id)
        if people:
            return desk_page(desk, status, suite=wanted)
    shown = form or SignInForm(formdata=None, suite=wanted)
    body = render_template("accounts/sign_in.html", form=shown, notice=notice, desk=desk)
    return make_response(body, status)


def desk_page(
    desk: Desk, status: int = 200, form: TakeDeskForm | None = None, suite: str = "/", error: str | None = None
) -> Response:
    """« Qui prend le poste ? »: nothing of what was on the screen before, but the names of those who have a PIN."""
    former = former_session()
    if former is not None and (former.desk_id != desk.id or former.ended_at is not None):
        former = None
    people = queries.desk_people(desk.id)
    shown = form or TakeDeskForm(formdata=None, suite=suite, who=_chosen(people, former))
    shown.offer(people)
    tiles = [(person, _when(person, former)) for person in people]
    body = render_template(
        "accounts/desk_locked.html",
        desk=desk,
        form=shown,
        tiles=tiles,
        error=error,
        former=former,
        locked_at=_locked_at(former),
        idle_minutes=None if cookie.get(SWITCHED) else house().lock_minutes,
        waits_for=next(
            (p.name for p in people if former and p.user_id == former.user_id and drafts.has_any(p.user_id)), None
        ),
    )
    return make_response(body, status)


def _chosen(people: list[queries.DeskPerson], former: SignIn | None) -> int | None:
    return next((person.id for person in people if former is not None and person.user_id == former.user_id), None)


def _when(person: queries.DeskPerson, former: SignIn | None) -> str:
    if former is not None and former.user_id == person.user_id:
        return f"en poste depuis {hour(local(former.started_at))}"
    if person.last_used_at is None:
        return ""
    return rules.last_seen_words(local(person.last_used_at), local(clock.now()))


def _locked_at(former: SignIn | None) -> datetime | None:
    if former is None:
        return None
    return local(former.locked_at or former.seen_at + timedelta(minutes=house().lock_minutes))


# -- who is not signed in ---------------------------------------------------------------------------------------------


def refuse_unknown() -> BaseResponse:
    """401: the sign-in page at the same address; what was typed is kept for its author."""
    is_kept = keep_form()
    notice = KEPT if is_kept else (ENDED if cookie.get(SESSION_KEY) else None)
    if htmx.wants_fragment():
        return _refuse_fragment(notice)
    suite = request.full_path.rstrip("?") if request.method == "GET" else page_before()
    return page(401, notice=notice, suite=suite)


def _refuse_fragment(notice: str | None) -> BaseResponse:
    """For htmx a sentence; a locked desk goes to its page, since nothing of it may stay on the screen."""
    headers = {"X-Message": quote(notice or "Connectez-vous pour continuer.")}
    if this_desk() is not None:
        headers |= htmx.redirection(url_for("accounts.sign_in", suite=page_before()))
    return Response(status=401, headers=headers)


def page_before() -> str:
    """The page of ours that the request came from, without its host."""
    before = urlsplit(request.referrer or "")
    if before.netloc != request.host:
        return "/"
    return rules.local_path(before.path + (f"?{before.query}" if before.query else ""))


def keep_form() -> bool:
    """Keep what a POST brought for the author of its dead session; whether something was kept."""
    token = cookie.get(SESSION_KEY)
    if request.method != "POST" or not token or request.blueprint == "accounts":
        return False
    author = sessions.author_of(token)
    fields = list(request.form.items(multi=True))
    if author is None or not drafts.is_worth_keeping(fields):
        return False
    path = request.full_path.rstrip("?")

    def keep() -> None:
        drafts.keep(author, path, fields)

    after_commit(keep)
    return True


# -- coming in --------------------------------------------------------------------------------------------------------


def wait_for_code(user_id: int, suite: str) -> BaseResponse:
    """The password was right: remember it in the signed cookie, which so far opens nothing, and ask for the code."""
    cookie[PENDING] = {"user": user_id, "at": clock.now().isoformat(), "suite": suite}
    return htmx.redirect(url_for("accounts.code"))


def pending() -> tuple[int, str] | None:
    """Who gave their password less than ten minutes ago, and where they go; or None."""
    held = cookie.get(PENDING)
    if not held or clock.now() - datetime.fromisoformat(held["at"]) > PENDING_LASTS:
        return None
    return held["user"], held["suite"]


def come_in(user_id: int, suite: str) -> BaseResponse:
    """Open the session of someone who has proved who they are, under a new token, and lead them on."""
    former = former_session()
    desk = this_desk()
    target = rules.local_path(suite) if former is None or former.user_id == user_id else "/"
    if desk is not None:
        enter(desks.take(desk, user_id, former, device()), is_full=True)
    else:
        if former is not None:
            sessions.end(former.id)
        enter(sessions.open_session(queries.account(user_id), device()), is_full=True)
    user = queries.account(user_id)
    record("user.signed_in", user, by=sessions.actor(user, desk.id if desk else None))
    if desk is not None and all(person.user_id != user_id for person in queries.desk_people(desk.id)):
        return htmx.redirect(url_for("accounts.pin", suite=target))
    return lead_on(user_id, target)


def enter(token: str, *, is_full: bool) -> None:
    """Put a session's token in a fresh cookie; nothing of the former cookie stays."""
    cookie.clear()
    cookie.permanent = True
    cookie[SESSION_KEY] = token
    cookie["_fresh"] = True
    cookie[FULL] = is_full


def lead_on(user_id: int, target: str) -> BaseResponse:
    """To the text that waits, if there is one, else where the person was going."""
    if drafts.has_any(user_id):
        return htmx.redirect(url_for("accounts.draft", suite=target))
    return htmx.redirect(target)


def too_many(form: SignInForm | None = None) -> Response:
    """429: the sign-in page with the notice."""
    session.rollback()
    response = page(429, form=form or SignInForm(formdata=None), notice=TOO_MANY)
    response.headers["Retry-After"] = "900"
    return response


def set_desk_cookie(response: BaseResponse, token: str) -> None:
    """Make this browser the desk, for long: only revoking ends it."""
    response.set_cookie(
        desk_cookie(),
        token,
        max_age=DESK_COOKIE_LASTS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["CPTSAPP"].is_secure,
    )
