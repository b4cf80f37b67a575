"""Imports in a real browser: axe in light and dark, 360 px, the keyboard, and a file sent without a script."""

import pytest
from playwright.sync_api import Page, expect

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.imports.models import ImportState, ItemKind
from tests.browser.test_house_pages import widths
from tests.imports.pages import NAME, extract, line, make_item, open_import
from tests.tools import axe
from tests.tools.factories import acting

HOME = "/annuaire/imports"
SIDES = {
    "ours": {"fields": {"Téléphone": "02 61 91 54 02", "Exercice": "libéral"}},
    "found": {"fields": {"Téléphone": "02 61 91 50 77", "Exercice": "libéral, et salarié (EHPAD Les Tamaris)"}},
}
COMMUNES = [{"code": "85288", "name": "Talmont-Saint-Hilaire"}, {"code": "85194", "name": "Les Sables-d’Olonne"}]


@pytest.fixture
def review(cast) -> int:
    """A review with every kind of item."""
    made = open_import(
        by=acting(cast.administrator), state=ImportState.REVIEW, unchanged_count=641, outside_count=2391204
    )
    person = {"person_id": cast.gp_person.id}
    make_item(
        made,
        ItemKind.NEW,
        label="Dr Anne Pouvreau, médecin généraliste, Sainte-Foy",
        reason="N’est pas encore dans l’annuaire",
    )
    make_item(made, ItemKind.GONE, label="Sylvie Marchandeau, sage-femme", reason="N’est plus dans l’extrait", **person)
    reason = "Corrigé à la main\u202f; le fichier dit autre chose"
    make_item(
        made, ItemKind.DOUBTFUL, label="Carole Jolly, infirmière, Les Sables-d’Olonne", reason=reason, **SIDES, **person
    )
    make_item(
        made, ItemKind.DOUBTFUL, label="Julie Mercadal, infirmière, Les Achards", reason=reason, **SIDES, **person
    )
    undecided = "Commune indécise\u202f: 85800 couvre 3\u00a0communes"
    make_item(
        made,
        ItemKind.DOUBTFUL,
        label="Nicolas Ferrandi, pharmacien",
        reason=undecided,
        found={"communes": COMMUNES, "fields": {}},
    )
    make_item(made, ItemKind.UNREADABLE, label="Ligne 733019", reason="55 colonnes au lieu de 56", lines=[733019])
    session.commit()
    return made.id


@pytest.fixture
def reading(cast) -> int:
    """A reading at half."""
    columns = {
        "reading_since": "2026-07-20T12:31:00+00:00",
        "width": 56,
        "renamed": [["Libellé mode exercice", "Mode"]],
    }
    counts = {"file_bytes": 812_000_000, "read_bytes": 478_000_000, "line_count": 1_412_000, "outside_count": 1_410_853}
    return open_import(
        by=acting(cast.administrator), state=ImportState.READING, columns=columns, beat_at=clock.now(), **counts
    ).id


def check(page: Page, address: str) -> None:
    page.goto(address)
    assert axe.violations(page) == [], address
    wide, shown = widths(page)
    assert wide <= shown, address


LOOKS = [(False, False), (True, True)]
NAMES = ["1280", "360-sombre"]


@pytest.fixture(params=[pytest.param(LOOKS[0], marks=pytest.mark.long), LOOKS[1]], ids=NAMES)
def look(request, cast, open_as):
    """A browser of the coordinator at the desk and on a dark telephone, and what to call its pictures."""
    phone, dark = request.param
    page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    return page, NAMES[LOOKS.index(request.param)]


def test_the_review_has_no_fault(review, look, picture):
    page, name = look
    item_id = _number(page, review, "Carole Jolly")
    for address in (
        "",
        "?genre=nouveaux",
        "?genre=illisibles",
        "?genre=inchanges",
        f"?fiche={item_id}",
        "/abandonner",
        "/appliquer",
    ):
        check(page, f"{HOME}/{review}{address}")
        if address.startswith("?fiche"):
            picture(page, f"import-revue-{name}", full=True)


def _number(page: Page, review: int, who: str) -> str:
    page.goto(f"{HOME}/{review}?genre=douteux")
    row = page.locator("tr[data-row]", has_text=who)
    return (row.get_attribute("id") or "").removeprefix("fiche-")


def test_the_progress_has_no_fault(reading, look, picture):
    page, name = look
    check(page, f"{HOME}/{reading}")
    picture(page, f"import-progres-{name}", full=True)


def test_the_imports_of_before_have_no_fault(cast, look, picture):
    by = acting(session.merge(cast.administrator))
    ended = {"turn": None, "unchanged_count": 641, "outside_count": 2391204, "line_count": 2401885}
    past = open_import(by=by, state=ImportState.APPLIED, applied_at=clock.now(), applied_by_id=by.id, **ended)
    make_item(past, ItemKind.NEW, reason="")
    open_import(by=by, state=ImportState.FAILED, turn=None, reason="Ce fichier est vide.", file_name="liste.csv")
    open_import(by=by, state=ImportState.REVIEW)
    page, name = look
    for address in ("", f"/{past.id}", "/liste"):
        check(page, f"{HOME}{address}")
    page.goto(HOME)
    picture(page, f"import-liste-{name}", full=True)


def test_the_choice_of_a_file_has_no_fault(cast, instance, look, picture):
    (instance / "imports" / "depot").mkdir(parents=True)
    (instance / "imports" / "depot" / NAME).write_bytes(extract(line()))
    page, name = look
    for address in ("", "/extrait", "/liste"):
        check(page, f"{HOME}{address}")
    page.goto(f"{HOME}/extrait")
    picture(page, f"import-extrait-{name}", full=True)


def test_the_columns_of_a_list_have_no_fault(cast, look, tmp_path, picture):
    page, name = look
    send_list(page, tmp_path)
    check(page, page.url)
    picture(page, f"import-colonnes-{name}", full=True)


def send_list(page: Page, tmp_path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(
        "Nom;Prénom;Métier;Tél;CP;Ville;Remarques\nMercadal;Julie;IDE;0261914500;85440;Talmont;à rappeler\n"
    )
    page.goto(f"{HOME}/liste")
    page.get_by_label("Fichier", exact=True).set_input_files(path)
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url(f"**{HOME}/*")


def test_a_list_is_sent_and_mapped_without_a_script(cast, open_as, tmp_path):
    page = open_as(session.merge(cast.coordinator), javascript=False)
    send_list(page, tmp_path)
    page.get_by_role("button", name="Lire la liste").click()
    expect(page.get_by_text("En attente de lecture")).to_be_visible()


def test_an_extract_is_sent_without_a_script(cast, open_as, tmp_path):
    path = tmp_path / NAME
    path.write_bytes(extract(line()))
    page = open_as(session.merge(cast.coordinator), javascript=False)
    page.goto(f"{HOME}/extrait")
    page.get_by_label("Fichier", exact=True).set_input_files(path)
    page.get_by_role("button", name="Envoyer et lire").click()
    expect(page.get_by_text("En attente de lecture")).to_be_visible()


def test_doubts_are_decided_with_the_keyboard_alone(review, cast, open_as):
    page = open_as(session.merge(cast.coordinator))
    page.goto(f"{HOME}/{review}")
    page.get_by_role("link", name="Carole Jolly").focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr.opened h2")).to_contain_text("Carole Jolly")
    page.keyboard.press("Enter")
    expect(page.locator("tr.opened h2")).to_contain_text("Julie Mercadal")
    page.keyboard.press("Escape")
    expect(page.locator("tr.opened")).to_have_count(0)
    expect(page.get_by_role("link", name="Julie Mercadal")).to_be_focused()


def test_the_same_is_done_of_those_alike(review, cast, open_as):
    page = open_as(session.merge(cast.coordinator))
    page.goto(f"{HOME}/{review}?fiche={_number(page, review, 'Carole Jolly')}")
    page.get_by_label("Plus tard").check(force=True)
    page.get_by_role("button", name="faire de même").click()
    expect(page.get_by_text("Appliquer\u00a0: 1 à décider")).to_be_visible()


def test_a_commune_that_is_not_chosen_is_asked_for(review, cast, open_as):
    page = open_as(session.merge(cast.coordinator))
    page.goto(f"{HOME}/{review}?fiche={_number(page, review, 'Nicolas Ferrandi')}")
    page.wait_for_function("document.activeElement !== document.body")  # the choice takes the focus by itself
    page.keyboard.press("Enter")
    expect(page.get_by_text("Choisissez d’abord la commune")).to_be_visible()


def test_the_progress_follows_the_reading(reading, cast, open_as):
    from cptsapp.imports.models import Import

    page = open_as(session.merge(cast.coordinator))
    page.goto(f"{HOME}/{reading}")
    expect(page.get_by_text("1\u202f412\u202f000\u00a0lignes")).to_be_visible()
    session.get(Import, reading).line_count = 1_500_000
    session.commit()
    expect(page.get_by_text("1\u202f500\u202f000\u00a0lignes")).to_be_visible()
    session.get(Import, reading).state = ImportState.REVIEW
    session.commit()
    expect(page.get_by_text("Ce fichier ne change rien")).to_be_visible()
