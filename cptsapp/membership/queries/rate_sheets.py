"""The page of the rate as a file: its numbers as they are on screen, then its rules and its source (B13)."""

from collections.abc import Iterator
from datetime import date

from cptsapp.core import clock, french, local
from cptsapp.core.tables import Column, Kind, Rate, Sheet, SheetRow, Value
from cptsapp.membership.queries.rate_page import Known, Reading
from cptsapp.membership.rules import rate_days
from cptsapp.membership.rules.rate import Changes, Count
from cptsapp.membership.rules.rate_lists import Cut
from cptsapp.membership.rules.rate_words import (
    CUT_LABELS,
    LANDMARK_LABELS,
    dated,
    reason_words,
    sentences,
)

UNKNOWN = "non connu"


def as_sheet(reading: Reading, reader: str) -> Sheet:
    """The numbers of the page, then what they are drawn from, and for whom they were counted when."""
    columns = (
        Column("part", "Tableau", Kind.TEXT),
        Column("label", "Intitulé", Kind.TEXT),
        Column("day", "Jour", Kind.DAY),
        Column("rate", "Taux", Kind.RATE),
        Column("members", "Adhérents"),
        Column("professionals", "Sur"),
        Column("former", f"Taux au {french.day_numeric(reading.former_day)}", Kind.RATE),
    )
    now = local.local(clock.now())
    made = f"Calculé le {dated(now.date())} à {french.hour(now)}, {reader}"
    rows = [*_numbers(reading), *_words(reading), ("Calcul", made, "", "", "", "", "")]
    return Sheet("Taux d’adhésion", columns, tuple(SheetRow(None, row) for row in rows))


def _numbers(reading: Reading) -> Iterator[tuple[Value, ...]]:
    known, day = reading.known, reading.wanted.day
    if known is None:
        yield "Taux d’adhésion", "Ensemble", day, UNKNOWN, UNKNOWN, UNKNOWN, ""
        return
    yield _row("Taux d’adhésion", "Ensemble", day, known.count)
    if reading.target is not None:
        yield "Cible", f"{reading.target}{french.NBSP}%", day, "", known.count.missing(reading.target), "", ""
    for landmark, point in known.landmarks.items():
        yield _row("Repères", LANDMARK_LABELS[landmark], point.day, point.count)
    for number, point in enumerate(known.points, start=1):
        is_last = number == len(known.points)
        yield _row("Évolution", rate_days.label(point.day, is_last), point.day, point.count)
    yield from _cut(reading, known)
    if known.changes is not None:
        yield from _changes(known.changes, reading.former_day)
    for reason, number in known.apart.items():
        yield "Adhérents hors du calcul", reason_words(reason, reading.rules, number), day, "", number, "", ""
    for reason, number in known.left_out.items():
        yield "Exercent ici sans compter", reason_words(reason, reading.rules, number), day, "", "", number, ""


def _row(part: str, label: str, day: date, count: Count | None) -> tuple[Value, ...]:
    if count is None:
        return part, label, day, UNKNOWN, UNKNOWN, UNKNOWN, ""
    return part, label, day, Rate(count.members, count.professionals, 1), count.members, count.professionals, ""


def _cut(reading: Reading, known: Known) -> Iterator[tuple[Value, ...]]:
    cut, day = reading.wanted.cut, reading.wanted.day
    part = "Part des adhérents, par collège" if cut is Cut.COLLEGE else f"Par {CUT_LABELS[cut].lower()}"
    for row in known.rows:
        former: Value = Rate(row.former.members, row.former.professionals) if row.former is not None else ""
        yield part, row.label, day, Rate(row.part, row.whole), row.part, row.whole, former


def _changes(changes: Changes, since: date) -> Iterator[tuple[Value, ...]]:
    part = f"Ce qui a changé depuis le {french.day_numeric(since)}"
    yield part, "Adhésions", since, "", len(changes.joined), "", ""
    yield part, "Fins d’adhésion", since, "", len(changes.ended), "", ""
    yield part, "Arrivées", since, "", "", len(changes.arrived), ""
    yield part, "Départs", since, "", "", len(changes.departed), ""


def _words(reading: Reading) -> Iterator[tuple[Value, ...]]:
    lines = [*sentences(reading.rules), "Une personne compte une fois.", rules_line(reading)]
    for line in lines:
        yield "Règles", line, "", "", "", "", ""
    for line in source_lines(reading):
        yield "Source", line, "", "", "", "", ""


def rules_line(reading: Reading) -> str:
    """Who set the rules, and when."""
    saved = reading.saved
    if saved.set_at is None:
        return "Règles d’origine, que personne n’a changées\u202f; tout jour passé se calcule avec elles."
    by = f" par {saved.author}" if saved.author else ""
    return f"Règles du {dated(local.local(saved.set_at).date())}{by}\u202f; tout jour passé se calcule avec elles."


def source_lines(reading: Reading) -> list[str]:
    """Where both numbers come from and who brought them in (B13)."""
    source = reading.source
    members = "Adhérents\u00a0: adhésions notées ici, leurs dates et leurs départs."
    if source is None or reading.since is None:
        return ["Professionnels\u00a0: aucun extrait RPPS n’a encore été appliqué.", members]
    author = source.display_name or "la ligne de commande"
    applied = dated(local.local(source.applied_at).date())
    first = f"Professionnels\u00a0: extrait RPPS du {dated(source.extract_on)}, appliqué le {applied} par {author}, "
    return [f"{first}et corrections notées ici. Connus depuis le {dated(reading.since)}.", members]
