"""Breaks in care: documented, read again before they leave, put on the agenda of the bilateral, exported (A33, A34)."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import select

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.rows import hold
from cptsapp.inbox.models import BreakCause, CareBreak, Pathway, Request
from cptsapp.inbox.patients import seal_text
from cptsapp.inbox.queries import breaks as queries
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.rules import breaks as rules
from cptsapp.territory import queries as territory

TO_COME = "Ce jour est à venir."
ANONYMISED = "Cette demande est anonymisée\u202f: documentez ce point de rupture sans elle."


@dataclass(frozen=True, slots=True)
class BreakReport:
    """A break as told: what it comes from, the pathway, the day; `commune_code` is the request's when not said."""

    cause: BreakCause
    pathway: Pathway
    happened_on: date
    note: str = ""
    commune_code: str = ""


def document(
    report: BreakReport, *, request: Request | None = None, organisation_id: int | None = None, by: ByUser | None
) -> CareBreak:
    """Keep a break. Its words are sealed until someone has read them again.

    Raises Refusal for a day to come, or for an anonymised request: nothing is written of it any more.
    """
    if report.happened_on > territory.today():
        raise Refusal(TO_COME, field="happened_on")
    if request is not None and locked(request.id).anonymised_at is not None:
        raise Refusal(ANONYMISED)
    seal_id = uuid4()
    commune_code = report.commune_code or (request.commune_code if request is not None else "")
    if not commune_code:
        raise Refusal("Dites la commune.", field="commune_code")
    found = CareBreak(
        seal_id=seal_id,
        request_id=request.id if request is not None else None,
        organisation_id=organisation_id,
        commune_code=commune_code,
        happened_on=report.happened_on,
        cause=report.cause,
        pathway=report.pathway,
        note=seal_text(report.note, seal_id, "note"),
        reported_at=clock.now(),
        reported_by_id=by.id if by else None,
    )
    session.add(found)
    session.flush()
    record("break.documented", found, by=by, cause=report.cause.value, pathway=report.pathway.value)
    return found


def take_back(request: Request, organisation_id: int) -> None:
    """The answer of an organisation that documented it was taken back: what nobody has read again yet goes with it."""
    theirs = CareBreak.request_id == request.id, CareBreak.organisation_id == organisation_id
    wanted = *theirs, CareBreak.reviewed_at.is_(None), CareBreak.exported_at.is_(None)
    last = session.scalar(select(CareBreak).where(*wanted).order_by(CareBreak.id.desc()).limit(1))
    if last is not None:
        session.delete(last)
        session.flush()


def review(break_id: int, text: str, *, by: ByUser) -> CareBreak:
    """Say what leaves of the words written; empty, the break leaves without words.

    Raises Refusal for what names someone or looks like a telephone, a mail, a date, a NIR; once exported.
    """
    found = _held(break_id)
    if found.exported_at is not None:
        raise Refusal("Ce point de rupture est déjà exporté.")
    reason = rules.why_not_leave(text, queries.names_around(found))
    if reason is not None:
        raise Refusal(reason, field="text")
    found.reviewed_text, found.reviewed_at, found.reviewed_by_id = text.strip(), clock.now(), by.id
    session.flush()
    record("break.reviewed", found, by=by)
    return found


def plan(break_id: int, on: date | None, decided: str, *, by: ByUser) -> CareBreak:
    """Put a break on the agenda of the bilateral with the ARS, then write what was decided (A34); no day takes it off.

    Raises Refusal for a decision without a day, or words that name someone.
    """
    found = _held(break_id)
    if on is None and decided.strip():
        raise Refusal("Donnez le jour de la bilatérale.", field="bilateral_on")
    reason = rules.why_not_leave(decided, queries.names_around(found))
    if reason is not None:
        raise Refusal(reason, field="decided")
    found.bilateral_on, found.bilateral_note = on, decided.strip() or None
    session.flush()
    record("break.planned", found, by=by)
    return found


def export(since: date, until: date, *, again: bool, by: ByUser) -> bytes:
    """The CSV of the observatory for what was read again between two days; noted on each, and in the trail.

    Raises Refusal when nothing may leave.
    """
    found = queries.to_export(since, until, again=again)
    if not found:
        raise Refusal("Rien à exporter sur cette période\u202f: ce qui n’est pas relu ne part pas.")
    written = rules.as_csv(queries.export_rows(found))
    for one in found:
        one.exported_at = clock.now()
    session.flush()
    record("breaks.exported", None, by=by, count=len(found), since=since.isoformat(), until=until.isoformat())
    return written


def _held(break_id: int) -> CareBreak:
    return hold(CareBreak, break_id)
