"""The trail's words for commitments, conventions and coordination plans: merged into those of `audit.words`."""

from collections.abc import Mapping
from types import MappingProxyType

# By table.
THINGS = MappingProxyType(
    {
        "convention": "Convention",
        "partner": "Partenaire",
        "partner_contact": "Interlocuteur d’un partenaire",
        "convention_template": "Modèle de convention",
        "care_plan": "PPCS",
        "plan_meeting": "Réunion d’un PPCS",
        "document_asked": "Document demandé",
        "plan_right": "Droit demandé sur un PPCS",
        "commitment": "Engagement",
        "evidence": "Preuve d’un engagement",
        "journal_entry": "Ligne d’un journal",
        "annual_cap": "Plafond annuel",
        "flat_fee": "Forfait",
        "care_plan_settings": "Réglages des PPCS",
        "stored_file": "Fichier",
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
    "convention.created": "Convention ouverte",
    "convention.changed": "En-tête de la convention corrigé",
    "convention.lead": "Convention confiée à quelqu’un d’autre",
    "convention.article_added": "Article ajouté",
    "convention.article_changed": "Article réécrit",
    "convention.article_moved": "Article déplacé",
    "convention.article_removed": "Article retiré",
    "convention.clause_moved": "Engagement déplacé dans son article",
    "convention.clause_removed": "Engagement retiré du texte",
    "convention.commented": "Remarque sur le texte",
    "convention.comment_answered": "Réponse à une remarque",
    "convention.minutes": "Procès-verbal de l’adoption ajouté",
    "convention.sign": "Signature notée",
    "convention.unsign": "Signature annulée",
    "convention.amended": "Convention modifiée par un avenant",
}

_PLANS = {
    "plan.opened": "Plan ouvert",
    "plan.read": "A ouvert un plan",
    "plan.identity_read": "A lu l’identité d’un plan",
    "plans.listed": "A lu une liste de plans",
    "circle.added": "Quelqu’un rejoint le cercle de soins",
    "circle.invited": "Quelqu’un est invité dans le cercle de soins",
    "circle.accepted": "Quelqu’un accepte de participer au plan",
    "circle.declined": "Quelqu’un décline le plan",
    "circle.answer_undone": "Réponse à l’invitation retirée",
    "circle.left": "Quelqu’un quitte le cercle de soins",
    "circle.lead_changed": "Le plan change de référent",
    "circle.doctor_changed": "Le plan change de médecin traitant",
    "plan_agreement.given": "Accord de la personne recueilli pour quelqu’un du cercle",
    "plan_agreement.withdrawn": "Accord de la personne retiré à quelqu’un du cercle",
    "plan.engage": "Cercle de soins engagé",
    "plan.hold": "Première réunion tenue",
    "plan.put_back": "Plan\u202f: la réunion n’a pas eu lieu",
    "plan.validate": "Plan validé",
    "plan.unvalidate": "Validation du plan reprise",
    "plan.close": "Plan clos",
    "meeting.added": "Réunion ajoutée",
    "meeting.moved": "Échéance d’une réunion reportée",
    "meeting.answered": "Réponse à un sondage de dates",
    "meeting.asked_again": "Sondage de dates relancé",
    "meetings.reminded": "Rappel des réunions envoyé",
    "document.asked": "Document demandé",
    "document.received": "Document reçu",
    "document.dropped": "Document qui n’est plus attendu",
    "document.awaited": "Document de nouveau attendu",
    "meeting.poll": "Sondage de dates ouvert",
    "meeting.fix": "Date de réunion fixée",
    "meeting.unfix": "Date de réunion à choisir de nouveau",
    "meeting.hold": "Réunion tenue",
    "meeting.undo_hold": "Réunion qui n’a pas eu lieu",
    "meeting.cancel": "Réunion annulée",
}

_REGISTER = {
    "template.created": "Modèle de convention ajouté",
    "template.saved": "Nouvelle version d’un modèle",
    "template.archived": "Modèle archivé",
    "template.restored": "Modèle remis en usage",
    "partner.added": "Partenaire ajouté",
    "partner.corrected": "Partenaire corrigé",
    "partner.left": "Le partenaire a quitté la CPTS",
    "partner.came_back": "Le partenaire est revenu",
    "partner_contact.added": "Interlocuteur ajouté",
    "partner_contact.corrected": "Interlocuteur corrigé",
    "partner_contact.ended": "Interlocuteur retiré",
    "conventions.alerted": "Rappel des échéances envoyé",
    "conventions.exported": "Registre des conventions exporté",
}

_FILES = {"file.stored": "Fichier déposé"}

_PLAN_RIGHTS = {
    "plan.anonymised": "Identité effacée, plan anonymisé",
    "plan.kept_apart": "Plan\u202f: identité gardée à part, la demande est anonymisée",
    "plan.right_asked": "Droit demandé sur un plan",
    "plan.right_answered": "Droit sur un plan, réponse notée",
    "plan.copied": "Copie de ce qui est gardé sur un plan",
}

_SUMS = {
    "cap.set": "Plafond annuel réglé",
    "flat_fee.set": "Forfait réglé",
    "flat_fee.removed": "Forfait retiré",
    "plan.settings": "Réglages des PPCS changés",
    "sums.exported": "A exporté un relevé de l’année",
}

SENTENCES = MappingProxyType({**_SUMS, **_PLAN_RIGHTS, **_FILES, **_CHECKLISTS, **_REGISTER, **_CONVENTIONS, **_PLANS})

# By name of the fact.
FIELDS = MappingProxyType(
    {
        "due_on": "échéance",
        "left_on": "parti le",
        "owner": "responsable",
        "year": "année",
        "line_kind": "quelles sommes",
    }
)

# Values by name of the fact, as in `audit.words.VALUES`.
VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"line_kind": {"snp.act": "créneaux honorés", "plan.fee": "forfaits PPCS"}}
)
