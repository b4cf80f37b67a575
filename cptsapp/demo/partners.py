"""The partners of the demonstration and what binds them: who they are, since when, where their convention stands.

All invented but the names of communes; telephones are of the ranges that Arcep keeps for fiction.
"""

from dataclasses import dataclass

from cptsapp.checklists.models import Side
from cptsapp.conventions.models import ConventionState, PartnerKind, Relation, Renewal
from cptsapp.conventions.rules.texts import ArticleText, Clause

S, K, R = ConventionState, PartnerKind, Relation


@dataclass(frozen=True, slots=True)
class Bound:
    """A partner and its convention.

    `age`: how many days ago the last party signed (in force, ended), or the text reached where it stands. `person`:
    whom one speaks to there, an account of the cast or someone of the directory alone. `lead` and `owners`: last names
    of professionals who follow it and owe what the CPTS owes. `late`: how many commitments nobody kept in time.
    """

    house: str
    kind: PartnerKind
    relation: Relation
    state: ConventionState
    age: int
    person: tuple[str, str, str]
    lead: str
    owners: tuple[str, ...]
    phone: str
    months: int = 12
    renewal: Renewal = Renewal.TACIT
    late: int = 0
    doing: int = 1
    is_amended: bool = False


def _clause(label: str, side: Side, due: int, every: int | None = None, expected: str = "") -> Clause:
    return Clause(label, side, expected, due_months=due, every_months=every)


# Those whose kind has no template are written by hand.
ARTICLES: dict[PartnerKind, tuple[ArticleText, ...]] = {
    K.CPTS: (
        ArticleText(
            "1",
            "Objet",
            "Les deux CPTS s’accordent sur les patients de leurs communes voisines.",
            (
                _clause("Se donner un interlocuteur", Side.CPTS, 1, expected="nom et numéro"),
                _clause("Donner le sien", Side.PARTNER, 1, expected="nom et numéro"),
            ),
        ),
        ArticleText(
            "2",
            "Patients des communes voisines",
            "Chacune cherche d’abord chez elle, puis demande à l’autre.",
            (
                _clause("Dire ses places, sans nom", Side.PARTNER, 3, 3, "tableau par commune"),
                _clause("Dire les siennes, sans nom", Side.CPTS, 3, 3, "tableau par commune"),
                _clause("Réunion commune", Side.CPTS, 8, 6, "compte rendu au journal"),
            ),
        ),
    ),
    K.SAS: (
        ArticleText(
            "1",
            "Créneaux de soins non programmés",
            "La CPTS ouvre des créneaux, le service d’accès aux soins les lit et y adresse.",
            (
                _clause("Tenir la liste des effecteurs", Side.CPTS, 1, 3, "liste relue"),
                _clause("Former les opérateurs à la liste", Side.PARTNER, 2, expected="date de séance"),
                _clause("Bilan de l’été", Side.CPTS, 8, 12, "chiffres sans nom"),
            ),
        ),
        ArticleText(
            "2",
            "Retours",
            "Ce qui ne va pas se dit dans la semaine.",
            (
                _clause("Relire les retours ensemble", Side.PARTNER, 3, 3, "compte rendu sans nom"),
                _clause("Répondre aux retours", Side.CPTS, 4, expected="réponse écrite"),
            ),
        ),
    ),
    K.DEPARTMENT: (
        ArticleText(
            "1",
            "Maintien à domicile",
            "Le Département et la CPTS se signalent les situations qui demandent les deux.",
            (
                _clause("Nommer un référent par canton", Side.PARTNER, 1, expected="liste des référents"),
                _clause("Présenter la CPTS aux équipes", Side.CPTS, 3, expected="date et lieu"),
                _clause("Relire les situations ensemble", Side.CPTS, 5, 6, "compte rendu sans nom"),
                _clause("Transmettre les délais d’instruction", Side.PARTNER, 8, 12, "tableau sans nom"),
            ),
        ),
    ),
}
PARTNERS = (
    Bound("DAC Vendée Littoral", K.DAC, R.PARTNERSHIP, S.IN_FORCE, 192, ("", "", "Karine Besson"), "Renaudin",
          ("Renaudin", "Fradet"), "+33261914800", late=1, doing=2),
    Bound("Centre hospitalier du Littoral", K.HOSPITAL, R.PARTNERSHIP, S.CIRCULATED, 27, ("Solène", "Maindron", ""),
          "Pouvreau", ("Pouvreau", "Haddad"), "+33261914810"),
    Bound("MSP des Olonnes", K.MSP, R.MEMBERSHIP, S.ADOPTED, 11, ("Gaël", "Bossard", ""), "Benali",
          ("Benali", "Le Goff"), "+33261914811"),
    Bound("Commune de Brem-sur-Mer", K.COMMUNE, R.PARTNERSHIP, S.DRAFT, 6, ("Nicole", "Rambaud", ""), "Pouvreau",
          ("Pouvreau",), "+33261914812"),
    Bound("CPTS Loire Vendée Océan", K.CPTS, R.PARTNERSHIP, S.IN_FORCE, 184, ("Hugo", "Ténaud", ""), "Pouvreau",
          ("Pouvreau", "Morisset"), "+33261914813", months=24, renewal=Renewal.EXPRESS),
    Bound("MiSAS Vendée", K.CPAM, R.PARTNERSHIP, S.IN_FORCE, 160, ("", "", "Nadège Poiraud"), "Pouvreau",
          ("Pouvreau", "Renaudin"), "+33261914800", months=36),
    Bound("EHPAD Les Tamaris", K.CARE_HOME, R.MEMBERSHIP, S.IN_FORCE, 293, ("Maëlle", "Oger", ""), "Fradet",
          ("Fradet",), "+33261914814"),
    Bound("EHPAD Le Havre de Vie", K.CARE_HOME, R.MEMBERSHIP, S.IN_FORCE, 265, ("Rémi", "Papin", ""), "Guilbaud",
          ("Guilbaud", "Haddad"), "+33261914815", doing=2),
    Bound("Commune de Talmont-Saint-Hilaire", K.COMMUNE, R.PARTNERSHIP, S.IN_FORCE, 210, ("Alain", "Ferchaud", ""),
          "Renaudin", ("Renaudin", "Bonnaud"), "+33261914816", months=24, renewal=Renewal.EXPRESS, doing=0),
    Bound("SAS 85", K.SAS, R.PARTNERSHIP, S.IN_FORCE, 150, ("Cécile", "Audouin", ""), "Le Goff",
          ("Le Goff", "Martineau"), "+33261914817", doing=2),
    Bound("Département de la Vendée", K.DEPARTMENT, R.PARTNERSHIP, S.IN_FORCE, 120, ("Yves", "Charneau", ""),
          "Pouvreau", ("Pouvreau",), "+33261914818", months=36, renewal=Renewal.NONE, is_amended=True),
    Bound("Clinique du Remblai", K.HOSPITAL, R.PARTNERSHIP, S.ENDED, 330, ("Estelle", "Fortin", ""), "Pouvreau",
          ("Pouvreau",), "+33261914819", months=10, renewal=Renewal.NONE, doing=0),
)  # fmt: skip
# Whether it is about the first article, what was said, what was answered.
COMMENTS = (
    (
        "3",
        "Préciser qui prévient le médecin traitant le week-end.",
        "Le service de sortie : le texte le dit désormais.",
    ),
    (False, "Bon pour le bureau.", "Merci."),
)
