"""The trail in plain French: a sentence for each kind of event, words for its fields. Unknown kinds stay readable."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cptsapp.audit.models import Category
from cptsapp.core.french import money

CATEGORY_LABELS = MappingProxyType({Category.CHANGE: "change", Category.READING: "lit", Category.QUESTION: "demande"})

# subject_type is a table's name; the filter shows those that people look for.
THINGS = MappingProxyType(
    {
        "booking": "Réservation",
        "slot": "Créneau",
        "seat": "Place",
        "series": "Répétition",
        "absence": "Absence",
        "campaign": "Campagne",
        "person": "Professionnel",
        "practice": "Lieu d’exercice",
        "place": "Adresse",
        "organisation": "Structure",
        "delegation": "Délégation",
        "user": "Compte",
        "role_grant": "Rôle",
        "desk": "Poste de régulation",
        "cpts": "Réglages",
        "neighbour": "CPTS voisine",
        "broadcast": "Diffusion",
        "drill": "Entraînement",
        "ledger_line": "Ligne due",
        "message": "Message",
        "calendar_feed": "Agenda privé",
        "calendar_source": "Agenda relié",
        "audit_event": "Journal",
    }
)

SENTENCES = MappingProxyType(
    {
        "absence.created": "Absence notée",
        "absence.ended": "Absence levée, créneaux rendus",
        "audit.exported": "A exporté le journal",
        "audit.read": "A lu le journal",
        "booking.cancelled": "Réservation annulée",
        "booking.created": "Créneau réservé",
        "booking.moved": "Réservation déplacée",
        "booking.opened": "A ouvert l’identité du patient",
        "booking.outcome": "Venue notée",
        "booking.recalled": "Patient rappelé",
        "booking.undone": "Réservation défaite",
        "broadcast.created": "Diffusion envoyée",
        "broadcast.taken": "Diffusion prise",
        "calendar.feed_created": "Adresse d’agenda créée",
        "calendar.feed_revoked": "Adresse d’agenda révoquée",
        "calendar.source_added": "Agenda relié",
        "calendar.source_removed": "Agenda retiré",
        "campaign.closed": "Campagne close",
        "campaign.created": "Campagne ouverte",
        "campaign.exported": "A exporté le relevé de la campagne",
        "day.printed": "A imprimé la liste du jour",
        "desk.day_closed": "Poste fermé pour la journée",
        "desk.enrolled": "Poste de régulation enregistré",
        "desk.locked": "Poste verrouillé",
        "desk.pin_set": "Code du poste choisi",
        "desk.revoked": "Poste de régulation fermé",
        "desk.taken": "A pris le poste",
        "hold.released": "Créneau rendu avant réservation",
        "hold.taken": "Créneau retenu deux minutes",
        "identities.erased": "Identités effacées après le délai de conservation",
        "line.cancelled": "Somme due reprise",
        "line.owed": "Somme due notée",
        "lines.approved": "Sommes approuvées",
        "lines.paid": "Sommes payées",
        "message.retried": "Message relancé",
        "neighbour.add": "CPTS voisine ajoutée",
        "neighbour.change": "CPTS voisine corrigée",
        "neighbour.remove": "CPTS voisine retirée",
        "notifications.chosen": "Choix des messages",
        "role.ended": "Rôle retiré",
        "role.granted": "Rôle donné",
        "slot.posted": "Créneau publié",
        "slot.restored": "Créneau remis",
        "slot.withdrawn": "Créneau retiré",
        "territory.communes": "Communes changées",
        "territory.hours": "Horaires changés",
        "territory.set_up": "CPTS installée",
        "territory.settings": "Réglages changés",
        "user.closed": "Compte fermé",
        "user.corrected": "Compte corrigé",
        "user.created": "Compte créé",
        "user.invited": "Invitation envoyée",
        "user.password_changed": "Mot de passe changé",
        "user.recovery_codes_renewed": "Codes de secours renouvelés",
        "user.reopened": "Compte rouvert",
        "user.reset_asked": "Nouveau mot de passe demandé",
        "user.second_factor_enrolled": "Second facteur enregistré",
        "user.second_factor_reset": "Second facteur remis à zéro",
        "user.sign_in_failed": "Connexion refusée",
        "user.signed_in": "Connexion",
        "user.signed_out": "Déconnexion",
    }
)

FIELDS = MappingProxyType(
    {
        "account": "compte",
        "added": "ajouts",
        "address": "adresse",
        "campaign_id": "campagne",
        "capacity": "patients",
        "from_on": "du",
        "gesture": "geste",
        "cents": "montant",
        "communes": "communes",
        "count": "nombre",
        "day_on": "jour",
        "duration_minutes": "durée",
        "ends_on": "fin",
        "former": "ancienne réservation",
        "hours": "horaires",
        "level": "messages",
        "mail_changed": "adresse de courriel changée",
        "modality": "modalité",
        "name": "nom",
        "outcome": "venue",
        "pay_per_act_cents": "montant par acte",
        "phone": "téléphone",
        "place_id": "lieu",
        "reason": "motif",
        "reference": "réf.",
        "removed": "retraits",
        "role": "rôle",
        "rows": "lignes",
        "side": "à l’initiative de",
        "starts_at": "début",
        "starts_on": "début",
        "state": "état",
        "subject_id": "numéro",
        "subject_type": "chose",
        "until_on": "jusqu’au",
        "user_id": "compte n°",
        "weekly_cap": "plafond par semaine",
    }
)

VALUES = MappingProxyType(
    {
        "all": "tous",
        "soon": "moins de deux heures",
        "never": "aucun",
        "patient": "du patient",
        "practitioner": "du cabinet",
        "regulation": "de la régulation",
        "no_longer_needed": "plus besoin",
        "cannot_come": "ne peut pas venir",
        "sent_elsewhere": "adressé ailleurs",
        "practitioner_away": "médecin absent",
        "emergency": "urgence",
        "entry_error": "erreur de saisie",
        "undone": "défait aussitôt",
        "moved": "déplacé",
        "booked": "réservé",
        "honoured": "venu",
        "no_show": "absent",
        "cancelled": "annulé",
        "open": "ouvert",
        "withdrawn": "retiré",
        "absent": "absence",
        "C": "cabinet",
        "T": "téléconsultation",
        "D": "domicile",
        "change": "changements",
        "reading": "lectures",
        "question": "questions",
    }
)
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Detail:
    """One fact of an event: a change from a value to another, or a value alone (`before` is empty)."""

    label: str
    before: str
    after: str


def sentence(kind: str) -> str:
    """The event in French; an unknown kind is shown by its thing and its verb rather than hidden."""
    if kind in SENTENCES:
        return SENTENCES[kind]
    thing, _, verb = kind.partition(".")
    return f"{THINGS.get(thing, thing.replace('_', ' ').capitalize())}, {verb.replace('_', ' ')}" if verb else kind


def details(data: Mapping[str, Any]) -> list[Detail]:
    """The facts of an event, changes as before → after. `changes` groups them when an action notes several."""
    flat = {**data.get("changes", {}), **{key: value for key, value in data.items() if key != "changes"}}
    return [_detail(key, value) for key, value in flat.items()]


def _detail(key: str, value: Any) -> Detail:
    label = FIELDS.get(key, key.replace("_", " "))
    if isinstance(value, list) and len(value) == 2 and key not in LISTS:
        return Detail(label, _word(key, value[0]), _word(key, value[1]))
    return Detail(label, "", _word(key, value))


LISTS = frozenset({"communes", "added", "removed", "codes", "weekdays", "ids"})


def _word(key: str, value: Any) -> str:
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(_word(key, one) for one in value)
    if key.endswith("cents") and isinstance(value, int):
        return money(value)
    return VALUES.get(str(value), str(value))
