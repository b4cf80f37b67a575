"""Makes a file in the format of the open RPPS extract, of any size: for the demonstration, the tests and the bench.

Everyone in it is invented: names are drawn from short lists, numbers are of a range that the register does not use
(they begin with 99) with a right key, telephones of the ranges kept for fiction. The same seed gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import BinaryIO

from cptsapp.core.text import fold
from cptsapp.directory.models import Profession
from cptsapp.directory.rules.numbers import luhn
from cptsapp.imports.rules.codes import PROFESSIONS, modes, professions, sectors
from cptsapp.imports.rules.columns import published
from cptsapp.territory import national
from cptsapp.territory.national import NationalCommune

P = Profession

LAST_NAMES = (
    *("ARBOIS", "BELLOUARD", "BRUNETIERE", "CAILLETEAU", "CHAIGNEPAIN", "COUTANSAIS", "DOUSSIN", "DRONNEAU"),
    *("ESNARD", "FOUCAUDIERE", "GABORIEAU", "GUILLONNEAU", "HERAULDEAU", "JAUFFRION", "LAIDETIERE", "LE BRAZIDEC"),
    *("MARSAULEAU", "MENANTEAU", "NOIRAULT", "ORDRONNEAU", "PELLETREAU", "QUAIREAU", "RABALLAND", "ROCHEREUIL"),
    *("SAUVAGEOT", "TARAUDEAU", "TRICHEREAU", "VALLETEAU", "VIOLLEAUD", "D'AUBIGNY", "EL MANSOURI", "NGUYEN DUC"),
    *("FERRANDI", "MERCADAL", "OKONJO", "SANTOLINI", "WISNIEWSKI", "YVARD", "ZANNIER", "BARANGER-LOUP"),
)
FIRST_NAMES = (
    *("ADELE", "AMINA", "BASTIEN", "CAMILLE", "CEDRIC", "CLEMENCE", "DAVID", "ELODIE", "ESTELLE", "FABIEN"),
    *("GAELLE", "HUGO", "INES", "JEAN-LUC", "JULIE", "KARIM", "LAURE", "MARION", "MEHDI", "NATHALIE"),
    *("NICOLAS", "NOEMIE", "OLIVIA", "PAUL", "QUENTIN", "ROMANE", "SAMUEL", "SOLENE", "SYLVIE", "THIBAULT"),
    *("URSULE", "VALENTIN", "VIOLETTE", "WILLIAM", "XAVIER", "YASMINE", "YOANN", "ZELIE"),
)
STREETS = (
    *(("RUE", "Rue", "DES TAMARIS"), ("RUE", "Rue", "DE L'OCEAN"), ("AV", "Avenue", "DE LA FORET")),
    *(("PL", "Place", "DU MARCHE"), ("RUE", "Rue", "DES SAUNIERS"), ("CHE", "Chemin", "DES DUNES")),
    *(("QUAI", "Quai", "DE LA REPUBLIQUE"), ("RUE", "Rue", "DU MOULIN"), ("ALL", "Allée", "DES PINS")),
    *(("RUE", "Rue", "NATIONALE"), ("BD", "Boulevard", "DE L'OUEST"), ("IMP", "Impasse", "DU FOUR")),
)
# How many of a hundred or so; doctors are drawn apart, by their speciality.
WEIGHTS = {
    "10": 17, "21": 9, "26": 2, "28": 3, "31": 1, "40": 6, "50": 3, "60": 32, "70": 15, "80": 3, "86": 1,
    "91": 5, "92": 1, "93": 5, "94": 2, "95": 2, "96": 1, "98": 2,
}  # fmt: skip
SKILLS = (
    *((("SM54", "Médecine Générale"),) * 6), ("SM26", "Qualifié en Médecine Générale"),
    ("SM53", "Spécialiste en Médecine Générale"), ("SM04", "Cardiologie et maladies vasculaires"),
    ("SM15", "Dermatologie et vénéréologie"), ("SM38", "Ophtalmologie"), ("SM42", "Psychiatrie"),
)  # fmt: skip
HOUSES = (
    ("SA52", "MAISON DE SANTE {}"), ("SA05", "CENTRE DE SANTE {}"), ("SA01", "CENTRE HOSPITALIER {}"),
    ("SA08", "CABINET DE GROUPE {}"),
)  # fmt: skip
PHONES = "026191"
ADDRESS = (
    "Numéro Voie (coord. structure)",
    "Code type de voie (coord. structure)",
    "Libellé type de voie (coord. structure)",
    "Libellé Voie (coord. structure)",
    "Bureau cedex (coord. structure)",
    "Code postal (coord. structure)",
    "Code commune (coord. structure)",
    "Libellé commune (coord. structure)",
)

Line = dict[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """Someone who must be in the file, because a directory has them: names as people write them, an INSEE code."""

    last_name: str
    first_name: str
    profession: Profession
    commune_code: str
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What file to make: how many lines in all, how many persons in these communes, and in what shape.

    Persons have a number from 0 on, the known ones first. From one file to the next of a same seed some may be
    `left_out` and some have `moved`: everyone else is the same.
    """

    lines: int
    seed: int = 1
    communes: tuple[str, ...] = ()
    persons: int = 600
    known: tuple[Known, ...] = ()
    left_out: frozenset[int] = frozenset()
    moved: frozenset[int] = frozenset()
    oddities: bool = True
    encoding: str = "utf-8"
    ending: str = "\n"
    columns: tuple[str, ...] = ()
    is_closed: bool = True
    begins_with: bytes = b""


def rpps(number: int) -> str:
    """The invented RPPS of this rank, its key right."""
    digits = f"99{number:08d}"
    return digits + str((10 - luhn(digits + "0")) % 10)


def generate(output: BinaryIO, options: Options) -> int:
    """Write the file as a stream; gives how many lines it has, its header included."""
    names = options.columns or published()
    close = "|" if options.is_closed else ""

    def write(cells: str) -> None:
        output.write((cells + options.ending).encode(options.encoding, "replace"))

    output.write(options.begins_with)
    write("|".join(names) + close)
    written = 1
    for line in _lines(options):
        write(line if isinstance(line, str) else "|".join([line.get(name, "") for name in names]) + close)
        written += 1
    return written


def _lines(options: Options) -> Iterator[Line | str]:
    """Lines of the territory spread among those of everywhere else, as in the real file."""
    random = Random(options.seed)
    inside: list[Line | str] = list(_inside(options, random))
    if options.oddities and options.communes:
        inside += odd_lines(_communes(options.communes), random)
    outside = _outside(random, frozenset(options.communes))
    wanted = max(options.lines - 1, len(inside))
    step = wanted / (len(inside) or 1)
    due, given = 0.0, 0
    for number in range(wanted):
        if given < len(inside) and number >= int(due):
            yield inside[given]
            given, due = given + 1, due + step
        else:
            yield next(outside)


def _communes(codes: Sequence[str]) -> list[NationalCommune]:
    return [found for code in codes if (found := national.commune(code))]


# -- the territory ----------------------------------------------------------------------------------------------------


def _inside(options: Options, random: Random) -> Iterator[Line]:
    communes = _communes(options.communes)
    if not communes:
        return
    # Towns have more practices than villages.
    weights = [commune.population + 500 for commune in communes]
    houses = [_house(number, random.choices(communes, weights)[0], random) for number in range(options.persons // 20)]
    for number, known in enumerate(options.known):
        lines = list(_known_lines(number, known, random))
        yield from () if number in options.left_out else lines
    for number in range(len(options.known), options.persons):
        commune = random.choices(communes, weights)[0]
        person = _person(number, random)
        lines = list(_lines_of(person, _practice(number, person, commune, houses, random), random))
        if number in options.moved:
            lines = list(_lines_of(person, [_practice(number, person, commune, (), Random(number))[0]], Random(number)))
        if number not in options.left_out:
            yield from lines


def _known_lines(number: int, known: Known, random: Random) -> Iterator[Line]:
    commune = national.commune(known.commune_code)
    code = next((code for code, found in PROFESSIONS.items() if found is known.profession), "10")
    person = _identity(
        number, known.last_name.upper(), known.first_name.upper(), "10" if known.profession is P.GP else code
    )
    if known.profession is P.GP:
        person |= _skill(SKILLS[0])
    if commune is None:
        return
    street = fold(known.address).upper()
    begins, _, rest = street.partition(" ")
    at = _address(commune, random) | {
        ADDRESS[0]: begins if begins[:1].isdigit() else "",
        ADDRESS[1]: "",
        ADDRESS[2]: "",
        ADDRESS[3]: rest if begins[:1].isdigit() else street,
        "Téléphone (coord. structure)": "0" + known.phone[3:] if known.phone.startswith("+33") else known.phone,
    }
    yield person | at | _mode("L", "SA07") | {"Identifiant technique de la structure": f"R9{number:014d}"}


def _person(number: int, random: Random) -> Line:
    code = random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    last_name, first_name = random.choice(LAST_NAMES), random.choice(FIRST_NAMES)
    if random.random() < 0.3:
        last_name = f"{last_name} {random.choice(LAST_NAMES)}"
    person = _identity(number, last_name, first_name, code)
    return person | _skill(random.choice(SKILLS)) if code == "10" else person


def _identity(number: int, last_name: str, first_name: str, code: str) -> Line:
    identifier = rpps(number)
    doctor = code == "10"
    return {
        "Type d'identifiant PP": "8",
        "Identifiant PP": identifier,
        "Identification nationale PP": f"8{identifier}",
        "Code civilité d'exercice": "DR" if doctor else "",
        "Libellé civilité d'exercice": "Docteur" if doctor else "",
        "Nom d'exercice": last_name,
        "Prénom d'exercice": first_name,
        "Code profession": code,
        "Libellé profession": professions()[code],
        "Code catégorie professionnelle": "C",
        "Libellé catégorie professionnelle": "Civil",
        "Autorité d'enregistrement": "CNOM/CNOM/ARS" if doctor else "ARS/ARS/ARS",
    }


def _skill(skill: tuple[str, str]) -> Line:
    return {
        "Code type savoir-faire": "S",
        "Libellé type savoir-faire": "Spécialité ordinale",
        "Code savoir-faire": skill[0],
        "Libellé savoir-faire": skill[1],
    }


def _mode(mode: str, sector: str) -> Line:
    return {
        "Code mode exercice": mode,
        "Libellé mode exercice": modes().get(mode, ""),
        "Code secteur d'activité": sector,
        "Libellé secteur d'activité": sectors().get(sector, ""),
        "Code rôle": "",
        "Code genre activité": "GENR01",
        "Libellé genre activité": "Activité standard de soin ou de pharmacien",
    }


def _address(commune: NationalCommune, random: Random) -> Line:
    """An address; the commune's code is missing two times in three, and the label is then that of the postal office."""
    kind, label, street = random.choice(STREETS)
    postcode = commune.postcodes[0] if commune.postcodes else ""
    office = fold(commune.name).upper().replace("SAINT ", "ST ")
    has_code = random.random() < 0.35
    values = (str(random.randint(1, 60)), kind, label, street, f"{postcode} {office}", postcode)
    return dict(
        zip(ADDRESS, (*values, commune.code if has_code else "", commune.name if has_code else ""), strict=True)
    )


def _house(number: int, commune: NationalCommune, random: Random) -> Line:
    """A structure where several practise, with its FINESS."""
    sector, name = random.choice(HOUSES)
    finess = f"{commune.department[:2]}99{number:05d}"
    return (
        _address(commune, random)
        | _mode("S" if sector in ("SA01", "SA05") else "L", sector)
        | {
            "Numéro FINESS site": finess,
            "Identifiant technique de la structure": f"F{finess}",
            "Raison sociale site": name.format(fold(commune.name).upper()),
            "Téléphone (coord. structure)": f"{PHONES}{9000 + number % 1000:04d}",
        }
    )


def _practice(
    number: int, person: Line, commune: NationalCommune, houses: Sequence[Line], random: Random
) -> list[Line]:
    """Where a person practises: a house or an address of their own; sometimes both."""
    sector = "SA33" if person["Code profession"] == "21" else "SA07"
    own = (
        _address(commune, random)
        | _mode("L", sector)
        | {"Téléphone (coord. structure)": f"{PHONES}{number % 10_000:04d}" if random.random() < 0.6 else ""}
    )
    if sector == "SA33":
        own["Raison sociale site"] = "PHARMACIE " + person["Nom d'exercice"]
    if random.random() < 0.5:
        own["Identifiant technique de la structure"] = f"R99{number:013d}"
    chance = random.random()
    if houses and sector != "SA33" and chance < 0.45:
        house = random.choice(houses)
        return [house] if chance < 0.35 else [own, house]
    return [own]


def _lines_of(person: Line, practices: Sequence[Line], random: Random) -> Iterator[Line]:
    for practice in practices:
        yield person | practice
        if person["Code profession"] == "10" and random.random() < 0.1:  # one line for each « savoir-faire »
            yield person | practice | _skill(("C35", "Médecine du sport"))


# -- everywhere else --------------------------------------------------------------------------------------------------


def _outside(random: Random, own: frozenset[str]) -> Iterator[Line | str]:
    """Lines of elsewhere, without end: a thousand are made, then come again under other numbers."""
    codes = [code for code, parent in national.codes() if code not in own and parent not in own]
    made = []
    for _ in range(1000):
        commune = national.commune(random.choice(codes))
        assert commune is not None  # its code comes from the list
        person = _person(0, random)
        line = person | _practice(random.randrange(10_000), person, commune, (), random)[0]
        if random.random() < 0.25:  # a quarter of the real file has no address at all
            line = {name: said for name, said in line.items() if name not in ADDRESS}
        made.append(line)
    number = 1_000_000
    while True:
        for line in made:
            number += 1
            identifier = rpps(number)
            yield line | {"Identifiant PP": identifier, "Identification nationale PP": f"8{identifier}"}


# -- oddities of the format -------------------------------------------------------------------------------------------


def odd_lines(communes: Sequence[NationalCommune], random: Random) -> list[Line | str]:
    """One line of each thing that goes wrong in real files, around these communes."""
    base = _identity(9_000_000, "BIZARRE", "ODETTE", "60") | _address(communes[0], random) | _mode("L", "SA07")

    def odd(rank: int, **values: str) -> Line:
        identifier = rpps(9_000_000 + rank)
        named = base | {"Identifiant PP": identifier, "Identification nationale PP": f"8{identifier}"}
        return named | {_ODD_NAMES[name]: said for name, said in values.items()}

    shared = _shared_postcode(communes)
    wrong = str((int(rpps(9_000_001)[-1]) + 1) % 10)
    found: list[Line | str] = [
        odd(1, identifier=rpps(9_000_001)[:-1] + wrong, last_name="LUHN"),
        odd(2, profession="97", last_name="PROFESSION"),
        odd(3, sector="SA99", last_name="SECTEUR"),
        odd(4, sector="SA64", last_name="TELECONSULTATION"),
        odd(5, sector="SA50", last_name="GARDE"),
        odd(6, country="99109", country_label="ALLEMAGNE", last_name="ETRANGER"),
        odd(7, identifier="", last_name="SANSNUMERO"),
        odd(8, last_name=""),
        odd(9, company='CABINET "LES DUNES"', last_name="GUILLEMETS"),
        odd(10, kind="0", identifier="859912345", last_name="ADELI"),
        odd(11, commune="", commune_label="", postcode="85999", cedex=f"85999 {_office(communes[0])} CEDEX 9"),
        "",
        "   ",
        f"8|{rpps(9_000_012)}|TRONQUEE|",
    ]
    if shared is not None:
        found.append(odd(13, commune="", commune_label="", postcode=shared, cedex="", last_name="INDECISE"))
    return found


_ODD_NAMES = {
    "kind": "Type d'identifiant PP",
    "identifier": "Identifiant PP",
    "last_name": "Nom d'exercice",
    "profession": "Code profession",
    "sector": "Code secteur d'activité",
    "company": "Raison sociale site",
    "commune": ADDRESS[6],
    "commune_label": ADDRESS[7],
    "postcode": ADDRESS[5],
    "cedex": ADDRESS[4],
    "country": "Code pays (coord. structure)",
    "country_label": "Libellé pays (coord. structure)",
}


def _office(commune: NationalCommune) -> str:
    return fold(commune.name).upper()


def _shared_postcode(communes: Sequence[NationalCommune]) -> str | None:
    """A postcode of ours that several communes have."""
    every = (postcode for commune in communes for postcode in commune.postcodes)
    return next((postcode for postcode in every if len(national.by_postcode(postcode)) > 1), None)
