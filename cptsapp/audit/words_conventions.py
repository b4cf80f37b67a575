"""The trail's words for commitments, conventions and coordination plans: merged into those of `audit.words`."""

from collections.abc import Mapping
from types import MappingProxyType

# By table.
THINGS = MappingProxyType(
    {
        "convention": "Convention",
        "partner": "Partenaire",
        "convention_template": "Modèle de convention",
        "care_plan": "PPCS",
        "plan_meeting": "Réunion d’un PPCS",
        "commitment": "Engagement",
        "evidence": "Preuve d’un engagement",
        "journal_entry": "Ligne d’un journal",
    }
)

_CHECKLISTS = {
    "commitment.added": "Engagement ajouté",
    "commitment.changed": "Engagement corrigé",
    "commitment.reassigned": "Engagement confié à quelqu’un d’autre",
    "commitment.deferred": "Engagement reporté",
    "commitment.todo": "Engagement de nouveau à faire",
    "commitment.doing": "Engagement en cours",
    "commitment.done": "Engagement tenu",
    "commitment.dropped": "Engagement abandonné",
    "commitment.renewed_away": "Engagement périodique\u202f: occurrence suivante retirée",
    "commitments.reminded": "Rappel des engagements envoyé",
    "evidence.added": "Preuve ajoutée",
    "evidence.withdrawn": "Preuve retirée",
    "journal_entry.added": "Ligne ajoutée au journal",
    "journal_entry.struck": "Ligne du journal rayée",
}

_CONVENTIONS = {
    "convention.circulate": "Convention mise en relecture",
    "convention.redraft": "Texte de la convention repris",
    "convention.adopt": "Convention adoptée",
    "convention.enter_into_force": "Convention en vigueur",
    "convention.renew": "Convention renouvelée",
    "convention.give_notice": "Préavis donné",
    "convention.withdraw_notice": "Préavis retiré",
    "convention.end": "Convention close",
}

_PLANS = {
    "plan.engage": "Cercle de soins engagé",
    "plan.hold": "Première réunion tenue",
    "plan.put_back": "Plan\u202f: la réunion n’a pas eu lieu",
    "plan.validate": "Plan validé",
    "plan.close": "Plan clos",
    "meeting.poll": "Sondage de dates ouvert",
    "meeting.fix": "Date de réunion fixée",
    "meeting.unfix": "Date de réunion à choisir de nouveau",
    "meeting.hold": "Réunion tenue",
    "meeting.undo_hold": "Réunion qui n’a pas eu lieu",
    "meeting.cancel": "Réunion annulée",
}

SENTENCES = MappingProxyType({**_CHECKLISTS, **_CONVENTIONS, **_PLANS})

# By name of the fact.
FIELDS = MappingProxyType({"due_on": "échéance", "owner": "responsable"})

# Values by name of the fact, as in `audit.words.VALUES`.
VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType({})
