"""The sentence of each line of a journal, as people read it; a table, and the function that fills its blanks.

Blanks: `{who}` is whoever did it (« L’application » for a job), `{commitment}` the label of the commitment spoken of,
`{person}`, `{organisation}`, `{proof}` the names behind `person_id`, `organisation_id`, `evidence_id` of its data; any
other is a key of that data, in the words of `VALUES`, or a day when it ends in `_on`. A kind without a sentence is
refused by `tests/checklists/test_wording.py`.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from cptsapp.core.french import day_full

NOBODY = "L’application"

_CHECKLISTS = {
    "commitment.added": "{who} a ajouté l’engagement «\u00a0{commitment}\u00a0».",
    "commitment.changed": "{who} a corrigé «\u00a0{commitment}\u00a0».",
    "commitment.reassigned": "{who} a confié «\u00a0{commitment}\u00a0» à {person}.",
    "commitment.released": "{who} a laissé «\u00a0{commitment}\u00a0» sans responsable.",
    "commitment.deferred": "{who} a reporté «\u00a0{commitment}\u00a0» au {due_on}.",
    "commitment.todo": "{who} a remis à faire «\u00a0{commitment}\u00a0».",
    "commitment.doing": "{who} a commencé «\u00a0{commitment}\u00a0».",
    "commitment.done": "{who} a noté fait «\u00a0{commitment}\u00a0».",
    "commitment.dropped": "{who} a abandonné «\u00a0{commitment}\u00a0».",
    "evidence.added": "{who} a joint «\u00a0{proof}\u00a0» à «\u00a0{commitment}\u00a0».",
    "evidence.withdrawn": "{who} a retiré «\u00a0{proof}\u00a0» de «\u00a0{commitment}\u00a0».",
    "journal.meeting": "Réunion du {happened_on}, notée par {who}.",
    "journal.decision": "Décision du {happened_on}, notée par {who}.",
    "journal.note": "Note de {who}.",
}

_CONVENTIONS = {
    "convention.created": "Convention ouverte par {who}.",
    "convention.circulate": "{who} a mis le texte en relecture jusqu’au {comments_due_on}.",
    "convention.redraft": "{who} a repris le texte.",
    "convention.adopt": "Convention adoptée le {happened_on}, notée par {who}.",
    "convention.enter_into_force": "Convention signée par toutes les parties\u202f: elle est en vigueur.",
    "convention.minutes": "{who} a ajouté le procès-verbal de l’adoption.",
    "convention.sign": "{party}\u00a0: signée le {happened_on}, notée par {who}.",
    "convention.unsign": "{party}\u00a0: signature annulée par {who}.",
    "convention.amendment": "{who} a fait relire l’avenant n°\u00a0{number}.",
    "convention.amended": "L’avenant n°\u00a0{number} est en vigueur.",
    "convention.reminded": "Rappel, {ahead}\u00a0jours avant\u00a0: {milestone}, le {due_on}.",
    "convention.review_reminded": "Rappel, {ahead}\u00a0jours avant\u00a0: «\u00a0{commitment}\u00a0», le {due_on}.",
    "convention.renew": "Convention renouvelée jusqu’au {until_on}.",
    "convention.give_notice": "Préavis donné le {happened_on}, noté par {who}\u00a0: elle finit le {until_on}.",
    "convention.withdraw_notice": "{who} a retiré le préavis.",
    "convention.end": "Convention close le {happened_on}\u00a0: {reason}.",
}

_PLANS = {
    "plan.opened": "{who} a ouvert le plan.",
    "circle.added": "{who} a ajouté {person} au cercle de soins.",
    "circle.invited": "{who} a invité {person}.",
    "circle.accepted": "{person} participe au plan.",
    "circle.declined": "{person} ne participe pas au plan.",
    "circle.answer_undone": "La réponse de {person} est attendue de nouveau.",
    "circle.left": "{person} n’est plus du cercle de soins.",
    "circle.lead_changed": "{person} est référent du plan.",
    "circle.doctor_changed": "{person} est médecin traitant du plan.",
    "plan_agreement.given": "La personne donne son accord pour {person}.",
    "plan_agreement.withdrawn": "La personne retire son accord pour {person}.",
    "plan.engage": "{who} a engagé le cercle de soins.",
    "plan.hold": "La réunion a eu lieu, notée par {who}.",
    "plan.put_back": "La réunion n’a pas eu lieu, dit {who}.",
    "plan.validate": "{who} a validé le plan.",
    "plan.unvalidate": "{who} est revenu sur la validation du plan.",
    "plan.close": "Le plan est clos.",
    "meeting.added": "{who} a ajouté une réunion, à tenir avant le {due_on}.",
    "meeting.moved": "{meeting}\u00a0: {who} a reporté l’échéance au {due_on}.",
    "meeting.poll": "{meeting}\u00a0: {who} a proposé des dates à {asked}.",
    "meeting.asked_again": "{meeting}\u00a0: {who} a relancé {asked}.",
    "meeting.fix": "{meeting}\u00a0: {who} a choisi la date, {happened_on}.",
    "meeting.reminded": "{meeting}\u00a0: rappel envoyé.",
    "meeting.unfix": "{meeting}\u00a0: date à choisir de nouveau.",
    "meeting.hold": "{meeting} tenue le {happened_on}, noté par {who}.",
    "meeting.undo_hold": "{meeting}\u00a0: elle n’a pas eu lieu, dit {who}.",
    "meeting.cancel": "{meeting}\u00a0: annulée par {who}.",
    "document.asked": "{who} a demandé un document\u00a0: {document}.",
    "document.received": "{who} a noté un document reçu\u00a0: {document}.",
    "document.dropped": "{who} n’attend plus un document\u00a0: {document}.",
    "document.awaited": "{who} attend de nouveau un document\u00a0: {document}.",
}

_PLAN_RIGHTS = {
    "plan.anonymised": "Ce qui disait qui est la personne a été effacé\u00a0: {because}.",
    "plan.kept_apart": "La demande dont vient ce plan est anonymisée\u202f: le plan garde l’identité jusqu’à sa fin.",
    "right.asked": "{who} a noté que la personne demande\u00a0: {right}.",
    "right.answered": "{who} a répondu ({right})\u00a0: {answer}.",
}

SENTENCES: Mapping[str, str] = MappingProxyType({**_PLAN_RIGHTS, **_CHECKLISTS, **_CONVENTIONS, **_PLANS})

# Lines that people write; the others tell of an act and are never struck by hand.
WRITTEN = ("journal.meeting", "journal.decision", "journal.note")

# The words of the codes that a line's data hold, by key.
VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "right": MappingProxyType(
            {
                "access": "une copie de ce qui est gardé",
                "departure": "quitter le plan",
                "objection": "s’opposer au plan",
            }
        ),
        "answer": MappingProxyType(
            {
                "handed": "copie remise en main propre",
                "posted": "copie envoyée par courrier",
                "secure_mail": "copie envoyée par messagerie sécurisée",
                "read_out": "lue au téléphone, à sa demande",
                "unproved": "refusé, identité non vérifiée",
                "given_up": "la personne y a renoncé",
                "done": "plan clos",
                "erased": "plan clos et effacé",
            }
        ),
        "because": MappingProxyType(
            {
                "retention": "délai de conservation passé",
                "asked": "à la demande de la personne",
                "restored": "de nouveau, après la remise d’une sauvegarde",
            }
        ),
        "meeting": MappingProxyType(
            {
                "first": "Première réunion",
                "review_6": "Bilan des 6 mois",
                "review_12": "Bilan d’un an",
                "extra": "Réunion",
            }
        ),
        "document": MappingProxyType(
            {
                "prescription": "ordonnance",
                "certificate": "certificat médical",
                "report": "compte rendu",
                "form": "formulaire",
                "other": "autre document",
            }
        ),
        "milestone": MappingProxyType(
            {
                "notice": "dernier jour pour donner le préavis",
                "decision": "dernier jour pour décider du renouvellement",
                "end": "fin de la convention",
            }
        ),
        "reason": MappingProxyType(
            {
                "term": "arrivée à son terme",
                "notice": "dénoncée",
                "replaced": "remplacée",
                "partner_left": "le partenaire a quitté la CPTS",
                "abandoned": "abandonnée",
            }
        ),
    }
)


def sentence(
    kind: str,
    data: Mapping[str, Any],
    *,
    who: str = "",
    commitment: str = "",
    person: str = "",
    organisation: str = "",
    proof: str = "",
    happened_on: date | None = None,
) -> str:
    """What a line of the journal says; a blank that nothing fills leaves « … », an unknown kind its own code."""
    told = {key: _told(key, value) for key, value in data.items()}
    if happened_on is not None:
        told["happened_on"] = day_full(happened_on)
    told |= {"who": who or NOBODY}
    names = (("commitment", commitment), ("person", person), ("organisation", organisation), ("proof", proof))
    told |= {key: name for key, name in names if name}
    return SENTENCES.get(kind, kind).format_map(_Known(told))


def _told(key: str, value: Any) -> str:
    text = "" if value is None else str(value)
    if key in VALUES:
        return VALUES[key].get(text, text)
    return _day(text) if key.endswith("_on") else text


def _day(text: str) -> str:
    try:
        return day_full(date.fromisoformat(text))
    except ValueError:
        return text


class _Known(dict[str, str]):
    """Words by blank, « … » for one that the line does not hold."""

    def __missing__(self, key: str) -> str:
        return "…"
