"""The sentence of each kind of step, for who reads the file; a table, and what a step's values add to it.

`{doctor}` is the doctor's name, `{who}` whoever did it; a kind without an entry cannot be written (tests).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cptsapp.inbox.rules import rights, words
from cptsapp.inbox.rules.closing import TAKEN, taken_of
from cptsapp.inbox.rules.priority import LEVELS
from cptsapp.inbox.rules.proposals import DECLINE_REASONS
from cptsapp.inbox.rules.states import RECIPIENT_LABELS
from cptsapp.inbox.rules.suspicion import SIGNS
from cptsapp.inbox.rules.triage import MISSING


def _words(table: Mapping[Any, str]) -> Mapping[str, str]:
    return MappingProxyType({str(code): word for code, word in table.items()})


SENTENCES = MappingProxyType(
    {
        "request.received": "Demande reçue",
        "request.ask_more": "Une information manque",
        "request.accept": "Demande complète",
        "request.propose": "Proposée au {doctor}",
        "request.resume": "Recherche reprise",
        "request.offer_choice": "Le {doctor} accepte d’être contacté",
        "request.await_again": "Le {doctor} revient sur sa réponse, qui est attendue de nouveau",
        "proposal.declined": "Le {doctor}\u202f: pas cette fois",
        "proposal.cancelled": "Proposition au {doctor} annulée",
        "proposal.released": "Le {doctor} est remercié, sa place lui revient",
        "proposal.lapsed": "Le {doctor} n’a pas répondu, la recherche s’élargit",
        "proposal.reminded": "Le {doctor} est relancé",
        "proposal.called": "Le {doctor} est appelé",
        "proposal.told": "Coordonnées de la personne dites au {doctor} par téléphone",
        "proposal.chosen": "Le {doctor} est choisi pour une partie du foyer",
        "person.silent": "La personne n’a pas choisi, les médecins sont remerciés",
        "person.reminded": "La personne est relancée",
        "person.to_call": "La personne n’a pas de mail\u202f: elle est à appeler",
        "person.called": "La personne est appelée",
        "person.wants_call": "La personne préfère être appelée",
        "partner.reminded": "Le partenaire est relancé",
        "request.choose": "La personne a un rendez-vous avec le {doctor}",
        "request.find": "Médecin trouvé",
        "request.refer_misas": "Passée à la MiSAS",
        "request.refer_dac": "Passée au DAC",
        "request.partner_find": "Médecin trouvé par le partenaire",
        "request.partner_return": "Rendue par le partenaire",
        "request.hand_to_dac": "Passée de la MiSAS au DAC",
        "request.report_break": "Point de rupture documenté",
        "request.partner_undo": "Réponse du partenaire annulée",
        "referral.acknowledged": "Le partenaire accuse réception",
        "referral.called_back": "Le partenaire a rappelé la personne à l’origine de la demande",
        "referral.handed": "Confiée à un coordinateur du partenaire",
        "partner.message": "Un partenaire laisse un message",
        "referral.ppcs": "Le partenaire dit s’il faut un PPCS",
        "request.declare": "Déclaration de médecin traitant faite",
        "request.search_again": "Déclaration non faite, recherche reprise",
        "request.withdraw": "Demande retirée",
        "request.close": "Demande close",
        "request.merge": "Réunie avec une autre demande",
        "request.joined": "Une autre demande de la même personne réunie à celle-ci",
        "request.parted": "Réunion défaite",
        "request.unmerge": "Réunion défaite, demande à lire de nouveau",
        "request.called_again": "A rappelé\u202f: la demande existait déjà",
        "request.reopen": "Demande rouverte",
        "request.assigned": "Confiée à {follower}",
        "request.released": "Plus suivie par personne",
        "request.snoozed": "Reportée au {until}",
        "request.woken": "Reprise avant le jour dit",
        "request.suspected": "Mise à part, parmi les douteuses",
        "request.trusted": "Reconnue vraie",
        "request.put_back": "Remise à vérifier",
        "request.note": "Note",
        "request.corrected": "Réponses corrigées",
        "request.prioritised": "Priorité décidée à la main\u202f: {level}",
        "request.unprioritised": "Priorité rendue à la règle",
        "seeker.added": "Une personne ajoutée au foyer",
        "seeker.corrected": "Une personne du foyer corrigée",
        "seeker.outcome": "Issue pour une personne du foyer\u202f: {outcome}",
        "seeker.again": "Une personne du foyer cherche de nouveau",
        "agreement.given": "Accord recueilli pour {recipient}",
        "agreement.withdrawn": "Accord retiré pour {recipient}, transmissions arrêtées",
        "right.asked": "Droit demandé\u202f: {right}",
        "right.answered": "Réponse à un droit demandé\u202f: {right}, {answer}",
        "person.contact": "Coordonnées corrigées par la personne",
        "person.answered": "La personne a répondu à ce qui manquait",
        "person.found": "La personne a trouvé un médecin par elle-même",
        "request.anonymised": "Identités effacées, dossier anonymisé",
    }
)

# The words of what a step's values say, by key: those of a sentence's `{key}`, else of the line under it.
VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "channel": _words(words.CHANNELS),
        "asker": MappingProxyType(
            {"person": "par la personne", "relative": "par un proche", "professional": "par un professionnel"}
        ),
        "outcome": _words(words.OUTCOMES),
        "ended_as": _words(words.OUTCOMES),
        "consent": _words(words.CONSENTS),
        "recipient": _words(RECIPIENT_LABELS),
        "right": _words(rights.SHORT),
        "answer": MappingProxyType({**rights.ANSWERS, **_words(words.PARTNER_ANSWERS)}),
        "because": rights.BECAUSE,
        "missing": MISSING,
        "taken": TAKEN,
        "level": LEVELS,
        "reason": DECLINE_REASONS,
        "answered_by": MappingProxyType(
            {"office": "réponse notée par téléphone", "link": "par son lien", "doctor": "une fois connecté"}
        ),
        "signs": SIGNS,
        "follower": MappingProxyType({}),
        "until": MappingProxyType({}),
    }
)


def sentence(kind: str, data: Mapping[str, Any], *, doctor: str = "", organisation: str = "") -> str:
    """What a step says; a name or a value that is not known any more leaves a general word."""
    told = {key: ", ".join(_told(key, value)) for key, value in data.items() if key in VALUES}
    given = {"doctor": doctor or "médecin", "organisation": organisation or "partenaire"}
    return SENTENCES.get(kind, kind).format_map(_Known({**given, **told}))


def details(kind: str, data: Mapping[str, Any]) -> list[str]:
    """The values of a step that its sentence does not say already, in words, in their order."""
    written = SENTENCES.get(kind, "")
    shown = (key for key in data if key in VALUES and f"{{{key}}}" not in written)
    return [word for key in shown for word in (taken_of(data) if key == "taken" else _told(key, data[key]))]


def _told(key: str, value: Any) -> list[str]:
    codes = value if isinstance(value, list) else [value]
    return [VALUES[key].get(str(code), str(code)) for code in codes if code is not None]


class _Known(dict[str, str]):
    """Values by name, « … » for one that the step does not hold."""

    def __missing__(self, key: str) -> str:
        return "…"
