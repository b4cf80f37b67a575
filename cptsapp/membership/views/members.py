"""The members on any day: the list with its filter in the address, its export, and one member's page."""

from collections import Counter
from dataclasses import replace
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record
from cptsapp.core import addresses
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import College, Profession
from cptsapp.directory.rules.membership import COLLEGE_LABELS, STATUS_LABELS, Status
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.files import as_file
from cptsapp.membership.actions import texts as text_actions
from cptsapp.membership.queries import members as queries
from cptsapp.membership.queries import reminders, texts
from cptsapp.membership.queries.members import MemberFilter, MemberRow
from cptsapp.membership.queries.settings import settings
from cptsapp.membership.queries.sheets import members_sheet
from cptsapp.membership.rules.members import Member, member_of
from cptsapp.membership.rules.words import LEAVE_LABELS
from cptsapp.membership.views.blueprint import blueprint
from cptsapp.territory import queries as territory

STATUS_PLURALS = {
    Status.ACTIVE: "Adhérents",
    Status.COMING: "À venir",
    Status.LAPSED: "Échus",
    Status.LEFT: "Partis",
}
PAID = {"payee": "paid", "due": "due"}
KINDS = ("personnes", "structures")


def asked() -> MemberFilter:
    """The filter that the address carries; what it does not understand is left out."""
    args = request.args
    return MemberFilter(
        day=addresses.day(args.get("jour")) or territory.today(),
        status=Status(args["etat"]) if args.get("etat") in set(Status) else None,
        college=College(args["college"]) if args.get("college") in set(College) else None,
        profession=Profession(args["profession"]) if args.get("profession") in set(Profession) else None,
        kind=args.get("sorte", "") if args.get("sorte") in KINDS else "",
        paid=PAID.get(args.get("cotisation", ""), ""),
        before=addresses.day(args.get("avant")),
        typed=args.get("q", "")[:80],
    )


def address_of(wanted: MemberFilter) -> dict[str, Any]:
    """The filter as an address carries it: what is not asked is not there."""
    paid = {kept: word for word, kept in PAID.items()}
    said = {
        "jour": wanted.day.isoformat() if wanted.day != territory.today() else "",
        "etat": wanted.status.value if wanted.status else "",
        "college": wanted.college.value if wanted.college else "",
        "profession": wanted.profession.value if wanted.profession else "",
        "sorte": wanted.kind,
        "cotisation": paid.get(wanted.paid, ""),
        "avant": wanted.before.isoformat() if wanted.before else "",
        "q": wanted.typed,
    }
    return {name: value for name, value in said.items() if value}


@blueprint.get("/adhesions")
@requires("membership.manage", "membership.rate")
def members() -> Response:
    """Who is, was or will be a member, on the day asked."""
    wanted = asked()
    every = queries.members(me(), replace(wanted, status=None))
    rows = [row for row in every if wanted.status in (None, row.status)]
    page = min(max(request.args.get("page", 1, type=int), 1), max(1, -(-len(rows) // queries.PAGE)))
    first = queries.PAGE * (page - 1)
    kept = address_of(wanted)
    body = render_template(
        "membership/members.html",
        rows=rows[first : first + queries.PAGE],
        found_count=len(rows),
        wanted=wanted,
        kept=kept,
        tabs=_tabs(wanted, queries.counts(every)),
        is_today=wanted.day == territory.today(),
        statuses=STATUS_LABELS,
        colleges=COLLEGE_LABELS,
        professions=PROFESSION_LABELS,
        previous_url=url_for(".members", **kept, page=page - 1) if page > 1 else "",
        next_url=url_for(".members", **kept, page=page + 1) if first + queries.PAGE < len(rows) else "",
        shown_words=_shown_words(first, len(rows)),
        done=_done(),
        lot=request.args.get("lot", ""),
    )
    return make_response(body)


def _shown_words(first: int, count: int) -> str:
    last = min(first + queries.PAGE, count)
    return f"{first + 1} à {last} sur {count}" if count > queries.PAGE else ""


def _tabs(wanted: MemberFilter, counts: Counter[Status]) -> list[dict[str, Any]]:
    """One a status, with how many of those who answer to the rest of the filter are in it."""
    every = {"label": "Tous", "count": counts.total(), "is_current": wanted.status is None}
    tabs = [every | {"url": url_for(".members", **address_of(replace(wanted, status=None)))}]
    for status, label in STATUS_PLURALS.items():
        url = url_for(".members", **address_of(replace(wanted, status=status)))
        tabs.append({"label": label, "count": counts[status], "is_current": wanted.status is status, "url": url})
    return tabs


def _done() -> dict[str, int]:
    """What a gesture on several members has just done, said once above the list."""
    return {name: request.args.get(name, 0, type=int) for name in ("renouveles", "payees", "reprises")}


@blueprint.get("/adhesions/export.csv", defaults={"kind": "csv"})
@blueprint.get("/adhesions/export.xlsx", defaults={"kind": "xlsx"})
@requires("membership.manage")
def export_members(kind: str) -> Response:
    """The filtered list as a file: the rows of the screen, all pages."""
    wanted, user = asked(), me()
    sheet = members_sheet(queries.members(user, wanted), wanted.day)
    said: dict[str, Any] = {"format": kind, "rows": len(sheet.rows), "filter": address_of(wanted)}
    after_commit(lambda: record("members.exported", None, by=user, **said))
    return as_file(sheet, kind)


# -- one --------------------------------------------------------------------------------------------------------------


def wanted_member(key: str) -> Member:
    """The member that an address names. Raises Invisible."""
    found = member_of(key)
    if found is None:
        raise Invisible
    return found


@blueprint.get("/adhesions/<key>")
@requires("membership.manage", "membership.rate")
def member(key: str) -> Response:
    """A member's periods, fees, receipts, reminders, and the texts accepted."""
    return member_page(queries.member(me(), wanted_member(key), territory.today()))


def member_page(row: MemberRow, status: int = 200, error: str = "") -> Response:
    """The page of a member, with the reason why an act was refused when it was."""
    known = {accepted.text.id for accepted in texts.acceptances_of(row.member)}
    page = render_template(
        "membership/member.html",
        row=row,
        error=error,
        today=territory.today(),
        statuses=STATUS_LABELS,
        colleges=COLLEGE_LABELS,
        reasons=LEAVE_LABELS,
        accepted=texts.acceptances_of(row.member),
        missing_texts=[text for text in texts.current_texts() if text.id not in known],
        reminded=reminders.reminders_of([period.id for period in row.periods]),
        reminder_days=settings().reminder_days,
    )
    return make_response(page, status)


@blueprint.post("/adhesions/<key>/textes")
@requires("membership.manage")
def accept_texts(key: str) -> BaseResponse:
    """Note that a member agrees to the texts in force, said or signed on paper."""
    row = queries.member(me(), wanted_member(key), territory.today())
    text_actions.note_acceptance(row.member, texts.current_texts(), by=me())
    return htmx.redirect(url_for(".member", key=row.member.key))
