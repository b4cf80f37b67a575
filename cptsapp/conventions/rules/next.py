"""What comes next for a convention, by when, and what it lacks: one rule for the register, its page and the mails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cptsapp.conventions.models import ConventionState, EndReason, Renewal
from cptsapp.core.french import NBSP, count

S = ConventionState

US = "la CPTS"
NOTHING = "rien n’est attendu"
TEXT, DATES, REVIEW, ANSWER, ADOPTION = "texte", "dates", "relecture", "réponse", "adoption"
SIGNATURE, OWNER, DAY, EVIDENCE = "signature", "responsable", "échéance", "preuve"

END_WORDS = {
    EndReason.TERM: "arrivée à son terme",
    EndReason.NOTICE: "dénoncée",
    EndReason.REPLACED: "remplacée",
    EndReason.PARTNER_LEFT: "le partenaire a quitté la CPTS",
    EndReason.ABANDONED: "abandonnée",
}


class Step(NamedTuple):
    """What comes next, in words that follow « ensuite : »; by when, if there is a day; what is missing for it."""

    words: str
    due_on: date | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AmendmentFacts:
    """An amendment that is not in force yet: its number, its state, the day it is waited for."""

    number: int
    state: ConventionState
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule needs to know of a convention.

    `notice_on`: the last day to give notice, or to decide of an express renewal. `awaited`: the partners who have said
    nothing of the circulated text, the parties who have not signed the adopted one (`US` is the CPTS). `owed_label`,
    `owed_on`: the open commitment that falls due first. Of its commitments `unowned` have nobody to keep them,
    `undated` no day, `unproved` are done and nothing shows it.
    """

    state: ConventionState
    starts_on: date | None = None
    ends_on: date | None = None
    renewal: Renewal = Renewal.NONE
    notice_on: date | None = None
    notice_given_on: date | None = None
    comments_due_on: date | None = None
    end_reason: EndReason | None = None
    article_count: int = 0
    awaited: Sequence[str] = ()
    partner_count: int = 1
    unanswered_count: int = 0
    is_minuted: bool = True
    owed_label: str = ""
    owed_on: date | None = None
    unowned_count: int = 0
    undated_count: int = 0
    unproved_count: int = 0
    amendments: Sequence[AmendmentFacts] = ()


def next_step(facts: Facts, today: date) -> Step:
    """What comes next, whatever the state; of an ended convention, how it ended."""
    if facts.state is S.DRAFT:
        return _of_draft(facts)
    if facts.state is S.CIRCULATED:
        return _of_circulated(facts)
    if facts.state is S.ADOPTED:
        return _of_adopted(facts)
    if facts.state is S.IN_FORCE:
        return _in_force(facts, today)
    return Step(END_WORDS[facts.end_reason] if facts.end_reason else "")


def _of_draft(facts: Facts) -> Step:
    missing = _named((TEXT, not facts.article_count), (DATES, facts.starts_on is None))
    words = "faire relire le texte" if facts.article_count else "écrire le texte"
    return Step(words, facts.starts_on, missing)


def _of_circulated(facts: Facts) -> Step:
    missing = _named((REVIEW, bool(facts.awaited)), (ANSWER, facts.unanswered_count > 0))
    if facts.awaited:
        return Step(f"réponse attendue {_of(facts)}", facts.comments_due_on, missing)
    if facts.unanswered_count:
        return Step("répondre aux remarques", facts.comments_due_on, missing)
    return Step("adoption par le conseil", facts.comments_due_on, (ADOPTION,))


def _of_adopted(facts: Facts) -> Step:
    missing = _named((SIGNATURE, bool(facts.awaited)), ("procès-verbal", not facts.is_minuted))
    words = f"signature {_of(facts)}" if facts.awaited else "entrée en vigueur"
    return Step(words, facts.starts_on, missing)


def _of(facts: Facts) -> str:
    """« du partenaire », « de la CPTS et du partenaire »; with several partners, of how many parties."""
    others = sum(name != US for name in facts.awaited)
    if others > 1 or (others and facts.partner_count > 1):
        return f"de {count(len(facts.awaited), 'partie')} sur {facts.partner_count + 1}"
    parties = (("de la CPTS", US in facts.awaited), ("du partenaire", others > 0))
    return " et ".join(words for words, is_awaited in parties if is_awaited)


def _in_force(facts: Facts, today: date) -> Step:
    """The first of what is owed, of what its amendments wait for, and of its term."""
    missing = _named(
        (OWNER, facts.unowned_count > 0), (DAY, facts.undated_count > 0), (EVIDENCE, facts.unproved_count > 0)
    )
    steps = [step for step in _candidates(facts, today) if step.words]
    first = min(steps, key=lambda step: step.due_on or date.max, default=Step(NOTHING))
    return first._replace(missing=missing)


def _candidates(facts: Facts, today: date) -> Iterator[Step]:
    """Those of the same day in the order in which they are told."""
    yield Step(as_next(facts.owed_label), facts.owed_on)
    for amendment in facts.amendments:
        yield Step(f"avenant n°{NBSP}{amendment.number} {_AMENDMENT[amendment.state]}", amendment.due_on)
    yield term_step(facts, today)


_AMENDMENT = {S.DRAFT: "à écrire", S.CIRCULATED: "à relire", S.ADOPTED: "à signer"}


def term_step(facts: Facts, today: date) -> Step:
    """What its term asks for: notice, a decision, or nothing but its last day."""
    if facts.ends_on is None:
        return Step("")
    if facts.notice_given_on is not None:
        return Step("fin après préavis", facts.ends_on)
    if facts.renewal is Renewal.NONE:
        return Step("fin de la convention", facts.ends_on)
    is_open = facts.notice_on is not None and facts.notice_on >= today
    day = facts.notice_on if is_open else facts.ends_on
    if facts.renewal is Renewal.EXPRESS:
        return Step("décider du renouvellement", day)
    return Step("tacite reconduction, préavis" if is_open else "tacite reconduction", day)


def as_next(label: str) -> str:
    """A label as it follows « ensuite : »: « Réunion de bilan » loses its capital, « PPCS à relire » does not."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def _named(*missing: tuple[str, bool]) -> tuple[str, ...]:
    return tuple(word for word, is_missing in missing if is_missing)


SOON_DAYS = 30
AHEAD_DAYS = 90


def is_late(step: Step, today: date) -> bool:
    """Whether its day has passed."""
    return step.due_on is not None and step.due_on < today


def is_due(step: Step, today: date) -> bool:
    """Whether its day has passed or comes within thirty days."""
    return step.due_on is not None and (step.due_on - today).days <= SOON_DAYS
