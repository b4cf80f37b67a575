"""The rate in French: its rules as sentences, what its lists are called."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from cptsapp.core import french
from cptsapp.directory.models import College, PracticeMode, Profession
from cptsapp.directory.rules.membership import COLLEGE_LABELS
from cptsapp.directory.rules.words import PROFESSION_PLURALS
from cptsapp.membership.rules.rate import CountingRules
from cptsapp.membership.rules.rate_days import Landmark
from cptsapp.membership.rules.rate_lists import Cut, Reason, Who

CUT_LABELS: Mapping[Cut, str] = MappingProxyType(
    {
        Cut.PROFESSION: "Profession",
        Cut.COMMUNE: "Commune",
        Cut.MODE: "Pratique",
        Cut.COLLEGE: "Collège",
        Cut.REASON: "Motif",
    }
)
MODE_PLURALS: Mapping[PracticeMode, str] = MappingProxyType(
    {
        PracticeMode.LIBERAL: "Libéraux",
        PracticeMode.SALARIED: "Salariés",
        PracticeMode.LOCUM: "Remplaçants",
        PracticeMode.VOLUNTEER: "Bénévoles",
    }
)
# One and several, as in « 1 adhérent à jour », « 292 adhérents à jour ».
WHO_WORDS: Mapping[Who, tuple[str, str]] = MappingProxyType(
    {
        Who.MEMBERS: ("adhérent à jour", "adhérents à jour"),
        Who.PROFESSIONALS: ("professionnel du territoire", "professionnels du territoire"),
        Who.OTHERS: ("professionnel non adhérent", "professionnels non adhérents"),
        Who.ALL_MEMBERS: ("adhérent, compté ou non", "adhérents, comptés ou non"),
        Who.APART: ("adhérent hors du calcul", "adhérents hors du calcul"),
        Who.LEFT_OUT: ("personne qui exerce ici sans être comptée", "personnes qui exercent ici sans être comptées"),
        Who.JOINED: ("adhésion", "adhésions"),
        Who.ENDED: ("fin d’adhésion", "fins d’adhésion"),
        Who.ARRIVED: ("arrivée", "arrivées"),
        Who.DEPARTED: ("départ", "départs"),
        Who.DUE: ("adhésion à renouveler", "adhésions à renouveler"),
    }
)
WHO_SENTENCES: Mapping[Who, str] = MappingProxyType(
    {
        Who.MEMBERS: "Ceux des professionnels comptés dont l’adhésion est active ce jour-là.",
        Who.PROFESSIONALS: "Ceux que les règles comptent, adhérents ou non.",
        Who.OTHERS: "Ceux que les règles comptent et dont aucune adhésion n’est active ce jour-là.",
        Who.ALL_MEMBERS: "Toutes les adhésions actives ce jour-là\u00a0: personnes et structures.",
        Who.APART: "Leur adhésion est active ce jour-là, mais les règles ne les comptent pas dans le taux.",
        Who.LEFT_OUT: "Leur activité sur le territoire est connue, mais les règles ne la comptent pas.",
        Who.JOINED: "Adhérents comptés au second jour et pas au premier.",
        Who.ENDED: "Adhérents comptés au premier jour et plus au second.",
        Who.ARRIVED: "Professionnels comptés au second jour et pas au premier.",
        Who.DEPARTED: "Professionnels comptés au premier jour et plus au second.",
        Who.DUE: "Adhésions actives qui prennent fin dans l’année, sans suite notée ni départ annoncé.",
    }
)
LANDMARK_LABELS: Mapping[Landmark, str] = MappingProxyType(
    {
        Landmark.QUARTER: "fin du trimestre précédent",
        Landmark.DAYS: "30 jours avant",
        Landmark.YEAR: "un an plus tôt",
    }
)
_REASONS: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        Reason.STRUCTURE: ("structure", "structures"),
        Reason.ELSEWHERE: ("personne sans exercice ici ce jour-là", "personnes sans exercice ici ce jour-là"),
        Reason.PROFESSION: ("personne d’une autre profession", "personnes d’une autre profession"),
        Reason.LOCUM: ("remplaçant", "remplaçants"),
        Reason.SALARIED: ("salarié", "salariés"),
        Reason.LIBERAL: ("libéral", "libéraux"),
        Reason.VOLUNTEER: ("bénévole", "bénévoles"),
    }
)
_NUMBERS = ("Aucune", "Une", "Deux", "Trois", "Quatre", "Cinq", "Six", "Sept", "Huit", "Neuf", "Dix", "Onze", "Douze")


def counted(number: int, words: tuple[str, str]) -> str:
    """A number and its noun: « 292 adhérents à jour »."""
    return french.count(number, *words)


def signed(difference: int) -> str:
    """ "+22", "−4", "0"."""
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return f"{sign}{french.number(abs(difference))}"


def day_words(day: date) -> str:
    """ "30 juin", with its year when a sentence needs it."""
    return f"{'1er' if day.day == 1 else day.day} {french.MONTHS[day.month - 1]}"


def dated(day: date) -> str:
    """ "30 juin 2026"."""
    return f"{day_words(day)} {day.year}"


def reason_words(reason: Reason, rules: CountingRules, number: int = 2) -> str:
    """Why people are not counted, in the number asked: « salariés », « remplaçants depuis moins de 3 mois »."""
    word = _REASONS[reason][number > 1]
    if reason is Reason.LOCUM and PracticeMode.LOCUM in rules.modes:
        return f"{word} depuis moins de {rules.locum_months} mois"
    return word


def modes_sentence(rules: CountingRules) -> str:
    """Which ways of practising count."""
    usual = {PracticeMode.LIBERAL, PracticeMode.LOCUM}
    if rules.modes == usual or rules.modes == {PracticeMode.LIBERAL}:
        return "Activité libérale, même en partie."
    if rules.modes == frozenset(PracticeMode):
        return "Activité libérale, salariée, bénévole ou de remplacement."
    words = [MODE_PLURALS[mode].lower() for mode in PracticeMode if mode in rules.modes]
    return f"Seuls comptent\u00a0: {', '.join(words)}."


def locum_sentence(rules: CountingRules) -> str:
    """When a locum counts."""
    if PracticeMode.LOCUM not in rules.modes:
        return "Un remplaçant ne compte pas."
    if not rules.locum_months:
        return "Un remplaçant compte dès le premier jour."
    return f"Un remplaçant compte s’il remplace depuis {rules.locum_months} mois."


def professions_sentence(rules: CountingRules) -> str:
    """Which professions count, named."""
    names = [PROFESSION_PLURALS[p].lower() for p in Profession if p in rules.professions]
    count = len(names)
    written = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{written} profession{'s' if count > 1 else ''}\u00a0: {', '.join(names)}."


def sentences(rules: CountingRules) -> list[str]:
    """The rules that are settings, in words: as the page, its files and its history say them."""
    return [modes_sentence(rules), professions_sentence(rules), locum_sentence(rules)]


def key_label(cut: Cut, key: str, communes: Mapping[str, str]) -> str:
    """What a row of a cut is called; `communes` names those of the territory."""
    if cut is Cut.COMMUNE:
        return communes.get(key, key)
    if cut is Cut.PROFESSION:
        return PROFESSION_PLURALS[Profession(key)]
    if cut is Cut.MODE:
        return MODE_PLURALS[PracticeMode(key)]
    label = COLLEGE_LABELS[College(key)]
    return label[0].upper() + label[1:]
