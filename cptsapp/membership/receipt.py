"""The receipt of a paid fee, as a tagged PDF: the same bytes each time it is asked for (docs/decisions/pdf.md)."""

from typing import Any

from cptsapp.core import french, pdf
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import Membership
from cptsapp.directory.rules.membership import COLLEGE_LABELS, last_day
from cptsapp.membership.queries.settings import settings
from cptsapp.territory import queries as territory


def receipt(membership: Membership, name: str) -> bytes:
    """The PDF for whoever paid, named as the directory does. Raises Refusal when nothing is paid."""
    return pdf.write("receipt", content(membership, name))


def content(membership: Membership, name: str) -> dict[str, Any]:
    """What the receipt says: who, how much, for which days, when it was paid. Raises Refusal when nothing is paid."""
    if membership.paid_on is None or membership.receipt_number is None:
        raise Refusal("Cette cotisation n’est pas notée payée\u00a0: il n’y a pas de reçu.")
    cpts = territory.settings()
    held = f"du {french.day_numeric(membership.starts_on)} au {french.day_numeric(last_day(membership))}"
    return {
        "title": f"Reçu de cotisation n°\u00a0{membership.receipt_number}",
        "association": cpts.name,
        "address": (settings().address or "").splitlines(),
        "phone": french.phone(cpts.phone) if cpts.phone else "",
        "sentence": f"{cpts.name} a reçu la cotisation de l’adhérent nommé ci-dessous.",
        "facts": [
            ["Adhérent", name],
            ["Collège", COLLEGE_LABELS[membership.college]],
            ["Adhésion", held],
            ["Montant", french.money(membership.fee_cents)],
            ["Payée le", french.day_numeric(membership.paid_on)],
        ],
        "foot": "Ce reçu atteste un paiement. Il n’ouvre pas droit par lui-même à une réduction d’impôt.",
    }
