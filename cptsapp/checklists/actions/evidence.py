"""Showing that a commitment was kept: a file, an https link, or a figure of the app as it stands that day."""

from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.checklists.actions.journal import cross, note_event, refuse_nir
from cptsapp.checklists.actions.states import held, touch
from cptsapp.checklists.models import Checklist, Commitment, Evidence, EvidenceKind, JournalEntry
from cptsapp.checklists.permissions import why_not_file, why_not_tick
from cptsapp.checklists.sources import source_of
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if

URL_MAX = 500
NOT_HTTPS = "Collez l’adresse entière d’une page, qui commence par https://."
NO_FIGURE = "Ce chiffre n’est pas connu ici."


def add_file(commitment_id: int, file_id: int, label: str, *, by: CurrentUser) -> Evidence:
    """Join a stored file. Raises Invisible, or Refusal when it is not theirs to say, or no file is taken there."""
    return _add(commitment_id, label, by, kind=EvidenceKind.FILE, file_id=file_id)


def add_link(commitment_id: int, url: str, label: str, *, by: CurrentUser) -> Evidence:
    """Join the address of a page. Raises Invisible, or Refusal for what is not https."""
    return _add(commitment_id, label, by, kind=EvidenceKind.LINK, url=checked_url(url))


def add_figure(commitment_id: int, code: str, *, by: CurrentUser) -> Evidence:
    """Join a figure of the app with the value it has today. Raises Invisible, or Refusal for one that is not known."""
    commitment, checklist = held(commitment_id, by)
    figures = source_of(checklist).figures(checklist)
    if code not in figures:
        raise Refusal(NO_FIGURE, field="figure")
    label, value = figures[code]
    return _add(commitment.id, label, by, kind=EvidenceKind.FIGURE, figure=code, value=value)


def checked_url(url: str) -> str:
    """An https address without a name or a password in it. Raises Refusal for anything else."""
    typed = url.strip()
    try:
        parts = urlsplit(typed)
        is_whole = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        is_whole = False
    if not is_whole or len(typed) > URL_MAX or any(sign.isspace() for sign in typed):
        raise Refusal(NOT_HTTPS, field="url")
    refuse_nir(typed)
    return typed


def _add(commitment_id: int, label: str, by: CurrentUser, **shown: Any) -> Evidence:
    commitment, checklist = held(commitment_id, by)
    _refuse_unless_theirs(commitment, checklist, by)
    refuse_if(why_not_file(checklist))
    refuse_nir(label)
    evidence = Evidence(
        commitment_id=commitment.id, label=label.strip(), added_at=clock.now(), added_by_id=by.id, **shown
    )
    session.add(evidence)
    touch(commitment, by)
    note_event(
        checklist.id,
        "evidence.added",
        by=by,
        commitment_id=commitment.id,
        file_id=evidence.file_id,
        evidence_id=evidence.id,
    )
    record("evidence.added", evidence, by=by, commitment=commitment.id)
    return evidence


def withdraw(commitment_id: int, evidence_id: int, *, by: CurrentUser) -> None:
    """Take a piece of evidence back: it stays, said withdrawn, and its line is struck. Done twice, it does nothing."""
    commitment, checklist = held(commitment_id, by)
    _refuse_unless_theirs(commitment, checklist, by)
    evidence = session.get(Evidence, evidence_id)
    if evidence is None or evidence.commitment_id != commitment.id:
        raise Invisible
    if evidence.withdrawn_at is not None:
        return
    evidence.withdrawn_at, evidence.withdrawn_by_id = clock.now(), by.id
    touch(commitment, by)
    lines = select(JournalEntry).where(
        JournalEntry.commitment_id == commitment.id, JournalEntry.kind == "evidence.added"
    )
    for entry in session.scalars(lines):
        if entry.data.get("evidence_id") == evidence.id and entry.cancelled_at is None:
            cross(entry, by)
    note_event(checklist.id, "evidence.withdrawn", by=by, commitment_id=commitment.id, evidence_id=evidence.id)
    record("evidence.withdrawn", evidence, by=by, commitment=commitment.id)


def _refuse_unless_theirs(commitment: Commitment, checklist: Checklist, by: CurrentUser) -> None:
    refuse_if(why_not_tick(checklist, commitment.owner_id, by))
