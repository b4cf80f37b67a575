"""A convention brought to a step by the acts themselves: written, circulated, adopted, signed."""

from datetime import date
from typing import Any

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists.models import Side
from cptsapp.conventions.actions.adoption import adopt
from cptsapp.conventions.actions.articles import Written, add_article
from cptsapp.conventions.actions.circulation import circulate
from cptsapp.conventions.actions.clauses import Typed, add_clause
from cptsapp.conventions.actions.drafting import Head, create
from cptsapp.conventions.actions.signing import Signed, sign
from cptsapp.conventions.models import Convention, Partner, Renewal
from tests.tools.conventions import make_partner
from tests.tools.files import make_file

TODAY = date(2026, 7, 20)
STARTS, ENDS = date(2026, 9, 1), date(2027, 8, 31)


def drafted(by: CurrentUser | None = None, partner: Partner | None = None, **head: Any) -> Convention:
    """A draft of two articles, with what the CPTS owes in three months and the partner every six."""
    given: dict[str, Any] = {
        "title": "Convention avec le DAC",
        "starts_on": STARTS,
        "ends_on": ENDS,
        "renewal": Renewal.TACIT,
        "renewal_months": 12,
        "notice_months": 3,
    }
    convention = create(Head(**{**given, **head}), [(partner or make_partner()).id], None, by=by)
    first = add_article(convention.id, Written("1", "Objet", "Coopérer."), by=by)
    second = add_article(convention.id, Written("2", "Suivi", "Se réunir."), by=by)
    add_clause(convention.id, first.id, Typed("Ouvrir les accès", Side.CPTS, "liste", due_months=3), by=by)
    add_clause(convention.id, second.id, Typed("Répondre", Side.PARTNER, every_months=6), by=by)
    return convention


def circulated(by: CurrentUser | None = None, partner: Partner | None = None, **head: Any) -> Convention:
    """The same, to be read again until 10 August."""
    convention = drafted(by, partner, **head)
    circulate(convention.id, date(2026, 8, 10), by=by)
    return convention


def adopted(by: CurrentUser | None = None, partner: Partner | None = None, **head: Any) -> Convention:
    """The same, adopted today."""
    convention = circulated(by, partner, **head)
    return adopt(convention.id, TODAY, by=by)


def signed_by(convention: Convention, *positions: int, by: CurrentUser | None = None, on: date = TODAY) -> Convention:
    """Signed by the parties of these places: 0 is the CPTS."""
    for position in positions:
        party = convention.parties[position].id
        about = Signed("Anne Pouvreau", "présidente", on)
        sign(convention.id, party, about, checksum=convention.checksum or "", file_id=make_file().id, by=by)
    return convention


def in_force(by: CurrentUser | None = None, partner: Partner | None = None, **head: Any) -> Convention:
    """The same, signed by both today."""
    return signed_by(adopted(by, partner, **head), 0, 1, by=by)
