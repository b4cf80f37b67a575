"""The lines of the register, put together from what the database counts of each convention (`register_rows`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cptsapp.conventions.models import ConventionState
from cptsapp.conventions.queries import register_rows as rows
from cptsapp.conventions.rules.next import AmendmentFacts, Facts, Step, next_step
from cptsapp.conventions.rules.register import KIND_LABELS, RELATION_LABELS, Line, Tally, day_words
from cptsapp.conventions.rules.states import WORDS
from cptsapp.conventions.rules.terms import decision_due_on
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold

S = ConventionState


def lines(today: date) -> Mapping[int, Line]:
    """The line of each convention that is no amendment."""
    found = _all(today, None)
    leads = rows.leads({each.row.lead_id for each in found.values() if each.row.lead_id is not None})
    return {
        number: _line(each, leads.get(each.row.lead_id, ""), today)
        for number, each in found.items()
        if each.row.parent_id is None
    }


def step_of(convention_id: int, today: date, *, reads_drafts: bool = True) -> Step:
    """What comes next for one convention; raises Invisible when there is none."""
    found = _all(today, convention_id).get(convention_id)
    if found is None:
        raise Invisible
    return next_step(found.facts if reads_drafts else _told(found.facts), today)


def _told(facts: Facts) -> Facts:
    """What a partner may know: nothing of an amendment that is a draft."""
    return replace(facts, amendments=[each for each in facts.amendments if each.state is not S.DRAFT])


@dataclass(slots=True)
class Known:
    """All that is known of a convention; what its amendments in force list counts for it."""

    row: Any
    facts: Facts
    parties: Sequence[rows.Party]
    tally: Tally


def _all(today: date, only: int | None) -> Mapping[int, Known]:
    """What is known of all conventions, or of one and its amendments."""
    known = rows.conventions(only)
    parties, counted = rows.parties(only), rows.counted(only, today)
    answered, unanswered = rows.comments(only)
    signed, articles = rows.signed(only), rows.article_counts(only)
    found: dict[int, Known] = {}
    pending: dict[int, list[AmendmentFacts]] = defaultdict(list)
    # Amendments first: what they wait for, and what is owed by them, is part of what they amend.
    for row in sorted(known, key=lambda row: (row.parent_id is None, row.id)):
        done = answered[row.id] if row.state is S.CIRCULATED else signed[row.id]
        silent = [party for party in parties[row.id] if party.id not in done]
        partner_count = sum(party.organisation_id is not None for party in parties[row.id])
        counts = articles.get(row.id, 0), unanswered.get(row.id, 0)
        facts = _facts(row, counted[row.id], counts, (silent, partner_count), pending[row.id])
        found[row.id] = Known(row, facts, parties[row.id], counted[row.id].tally)
        if row.parent_id is not None and row.state in _AMENDING:
            due_on = next_step(facts, today).due_on
            pending[row.parent_id].append(AmendmentFacts(row.amendment_number, row.state, due_on))
        elif row.parent_id is not None:
            counted[row.parent_id] = _with(counted[row.parent_id], counted[row.id])
    return found


def _with(counted: rows.Counted, more: rows.Counted) -> rows.Counted:
    """What two checklists say together."""
    first = min((each for each in (counted, more) if each.due_on), key=_day_of, default=counted)
    return rows.Counted(
        counted.tally + more.tally,
        counted.unowned + more.unowned,
        counted.undated + more.undated,
        counted.unproved + more.unproved,
        first.label,
        first.due_on,
    )


def _day_of(counted: rows.Counted) -> date:
    return counted.due_on or date.max


_AMENDING = (S.DRAFT, S.CIRCULATED, S.ADOPTED)


def _facts(
    row: Any,
    counted: rows.Counted,
    counts: tuple[int, int],
    parties: tuple[Sequence[rows.Party], int],
    pending: Sequence[AmendmentFacts],
) -> Facts:
    (article_count, unanswered_count), (silent, partner_count) = counts, parties
    awaited = [party.name for party in silent if row.state is S.ADOPTED or party.organisation_id is not None]
    return Facts(
        state=row.state,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        renewal=row.renewal,
        notice_on=decision_due_on(row.renewal, row.ends_on, row.notice_months),
        notice_given_on=row.notice_given_on,
        comments_due_on=row.comments_due_on,
        end_reason=row.end_reason,
        article_count=article_count,
        awaited=awaited,
        partner_count=partner_count,
        unanswered_count=unanswered_count,
        is_minuted=row.minutes_id is not None,
        owed_label=counted.label,
        owed_on=counted.due_on,
        unowned_count=counted.unowned,
        undated_count=counted.undated,
        unproved_count=counted.unproved,
        amendments=tuple(pending),
    )


def _line(known: Known, lead: str, today: date) -> Line:
    row, step = known.row, next_step(known.facts, today)
    partners = [party for party in known.parties if party.organisation_id is not None]
    names = ", ".join(party.name for party in partners)
    relation = next((party.relation for party in partners if party.relation), None)
    kinds = " ".join(KIND_LABELS[party.kind] for party in partners if party.kind)
    return Line(
        id=row.id,
        title=row.title,
        partners=names or row.title,
        relation=RELATION_LABELS[relation] if relation else "",
        state=row.state,
        state_words=WORDS[row.state],
        step=step,
        told_step=next_step(_told(known.facts), today),
        day=day_words(row.ended_on if row.state is S.ENDED else step.due_on, today, is_past=row.state is S.ENDED),
        tally=known.tally.once_over() if row.state is S.ENDED else known.tally,
        lead=lead,
        ended_on=row.ended_on,
        folded=fold(f"{names} {row.title} {kinds} {lead}"),
    )
