"""The rules of the rate: each change is a row more, and the last holds for every day, past ones too."""

from sqlalchemy import func, select

from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import PracticeMode, Profession
from cptsapp.directory.rules.words import PROFESSION_PLURALS
from cptsapp.membership.models import RateRules
from cptsapp.membership.queries.rate import saved_rules
from cptsapp.membership.rules.rate import CountingRules
from cptsapp.membership.rules.rate_words import MODE_PLURALS

_TURN = "rate_rules"
CHANGED = "Les règles viennent d’être changées par quelqu’un d’autre\u00a0: relisez-les avant de les changer."


def set_rules(rules: CountingRules, *, after: int, by: Actor) -> RateRules | None:
    """Count by these rules from now on; nothing when they hold already.

    `after` is the number of the rules their author has read, 0 for the usual ones. Raises Refusal when others were set
    since.
    """
    _wait_turn()
    held = saved_rules()
    if held.id != after:
        raise Refusal(CHANGED)
    if held.rules == rules:
        return None
    made = RateRules(**_columns(rules), set_at=clock.now(), set_by_id=by.id if by else None)
    session.add(made)
    session.flush()
    was, now = _said(held.rules), _said(rules)
    record("rate.rules", made, by=by, changes={name: [was[name], now[name]] for name in now if was[name] != now[name]})
    return made


def _columns(rules: CountingRules) -> dict[str, list[str] | int]:
    return {
        "professions": [p.value for p in Profession if p in rules.professions],
        "modes": [mode.value for mode in PracticeMode if mode in rules.modes],
        "locum_months": rules.locum_months,
    }


def _said(rules: CountingRules) -> dict[str, str | int]:
    """The rules as the trail says them."""
    return {
        "professions": ", ".join(PROFESSION_PLURALS[p] for p in Profession if p in rules.professions),
        "modes": ", ".join(MODE_PLURALS[mode] for mode in PracticeMode if mode in rules.modes),
        "locum_months": rules.locum_months,
    }


def _wait_turn() -> None:
    """On PostgreSQL two could set rules at once; SQLite lets one write at a time."""
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(_TURN))))
