"""The campaign's page, its files and its paper show exactly what the summer of 2020 did (B47, B48, B50)."""

from html import unescape
from re import findall

import pytest

from cptsapp.core import french
from tests.activity.tables import as_screen, page_tables, read_csv, read_xlsx, table_headed
from tests.tools.summer import FIRST, GP_COUNT, PAY_CENTS, TAKEN, Summer

CAP = 20
TAKEN_IN_ALL, POSTED_IN_ALL = sum(TAKEN), 1000


@pytest.fixture
def summer(app, set_clock) -> Summer:
    played = Summer(app, set_clock)
    played.open_the_house()
    played.replay()
    return played


def expected_row(summer: Summer, gp: int) -> list[str]:
    posted, taken, came = (len(summer.posted(gp=gp)), len(summer.taken(gp=gp)), summer.came(gp=gp))
    beyond = summer.beyond_cap(gp, CAP)
    words = ", ".join(f"sem. du {week:%d/%m}\u00a0: {count} de plus" for week, count in beyond.items())
    return [
        summer.gps[gp].name,
        french.number(posted),
        french.number(len(summer.withdrawn(gp=gp))),
        french.number(taken),
        french.percent(taken, posted),
        "0",
        "0",
        french.number(taken - came),
        french.number(came),
        words or "0",
        french.money(came * PAY_CENTS),
        "à approuver",
    ]


def expected_total(summer: Summer) -> list[str]:
    taken, came = len(summer.taken()), summer.came()
    beyond = sum(sum(summer.beyond_cap(gp, CAP).values()) for gp in range(GP_COUNT))
    return [
        "Ensemble",
        french.number(POSTED_IN_ALL),
        french.number(len(summer.withdrawn())),
        french.number(taken),
        "59\u00a0%",
        "0",
        "0",
        french.number(taken - came),
        french.number(came),
        f"{beyond} de plus",
        french.money(came * PAY_CENTS),
        "à approuver",
    ]


@pytest.mark.long
def test_the_summer_of_2020(summer):
    check_the_story(summer)
    coordinator, url = summer.client(summer.coordinator_id), f"/campagnes/{summer.campaign_id}"
    page = unescape(coordinator.get(url).text)
    heads, *rows = [row[:12] for row in table_headed(page, "Médecin")]
    check_statement(summer, rows)
    check_weeks(summer, page)
    check_files(coordinator, url, heads, rows)
    check_figures(summer, coordinator)
    check_rows(summer, coordinator)
    check_own_statement(summer, url)


def check_the_story(summer: Summer) -> None:
    """What the script did is the summer that was told: 1,000 places, 590 taken, all of the last week's."""
    assert len(summer.posted()) == POSTED_IN_ALL
    assert len(summer.taken()) == TAKEN_IN_ALL == 590
    assert (len(summer.withdrawn()), summer.cancelled, summer.corrections) == (9, 15, 13)
    assert summer.beyond_cap(0, CAP)
    assert min(place.day for place in summer.places) == FIRST


def check_statement(summer: Summer, rows: list[list[str]]) -> None:
    """Each practitioner and the total, as the account has them."""
    assert sorted(rows[:-1]) == sorted(expected_row(summer, gp) for gp in range(GP_COUNT))
    assert rows[-1] == expected_total(summer)


def check_weeks(summer: Summer, page: str) -> None:
    """59 % over all, 100 % in the last week."""
    chart = next(table for table in page_tables(page) if any("Semaine" in row for row in table))
    by_label = {row[0]: row[1:] for row in chart if row}
    weeks = sorted({place.week for place in summer.places})
    assert by_label["Semaine"] == [f"{week:%d/%m}" for week in weeks]
    assert by_label["Publiés"] == [str(len(summer.posted(week=week))) for week in weeks]
    assert by_label["Pris"] == [str(len(summer.taken(week=week))) for week in weeks] == [str(n) for n in TAKEN]
    assert by_label["Taux"][-1] == "100\u00a0%"
    assert "59\u00a0% des publiés" in page


def check_files(client, url: str, heads: list[str], rows: list[list[str]]) -> None:
    """The files and the paper hold the very same rows."""
    for kind, read in (("csv", read_csv), ("xlsx", read_xlsx)):
        file_heads, *file_rows = read(client.get(f"{url}/releve.{kind}").data)
        assert file_heads == heads
        assert as_screen(file_rows, heads) == rows
    assert table_headed(client.get(f"{url}/imprimer").text, "Médecin") == [heads, *rows]


def check_figures(summer: Summer, client) -> None:
    """Calls, cancellations, answers, and both clocks."""
    page = client.get(f"/campagnes/chiffres?campagne={summer.campaign_id}&par=semaine").text
    names, *_weeks, last = table_headed(page, "Semaine du")
    total = dict(zip(names, last, strict=True))
    answers = [taken.answer for taken in summer.taken()]
    expected = {
        "Annulés": summer.cancelled,
        "Sans MT": answers.count("no"),
        "Avec MT": answers.count("yes"),
        "MT\u00a0?": answers.count("unknown"),
        "Adressés": summer.redirected,
        "En sus": summer.overbooked,
        "Sous 24\u00a0h": summer.within(24),
        "Sous 48\u00a0h": summer.within(48),
    }
    assert {name: total[name] for name in expected} == {name: str(count) for name, count in expected.items()}
    assert 0 < summer.within(24) < summer.within(48) < TAKEN_IN_ALL  # booked on Saturday for Monday afternoon


def check_rows(summer: Summer, client) -> None:
    """A number leads to as many rows, page after page."""
    link, seen = f"/campagnes/lignes?nombre=honores&campagne={summer.campaign_id}", 0
    while link:
        page = client.get(link).text
        seen += page.count('data-label="Heure"')
        following = findall(r'<a href="([^"]*)" rel="next"', page)
        link = unescape(following[0]) if following else ""
    assert seen == summer.came()


def check_own_statement(summer: Summer, url: str) -> None:
    """A practitioner reads their own acts, and what they are worth."""
    gp = summer.gps[0]
    acts = table_headed(summer.client(gp.user_id).get(f"{url}/medecins/{gp.person_id}").text, "Jour")
    assert len(acts) - 2 == summer.came(gp=0)
    assert acts[-1][3] == french.money(summer.came(gp=0) * PAY_CENTS)
