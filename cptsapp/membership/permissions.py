"""Why an act of the adhesion is refused, in French. Who may do it stands in `accounts.permissions`."""

from collections.abc import Sequence
from datetime import date

from cptsapp.core.french import day_numeric
from cptsapp.directory.models import Membership
from cptsapp.directory.rules.membership import Dated, last_day
from cptsapp.membership.models import Application, ApplicationState
from cptsapp.membership.rules.periods import overlap
from cptsapp.membership.rules.words import STATE_LABELS

TWICE = "Déjà adhérent sur une partie de ces jours\u00a0: deux périodes d’un même adhérent ne se chevauchent pas."


def why_not_open(others: Sequence[Dated], starts_on: date, ends_on: date) -> str | None:
    """The reason why a period may not be added to those a member has."""
    if ends_on < starts_on:
        return "Le dernier jour vient avant le premier."
    if (met := overlap(others, starts_on, ends_on)) is not None:
        held = f"du {day_numeric(met.starts_on)} au {day_numeric(last_day(met))}"
        return f"Déjà adhérent {held}\u00a0: deux périodes d’un même adhérent ne se chevauchent pas."
    return None


def why_not_decide(application: Application) -> str | None:
    """The reason why an application is not to be decided any more."""
    if application.state is ApplicationState.RECEIVED:
        return None
    return f"Cette demande est déjà {STATE_LABELS[application.state]}\u00a0: rechargez la page."


def why_not_pay(membership: Membership, paid_on: date, today: date) -> str | None:
    """The reason why a fee may not be noted as paid on a day."""
    if paid_on > today:
        return "Ce jour n’est pas encore venu."
    if not membership.fee_cents:
        return "Cette adhésion est sans cotisation."
    return None


def why_not_leave(membership: Membership, left_on: date) -> str | None:
    """The reason why a member may not be noted as gone on a last day."""
    if not membership.starts_on <= left_on <= membership.ends_on:
        held = f"du {day_numeric(membership.starts_on)} au {day_numeric(membership.ends_on)}"
        return f"Le dernier jour est à choisir dans la période, {held}."
    return None


def why_not_correct(membership: Membership, fee_cents: int) -> str | None:
    """The reason why a membership may not be given this fee: a receipt once numbered says what was paid."""
    if membership.receipt_number is not None and fee_cents != membership.fee_cents:
        return "Un reçu numéroté porte déjà ce montant\u00a0: il ne se change plus."
    return None


def why_not_remove(membership: Membership, *, has_application: bool) -> str | None:
    """The reason why a membership noted by mistake may not be taken away."""
    if membership.receipt_number is not None:
        return "Un reçu a été numéroté pour cette adhésion\u00a0: notez un départ plutôt que de la retirer."
    if has_application:
        return "Cette adhésion vient d’une demande approuvée\u00a0: notez un départ plutôt que de la retirer."
    return None
