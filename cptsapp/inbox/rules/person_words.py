"""What the person's own page says: plain words, one sentence, what comes next; nothing of health, no term of art."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from cptsapp.core import french
from cptsapp.inbox.models import Outcome, ProposalState, State

PROPOSALS = MappingProxyType(
    {
        ProposalState.PENDING: "n’a pas encore répondu",
        ProposalState.ACCEPTED: "accepte d’être contacté",
        ProposalState.CHOSEN: "vous suit",
        ProposalState.DECLINED: "ne peut pas cette fois",
        ProposalState.RELEASED: "libéré, un autre médecin vous suit",
        ProposalState.CANCELLED: "n’est plus sollicité",
        ProposalState.LAPSED: "n’a pas répondu",
    }
)
_NUMBERS = {2: "Deux", 3: "Trois", 4: "Quatre", 5: "Cinq", 6: "Six"}
_TITLES = MappingProxyType(
    {
        State.RECEIVED: "Votre demande est reçue",
        State.TO_COMPLETE: "Il nous manque une information",
        State.SEARCHING: "Nous cherchons un médecin",
        State.PROPOSED: "Des médecins sont sollicités",
        State.WITH_PARTNER: "Un partenaire cherche avec nous",
        State.TO_DECLARE: "Vous avez un médecin",
    }
)
_SENTENCES = MappingProxyType(
    {
        State.RECEIVED: "Quelqu’un de la CPTS la lit, puis vous répond.",
        State.TO_COMPLETE: "La recherche commence dès que nous l’avons.",
        State.SEARCHING: "Nous demandons aux médecins du territoire qui peut vous prendre.",
        State.PROPOSED: "Dès que l’un d’eux accepte, son nom et son téléphone s’affichent ici.",
        State.WITH_PARTNER: "Votre dossier lui a été transmis avec votre accord. Il peut vous appeler.",
        State.TO_DECLARE: "À la première consultation, signez avec lui la déclaration de médecin traitant.",
    }
)
_ENDS = MappingProxyType(
    {
        Outcome.FOUND: ("Vous avez un médecin traitant", "La recherche est terminée."),
        Outcome.NOT_FOUND: (
            "Nous n’avons pas trouvé de médecin",
            "Vous pouvez continuer vos recherches, et refaire une demande quand vous voulez.",
        ),
        Outcome.UNREACHABLE: (
            "Nous n’avons pas réussi à vous joindre",
            "La recherche est arrêtée. Appelez-nous pour la reprendre.",
        ),
        Outcome.WITHDRAWN: ("Votre demande est retirée", "La recherche est arrêtée, comme vous l’avez demandé."),
        Outcome.MOVED_OUTSIDE: (
            "Votre demande est close",
            "Vous n’habitez plus notre territoire\u202f: la CPTS de votre commune peut vous aider.",
        ),
        Outcome.DUPLICATE: ("Votre demande a été réunie à une autre", "La recherche continue sous l’autre référence."),
    }
)
# The ways a household's page may be asked for, and what is said once it is done.
DONE = MappingProxyType(
    {
        "rendez-vous": "C’est noté. Les autres médecins sont prévenus que vous avez trouvé.",
        "aucun": "C’est noté. Nous reprenons la recherche.",
        "appel": "C’est noté. Nous vous appelons.",
        "declare": "C’est noté, merci. Votre demande est close.",
        "pas-declare": "C’est noté. Nous reprenons la recherche.",
        "trouve": "C’est noté. Pensez à signer la déclaration de médecin traitant.",
        "coordonnees": "Vos coordonnées sont corrigées.",
        "retire": "Votre demande est retirée. Ce qui était en cours est arrêté.",
        "accord-donne": "Votre accord est noté.",
        "complete": "C’est envoyé. Nous vous répondons vite.",
        "accord": "Votre accord est retiré\u202f: rien n’y est plus transmis.",
        "droit": "Votre demande est notée. Nous vous répondons dans le mois.",
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """The title of the page, its sentence, and the day by which something is expected."""

    title: str
    sentence: str


def told(state: State, outcome: Outcome | None, accepted_count: int, *, is_anonymised: bool = False) -> Told:
    """Where a request stands, for the person."""
    if is_anonymised:
        return Told("Votre dossier est effacé", "Nous ne gardons plus rien qui dise qui vous êtes.")
    if outcome is not None:
        return Told(*_ENDS[outcome])
    if state is State.PROPOSED and accepted_count:
        return Told(_accepted(accepted_count), "")
    return Told(_TITLES[state], _SENTENCES[state])


def _accepted(count: int) -> str:
    if count == 1:
        return "Un médecin a accepté d’être contacté"
    return f"{_NUMBERS.get(count, str(count))} médecins ont accepté d’être contactés"


def before(day: date | None) -> str:
    """« avant le ven. 31 juil. », nothing without a day."""
    return f"avant le {french.day_short(day)}" if day else ""


def none_label(count: int) -> str:
    """The second choice, as many doctors as there are: « Aucun des deux ne peut »."""
    if count == 1:
        return "Ce médecin ne peut pas"
    return f"Aucun des {_NUMBERS.get(count, str(count)).lower()} ne peut"
