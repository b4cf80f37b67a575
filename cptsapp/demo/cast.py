"""Who is in the demonstration: all invented. Communes are real, so that distances mean something."""

from dataclasses import dataclass

from cptsapp.accounts.models import Role
from cptsapp.core.text import fold
from cptsapp.directory.models import Profession

P = Profession

NAME, MARK = "CPTS Littoral Vendéen", "LV"
PHONE = "+33261914000"
DOMAIN = "littoral-vendeen.example"
PASSWORD = "grand soleil sur la jetee"  # noqa: S105  printed by `make demo`: the demonstration has no secret
COMMUNES = (
    *("85194", "85288", "85114", "85222", "85226", "85152", "85035", "85112"),
    *("85214", "85070", "85243", "85127", "85103", "85298", "85120", "85278"),
)
NEIGHBOUR = {
    "name": "CPTS Marais et Bocage d’Essai",
    "address": "1, place de l’Essai, Challans",
    "phone": "+33261917000",
    "website": "https://marais-bocage.example",
}
NEIGHBOUR_COMMUNES = ("85047", "85284")


@dataclass(frozen=True, slots=True)
class Doctor:
    """A professional, where they practise, and what the desk may ask of them."""

    first_name: str
    last_name: str
    commune: str
    address: str
    phone: str
    title: str = "Dr"
    profession: Profession = P.GP
    overbook: str | None = None
    has_account: bool = True
    is_accessible: bool = True


DOCTORS = (
    Doctor("Hélène", "Renaudin", "85288", "12, rue des Écoliers", "0261914027"),
    Doctor("Sarah", "Benali", "85194", "5, quai Garnier", "0261914371"),
    Doctor("Claire", "Guilbaud", "85114", "8, rue de l’Océan", "0261914118"),
    Doctor("Karim", "Haddad", "85222", "3, quai de la République", "0261914152"),
    Doctor("Émilie", "Fradet", "85226", "21, avenue de la Forêt", "0261914163", overbook="un par jour, après 18 h"),
    Doctor("Marc", "Giraudeau", "85152", "4, place du Marché", "0261914179", overbook="le matin avant 9 h"),
    Doctor("Yann", "Le Goff", "85194", "40, cours Dupont", "0261914390"),
    Doctor("Julien", "Morisset", "85035", "17, avenue de la Plage", "0261914205"),
    Doctor("Mathieu", "Bonnaud", "85288", "2, rue du Château", "0261914216", is_accessible=False),
    Doctor("Isabelle", "Tessier", "85222", "9, rue du Calvaire", "0261914230", overbook="appeler avant midi"),
    Doctor("Thomas", "Rabiller", "85112", "2, rue du Marais", "0261914522"),
    Doctor("Olivier", "Martineau", "85194", "17, rue des Sauniers", "0261914413", overbook="deux par jour"),
    Doctor("Anne", "Pouvreau", "85214", "6, rue de la Mairie", "0261914261"),
    Doctor("Lucie", "Barreteau", "85226", "14, rue du Centre", "0261914274"),
    Doctor("Paul", "Ferré", "85070", "1, rue de l’Étang", "0261914288", has_account=False, is_accessible=False),
    Doctor("Nadia", "Chauvin", "85243", "11, route de la Mer", "0261914299"),
    Doctor("Bruno", "Arnaudeau", "85127", "5, place de l’Église", "0261914306"),
    Doctor("Carole", "Jolly", "85194", "3, rue Nationale", "0261915402", title="", profession=P.NURSE),
    Doctor("Léna", "Bironneau", "85194", "6, allée des Tamaris", "0261915348", title="", profession=P.MIDWIFE),
    Doctor("Simon", "Vrignaud", "85194", "9, quai des Voiles", "0261915471", title="", profession=P.PHYSIOTHERAPIST),
)


@dataclass(frozen=True, slots=True)
class Member:
    """Someone of the staff or the board: their roles, and the doctors they assist."""

    name: str
    roles: tuple[Role, ...]
    assists: tuple[str, ...] = ()
    is_person: bool = False


MEMBERS = (
    Member("Maxime Roy", (Role.ADMINISTRATOR,)),
    Member("Sophie Arnaud", (Role.COORDINATOR,)),
    Member("Jade Moal", (Role.ASSISTANT,)),
    Member("Agnès Pallier", (Role.SECRETARY,), ("Renaudin", "Bonnaud"), is_person=True),
    Member("Martine Rousselot", (Role.SECRETARY,), ("Benali", "Le Goff", "Martineau", "Ferré"), is_person=True),
    Member("Léa Moreau", (Role.REGULATOR,)),
    Member("Théo Baudry", (Role.REGULATOR,)),
    Member("Claude Audureau", (Role.TREASURER,)),
    Member("Inès Tarek", (Role.BOARD_MEMBER,)),
    Member("Florian Gautret", (Role.DATA_PROTECTION_OFFICER,)),
    Member("Nadège Poiraud", (Role.PARTNER,), is_person=True),
    Member("Karine Besson", (Role.PARTNER,), is_person=True),
)
ABSENT = "Chauvin"
UNNOTED = "Renaudin"  # whose last evening is still to note
OFFICER = "Pouvreau"  # a GP who also sits on the board

PATIENTS = (
    *("Rousseau", "Martin", "Poirier", "Bretaud", "Caillaud", "Durand", "Girard", "Guérin", "Jaunâtre", "Lucas"),
    *("Mercier", "Nicou", "Orsonneau", "Pajot", "Rabaud", "Sire", "Texier", "Vincent", "Ydier", "Boutin"),
    *("Charrier", "Drapeau", "Favreau", "Gautier", "Herbreteau", "Joly", "Logeais", "Massé", "Naud", "Perrocheau"),
    *("Raffin", "Simonneau", "Tougeron", "Violleau", "Biron", "Cousseau", "Dupé", "Erieau", "Fonteneau", "Grasset"),
)
FIRST_NAMES = (
    *("Alice", "Bernard", "Chloé", "Denis", "Élise", "Fatima", "Gérard", "Huguette", "Ismaël", "Jeanne"),
    *("Kévin", "Louise", "Manon", "Noé", "Odette", "Pierre", "Rose", "Sami", "Thérèse", "Yvonne"),
)


def mail_of(name: str) -> str:
    """prenom.nom@…, as one would guess it."""
    first, *rest = fold(name).split()
    return f"{first}.{''.join(rest)}@{DOMAIN}"
