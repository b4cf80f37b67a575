"""The cockpit of the plans: numbers that open their lists; without names nor small numbers for the board."""

from typing import Any

from flask import render_template, request, url_for

from cptsapp.accounts.current import me
from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.queries import figures
from cptsapp.care_plans.rules import figures as rules
from cptsapp.care_plans.rules.figures import ENGAGED, MEASURES, MET, OPEN, PARTS, Row
from cptsapp.care_plans.rules.states import WORDS
from cptsapp.care_plans.views.blueprint import blueprint
from cptsapp.core import addresses, french
from cptsapp.core.periods import months_later
from cptsapp.core.refusals import Forbidden, Invisible
from cptsapp.core.small import HIDDEN_WORDS, SMALL, SMALL_WORDS
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.http.access import requires
from cptsapp.territory import queries as territory

MONTHS = 12
PAGE = 100


def _names_plans(user: CurrentUser) -> bool:
    """Whether the user reads references, names and small numbers."""
    return "all" in user.scopes("plans.figures")


def _rows() -> list[Row]:
    today = territory.today()
    return figures.rows(months_later(today, -MONTHS), today)


@blueprint.get("/ppcs/chiffres")
@requires("plans.figures")
def figures_page() -> str:
    """Plans by state, reviews and commitments to hold, professionals engaged, days from request to meeting."""
    today, rows, names = territory.today(), _rows(), _names_plans(me())
    numbers = rules.numbers(rows, today)
    hidden = frozenset() if names else rules.hidden(numbers)
    engaged, met = len(figures.engaged()), rules.met(rows, months_later(today, -MONTHS))

    def opens(slug: str) -> bool:
        return names or len(rules.listed(rows, MEASURES[slug], today)) >= SMALL

    return render_template(
        "care_plans/figures.html",
        tiles={slug: _tile(slug, count, slug in hidden, opens(slug)) for slug, count in numbers.items()},
        parts=PARTS,
        others=[slug for slug in MEASURES if slug not in PARTS and slug != OPEN],
        open_slug=OPEN,
        measures=MEASURES,
        engaged=_tile(ENGAGED, engaged, not names and 0 < engaged < SMALL),
        met=_tile(MET, len(met), not names and 0 < len(met) < SMALL),
        median=_days_words(rules.median_days(met)) if names or len(met) >= SMALL or not met else HIDDEN_WORDS,
        has_plans=bool(rows),
        names=names,
        small=SMALL_WORDS,
    )


def _tile(slug: str, count: int, is_hidden: bool, opens: bool = True) -> dict[str, Any]:
    """A number as the reader may see it, and the address of its list."""
    if is_hidden:
        return {"value": SMALL_WORDS if count < SMALL else HIDDEN_WORDS, "url": "", "count": None}
    url = url_for(".figure_rows", slug=slug) if count and opens else ""
    return {"value": french.number(count), "url": url, "count": count}


def _days_words(days: float | None) -> str:
    if days is None:
        return "—"
    return f"{days:.0f}\u00a0j" if days == int(days) else f"{days:.1f}\u00a0j".replace(".", ",")


@blueprint.get("/ppcs/chiffres/<slug>")
@requires("plans.figures")
def figure_rows(slug: str) -> str:
    """The very rows a number counts: plans by their reference, or by the month alone for the board."""
    names = _names_plans(me())
    if slug == ENGAGED:
        return _engaged_page(names)
    found = _listed(slug, names)
    start = min(addresses.row_number(request.args.get("debut")) or 0, len(found))
    shown = found[start : start + PAGE]
    leads = figures.leads([row.plan_id for row in shown]) if names else {}
    return render_template(
        "care_plans/figure_rows.html",
        label=MEASURES[slug].label if slug in MEASURES else "Réunions tenues",
        definition=MEASURES[slug].definition if slug in MEASURES else _met_words(),
        number=rules.numbers(found, territory.today())[slug] if slug in MEASURES else len(found),
        rows=[_shown(row, leads) for row in shown],
        total=len(found),
        names=names,
        previous_url=url_for(".figure_rows", slug=slug, debut=max(start - PAGE, 0)) if start else "",
        next_url=url_for(".figure_rows", slug=slug, debut=start + PAGE) if start + PAGE < len(found) else "",
    )


def _met_words() -> str:
    return "Première visioconférence tenue dans les douze derniers mois\u202f; les jours se comptent de la demande."


def _listed(slug: str, names: bool) -> list[Row]:
    """The plans behind a number. Raises Invisible for no number, Forbidden for one that is not shown."""
    today, rows = territory.today(), _rows()
    if slug == MET:
        found, is_hidden = rules.met(rows, months_later(today, -MONTHS)), False
        is_hidden = 0 < len(found) < SMALL
    elif slug in MEASURES:
        found = rules.listed(rows, MEASURES[slug], today)
        # fewer plans than what is counted of them: two plans with five late commitments would point at someone
        is_hidden = slug in rules.hidden(rules.numbers(rows, today)) or 0 < len(found) < SMALL
    else:
        raise Invisible
    if is_hidden and not names:
        raise Forbidden
    return found


def _shown(row: Row, leads: Any) -> dict[str, Any]:
    """A plan as the list writes it: its reference for whoever opens plans, else the month."""
    today = territory.today()
    days = row.days_to_meeting
    return {
        "reference": f"PPCS {row.year}-{row.number:03d}",
        "url": f"/ppcs/{row.year}-{row.number}",
        "month": f"{french.MONTHS[row.opened_on.month - 1]} {row.opened_on.year}",
        "opened_on": row.opened_on,
        "state": WORDS[row.state],
        "lead": leads.get(row.plan_id, ""),
        "late": row.late,
        "review_on": min(row.reviews, default=None),
        "is_review_late": bool(row.reviews) and min(row.reviews) < today,
        "days": _days_words(days) if days is not None else "",
    }


def _engaged_page(names: bool) -> str:
    """Who is engaged; for the board, professions alone, and none when they are few."""
    found = figures.engaged()
    if not names and 0 < len(found) < SMALL:
        raise Forbidden
    start = min(addresses.row_number(request.args.get("debut")) or 0, len(found))
    order = found if names else sorted(found, key=lambda line: PROFESSION_LABELS[line.profession])
    return render_template(
        "care_plans/figure_people.html",
        people=[(line, PROFESSION_LABELS[line.profession]) for line in order[start : start + PAGE]],
        total=len(found),
        names=names,
        previous_url=url_for(".figure_rows", slug=ENGAGED, debut=max(start - PAGE, 0)) if start else "",
        next_url=url_for(".figure_rows", slug=ENGAGED, debut=start + PAGE) if start + PAGE < len(found) else "",
    )
