"""Who may do what: the one table, applied by `http.access` and shown in the app as it stands.

A cell is a word, not a tick: "oui" (all), "les siens" (one's own), "du cabinet" (of the practitioners one assists),
"du jour" (of the day, at the desk), "sans nom" (without any identity).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from cptsapp.accounts.models import Role
from cptsapp.core import french

R = Role

ROLE_LABELS = MappingProxyType(
    {
        R.ADMINISTRATOR: "Administration",
        R.COORDINATOR: "Coordination",
        R.ASSISTANT: "Assistance",
        R.PRACTITIONER: "Médecin, autre pro",
        R.SECRETARY: "Secrétariat",
        R.REGULATOR: "Régulation",
        R.OFFICER: "Bureau",
        R.TREASURER: "Trésorerie",
        R.BOARD_MEMBER: "Conseil",
        R.PARTNER: "Partenaire",
        R.DATA_PROTECTION_OFFICER: "Protection des données",
    }
)

SCOPES = MappingProxyType(
    {
        "oui": "all",
        "les siens": "own",
        "du cabinet": "delegated",
        "du jour": "day",
        "sans compte": "unattended",
        "si réglé": "setting",
        "structures": "structures",
        "reçus": "received",
        "sans nom": "anonymous",
    }
)

WORDS = MappingProxyType(
    {
        "les siens": "ce qu’on a créé ou reçu à son nom",
        "du cabinet": "pour les professionnels qu’on assiste",
        "du jour": "pendant son service à la régulation",
        "sans compte": "pour qui n’a ni compte ni secrétariat qui en ait un\u202f; la référence, jamais le nom",
        "si réglé": "quand un réglage de la CPTS l’ouvre",
        "structures": "les structures, jamais les personnes",
        "reçus": "les dossiers envoyés à son organisme",
        "sans nom": "les nombres et les références, jamais l’identité",
    }
)

# Roles that see patients, or open the door to those who do: never without a second factor.
SECOND_FACTOR_ROLES = frozenset(
    {R.ADMINISTRATOR, R.COORDINATOR, R.ASSISTANT, R.PRACTITIONER, R.SECRETARY, R.REGULATOR, R.PARTNER}
) | {R.DATA_PROTECTION_OFFICER}

# What the first visit gives whoever sets the CPTS up; the other roles are given in the app.
FIRST_ROLES = (R.ADMINISTRATOR,)


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of the table: its code, its group, its sentence, the word of each role that has it."""

    code: str
    group: str
    label: str
    words: MappingProxyType[Role, str]


def _line(code: str, group: str, label: str, **words: str) -> Permission:
    return Permission(code, group, label, MappingProxyType({Role(role): word for role, word in words.items()}))


_EVERYWHERE = {"administrator": "oui", "coordinator": "oui"}
_OFFICE = {"coordinator": "oui", "assistant": "oui"}
_STEERING = {"coordinator": "oui", "assistant": "oui", "officer": "oui", "board_member": "oui"}

PERMISSIONS: tuple[Permission, ...] = (
    _line(
        "inbox.read",
        "Demandes",
        "Lire les demandes des patients",
        coordinator="oui",
        assistant="oui",
        partner="reçus",
        data_protection_officer="sans nom",
    ),
    _line("inbox.enter", "Demandes", "Saisir une demande au téléphone, en envoyer une", partner="oui", **_OFFICE),
    _line("inbox.manage", "Demandes", "Trier, chercher, transmettre, clore", **_OFFICE),
    _line("inbox.answer", "Demandes", "Répondre aux dossiers transmis", partner="reçus"),
    _line("inbox.ask", "Demandes", "Demander « Y a-t-il une recherche en cours ? »", partner="oui"),
    _line(
        "inbox.figures",
        "Demandes",
        "Lire les chiffres des demandes",
        practitioner="sans nom",
        treasurer="sans nom",
        officer="sans nom",
        board_member="sans nom",
        data_protection_officer="sans nom",
        **_OFFICE,
    ),
    _line("inbox.export", "Demandes", "Exporter les points de rupture, sans nom", coordinator="oui"),
    _line(
        "inbox.rights",
        "Demandes",
        "Répondre aux droits des personnes, effacer",
        coordinator="oui",
        data_protection_officer="oui",
    ),
    _line("inbox.settings", "Demandes", "Régler les délais, les critères, la conservation", **_EVERYWHERE),
    _line("capacity.manage", "Demandes", "Demander aux médecins leurs places", **_OFFICE),
    _line("capacity.answer", "Demandes", "Dire ses places, répondre à une proposition", practitioner="les siens"),
    _line(
        "snp.post",
        "Créneaux",
        "Publier et retirer un créneau",
        coordinator="oui",
        practitioner="les siens",
        secretary="du cabinet",
    ),
    _line(
        "snp.see_free",
        "Créneaux",
        "Voir les créneaux libres",
        coordinator="oui",
        assistant="oui",
        practitioner="oui",
        secretary="oui",
        regulator="oui",
    ),
    _line("snp.book", "Créneaux", "Réserver pour un patient", regulator="oui"),
    _line(
        "snp.see_bookings",
        "Créneaux",
        "Voir les réservations",
        coordinator="sans nom",
        practitioner="les siens",
        secretary="du cabinet",
        regulator="oui",
    ),
    _line(
        "snp.see_identity",
        "Créneaux",
        "Voir le nom du patient réservé",
        practitioner="les siens",
        secretary="du cabinet",
        regulator="du jour",
    ),
    _line(
        "snp.cancel",
        "Créneaux",
        "Annuler ou déplacer une réservation",
        coordinator="oui",
        practitioner="les siens",
        secretary="du cabinet",
        regulator="oui",
    ),
    _line(
        "snp.record_outcome",
        "Créneaux",
        "Noter venu ou absent",
        coordinator="sans compte",
        practitioner="les siens",
        secretary="du cabinet",
    ),
    _line("snp.answer_broadcast", "Créneaux", "Répondre à une diffusion", practitioner="les siens"),
    _line(
        "snp.drill",
        "Créneaux",
        "S’entraîner sur de faux créneaux",
        coordinator="oui",
        practitioner="oui",
        secretary="oui",
        regulator="oui",
    ),
    _line("calendar.own", "Créneaux", "Relier son propre agenda", practitioner="les siens", secretary="du cabinet"),
    _line(
        "campaign.read",
        "Campagnes",
        "Lire les chiffres d’une campagne",
        coordinator="oui",
        assistant="oui",
        practitioner="les siens",
        officer="oui",
        treasurer="oui",
        board_member="oui",
    ),
    _line("campaign.manage", "Campagnes", "Ouvrir, changer, clore une campagne", coordinator="oui"),
    _line(
        "campaign.export",
        "Campagnes",
        "Exporter le relevé de paiement",
        coordinator="oui",
        treasurer="oui",
    ),
    _line("ledger.approve", "Sommes dues", "Approuver, noter payé", coordinator="oui", treasurer="oui"),
    _line(
        "ledger.read",
        "Sommes dues",
        "Lire les relevés par année",
        coordinator="oui",
        practitioner="les siens",
        treasurer="oui",
    ),
    _line("ledger.settings", "Sommes dues", "Régler le plafond annuel", coordinator="oui", treasurer="oui"),
    _line(
        "conventions.read",
        "Conventions",
        "Lire le registre et les conventions",
        treasurer="oui",
        partner="reçus",
        **_STEERING,
    ),
    _line("conventions.comment", "Conventions", "Relire un texte mis en circulation", partner="reçus", **_STEERING),
    _line("conventions.manage", "Conventions", "Rédiger, faire relire, noter les signatures", **_OFFICE),
    _line("conventions.adopt", "Conventions", "Noter l’adoption par le conseil", coordinator="oui", officer="oui"),
    _line(
        "commitments.own",
        "Conventions",
        "Tenir ses engagements",
        coordinator="les siens",
        assistant="les siens",
        practitioner="les siens",
        secretary="les siens",
        officer="les siens",
        treasurer="les siens",
        board_member="les siens",
        partner="les siens",
    ),
    _line(
        "plans.read",
        "PPCS",
        "Lire les plans",
        coordinator="oui",
        practitioner="les siens",
        partner="les siens",
    ),
    _line(
        "plans.manage",
        "PPCS",
        "Ouvrir un plan, tenir son cercle et son calendrier",
        coordinator="oui",
        practitioner="les siens",
        partner="les siens",
    ),
    _line(
        "plans.figures",
        "PPCS",
        "Lire les chiffres des plans",
        coordinator="oui",
        officer="sans nom",
        treasurer="sans nom",
        board_member="sans nom",
    ),
    _line("plans.settings", "PPCS", "Régler les forfaits et les délais", coordinator="oui", treasurer="oui"),
    _line(
        "directory.read",
        "Annuaire",
        "Voir les professionnels",
        administrator="oui",
        coordinator="oui",
        assistant="oui",
        practitioner="oui",
        secretary="oui",
        regulator="oui",
        officer="oui",
        treasurer="oui",
        board_member="oui",
        partner="structures",
        data_protection_officer="oui",
    ),
    _line("directory.manage", "Annuaire", "Ajouter, corriger, réunir des fiches", **_OFFICE),
    _line("directory.delegate", "Annuaire", "Dire qui assiste qui", **_EVERYWHERE),
    _line("directory.notes", "Annuaire", "Lire et noter les échanges avec un professionnel", **_OFFICE),
    _line("directory.export", "Annuaire", "Exporter l’annuaire, imprimer des étiquettes", **_OFFICE),
    _line("directory.import", "Annuaire", "Importer l’extrait RPPS ou une liste", **_OFFICE),
    _line(
        "directory.object",
        "Annuaire",
        "Noter qu’une personne refuse de figurer",
        coordinator="oui",
        data_protection_officer="oui",
    ),
    _line(
        "membership.read",
        "Adhésion",
        "Voir qui est adhérent",
        practitioner="si réglé",
        secretary="si réglé",
        treasurer="oui",
        **_STEERING,
    ),
    _line("membership.rate", "Adhésion", "Lire le taux d’adhésion et ses listes", treasurer="oui", **_STEERING),
    _line("membership.approve", "Adhésion", "Approuver ou refuser une demande", coordinator="oui", officer="oui"),
    _line("membership.manage", "Adhésion", "Renouveler, noter une cotisation", treasurer="oui", **_OFFICE),
    _line("membership.settings", "Adhésion", "Régler l’adhésion et les règles du taux", **_EVERYWHERE),
    _line("calls.manage", "Appels", "Préparer une campagne d’appels", **_OFFICE),
    _line(
        "calls.make",
        "Appels",
        "Appeler et noter l’issue",
        practitioner="les siens",
        officer="les siens",
        board_member="les siens",
        **_OFFICE,
    ),
    _line("accounts.manage", "Le reste", "Inviter, donner ou retirer un rôle", **_EVERYWHERE),
    _line("desks.manage", "Le reste", "Enregistrer ou fermer un poste de régulation", **_EVERYWHERE),
    _line("territory.manage", "Le reste", "Régler le territoire et les horaires", **_EVERYWHERE),
    _line(
        "audit.read",
        "Le reste",
        "Lire le journal",
        administrator="oui",
        coordinator="oui",
        data_protection_officer="oui",
    ),
    _line("outbox.read", "Le reste", "Voir l’état des messages envoyés", **_EVERYWHERE),
)

CODES = frozenset(line.code for line in PERMISSIONS)
_RANK = ("all", "delegated", "own", "day", "unattended", "setting", "structures", "received", "anonymous")


def scopes_of(roles: Iterable[Role]) -> dict[str, frozenset[str]]:
    """For each permission the roles give, the scopes they give it with."""
    held = set(roles)
    found: dict[str, frozenset[str]] = {}
    for line in PERMISSIONS:
        scopes = frozenset(SCOPES[word] for role, word in line.words.items() if role in held)
        if scopes:
            found[line.code] = scopes
    return found


def widest(scopes: frozenset[str]) -> str:
    """The widest of several scopes, for a user who holds several roles."""
    return next(scope for scope in _RANK if scope in scopes)


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Whether one of the roles sees patients (PGSSI-S, §6.7)."""
    return not SECOND_FACTOR_ROLES.isdisjoint(roles)


MANAGE = "accounts.manage"


class _Known(Protocol):
    """A user, acting or acted upon."""

    @property
    def id(self) -> int | None: ...


def roles_with(permission: str, scopes: Iterable[str] = _RANK) -> frozenset[Role]:
    """The roles that give a permission, with one of these scopes."""
    words = {word for word, scope in SCOPES.items() if scope in set(scopes)}
    lines = (line for line in PERMISSIONS if line.code == permission)
    return frozenset(role for line in lines for role, word in line.words.items() if word in words)


def why_not_grant(by: _Known, user: _Known, other_managers: int) -> str | None:
    """Nobody widens their own rights while someone else could do it for them."""
    if by.id == user.id and other_managers:
        return "On ne se donne pas un rôle à soi-même : demandez à une autre personne qui gère les comptes."
    return None


def why_not_leave_nobody(managers_left: int) -> str | None:
    """Someone must always be able to invite and to give roles."""
    if managers_left == 0:
        return "Plus personne ne gérerait les comptes : donnez d’abord ce droit à quelqu’un d’autre."
    return None


def why_not_close(by: _Known, user: _Known, managers_left: int) -> str | None:
    """One's own account is closed by someone else, and the last who manages stays."""
    if by.id == user.id:
        return "On ne ferme pas son propre compte : demandez à une autre personne qui gère les comptes."
    return why_not_leave_nobody(managers_left)


def why_not_reset_second_factor(by: _Known, user: _Known, until: datetime | None, *, another_may: bool) -> str | None:
    """One's own is changed on one's own page, where a code is asked.

    Whoever has just changed the address waits until then (a local moment): with both acts the account would be theirs.
    """
    if by.id == user.id:
        return "Changez le vôtre depuis « Mon compte » : un code y est demandé."
    return _why_wait("Vous avez changé l’adresse de connexion de ce compte", until, another_may)


def why_not_change_address(until: datetime | None, *, another_may: bool) -> str | None:
    """The same two acts in the other order: whoever has just reset the second factor waits until then."""
    return _why_wait("Vous avez remis à zéro le second facteur de ce compte", until, another_may)


def _why_wait(done: str, until: datetime | None, another_may: bool) -> str | None:
    if until is None:
        return None
    when = f"{french.day_long(until)} à {french.hour(until)}"
    other = ", une autre personne qui gère les comptes le peut dès maintenant" if another_may else ""
    return f"{done}\u00a0: vous pourrez faire ceci à partir du {when}{other}."


def grouped() -> list[tuple[str, list[Permission]]]:
    """The lines of the table by group, in its order."""
    groups: dict[str, list[Permission]] = {}
    for line in PERMISSIONS:
        groups.setdefault(line.group, []).append(line)
    return list(groups.items())


def as_markdown() -> str:
    """The table as docs/permissions.md holds it, in French as on the screen."""
    heads = ["Geste", *ROLE_LABELS.values()]
    lines = [
        "# Qui peut quoi",
        "",
        "La table que le logiciel applique, écrite par `flask --app wsgi roles docs`.",
        "",
        *(f"- **{word}** : {sense}" for word, sense in WORDS.items()),
    ]
    for group, members in grouped():
        lines += ["", f"## {group}", "", _markdown_row(heads), _markdown_row(["---"] * len(heads))]
        lines += [_markdown_row([line.label, *(line.words.get(role, "—") for role in ROLE_LABELS)]) for line in members]
    guarded = ", ".join(ROLE_LABELS[role] for role in ROLE_LABELS if role in SECOND_FACTOR_ROLES)
    return "\n".join([*lines, "", f"Second facteur obligatoire : {guarded}.", ""])


def _markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
