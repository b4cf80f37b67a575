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
from cptsapp.inbox.models import BreakCause, CareBreak, Pathway, Request
from cptsapp.inbox.patients import seal_text
from cptsapp.territory import queries as territory

TO_COME = "Ce jour est à venir."


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
    """Keep a break. Its words are sealed until someone has read them again. Raises Refusal for a day to come."""
    if report.happened_on > territory.today():
        raise Refusal(TO_COME, field="happened_on")
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


def take_back(request: Request) -> None:
    """The answer that documented it was taken back: what nobody has read again yet goes with it."""
    wanted = CareBreak.request_id == request.id, CareBreak.reviewed_at.is_(None), CareBreak.exported_at.is_(None)
    last = session.scalar(select(CareBreak).where(*wanted).order_by(CareBreak.id.desc()).limit(1))
    if last is not None:
        session.delete(last)
        session.flush()
