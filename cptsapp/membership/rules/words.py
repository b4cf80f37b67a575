"""What states, texts and periods of the adhesion are called."""

from collections.abc import Mapping
from types import MappingProxyType

from cptsapp.directory.models import College, LeaveReason
from cptsapp.directory.rules.membership import COLLEGE_LABELS
from cptsapp.membership.models import ApplicationState, PeriodKind, TextKind

STATE_LABELS: Mapping[ApplicationState, str] = MappingProxyType(
    {
        ApplicationState.RECEIVED: "à approuver",
        ApplicationState.APPROVED: "approuvée",
        ApplicationState.REFUSED: "refusée",
        ApplicationState.WITHDRAWN: "retirée",
    }
)
TEXT_LABELS: Mapping[TextKind, str] = MappingProxyType({TextKind.CHARTER: "charte", TextKind.STATUTES: "statuts"})
# With their article, as in « J’accepte la charte ».
TEXT_NAMES: Mapping[TextKind, str] = MappingProxyType({TextKind.CHARTER: "la charte", TextKind.STATUTES: "les statuts"})
# As an address writes them.
TEXT_PATHS: Mapping[str, TextKind] = MappingProxyType({"charte": TextKind.CHARTER, "statuts": TextKind.STATUTES})
PERIOD_LABELS: Mapping[PeriodKind, str] = MappingProxyType(
    {
        PeriodKind.CIVIL: "l’année civile\u00a0: jusqu’au 31 décembre",
        PeriodKind.ROLLING: "douze mois à partir du premier jour",
    }
)
LEAVE_LABELS: Mapping[LeaveReason, str] = MappingProxyType(
    {
        LeaveReason.MOVED: "a quitté le territoire",
        LeaveReason.RETIRED: "retraite",
        LeaveReason.CHANGED_WORK: "a changé d’activité",
        LeaveReason.WISHES_NO_MORE: "ne souhaite plus adhérer",
        LeaveReason.CLOSED: "structure fermée",
        LeaveReason.OTHER: "autre raison",
    }
)
# Who may ask for which college: the officers decide (B11).
PERSON_COLLEGES = (College.PROFESSIONALS, College.USERS, College.ELECTED)
STRUCTURE_COLLEGES = (College.STRUCTURES, College.USERS, College.ELECTED)


def colleges(of: tuple[College, ...]) -> dict[str, str]:
    """Choices of a form."""
    return {college.value: COLLEGE_LABELS[college] for college in of}
