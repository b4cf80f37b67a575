"""The review: tiles, lists, the open item, deciding, applying, abandoning, exporting; and someone who was quicker."""

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.imports import reviewing
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.models import Decision, Import, ImportItem, ImportState, ItemKind
from tests.imports.pages import make_item, open_import
from tests.tools.factories import acting

HTMX = {"HX-Request": "true"}


@pytest.fixture
def office(cast, sign_in):
    """The coordinator's browser."""
    return sign_in(cast.coordinator)


@pytest.fixture
def review(cast) -> int:
    """The number of an import to review: one new, one gone, three doubtful for two reasons, one lost line."""
    made = open_import(
        by=acting(cast.coordinator), state=ImportState.REVIEW, outside_count=2391204, unchanged_count=641
    )
    make_item(made, ItemKind.NEW, label="Dr Anne Pouvreau", reason="")
    make_item(made, ItemKind.GONE, label="Sylvie Marchandeau", reason="Absente du fichier", person_id=cast.gp_person.id)
    make_item(made, ItemKind.DOUBTFUL, label="Julie Mercadal", reason="Numéro déjà pris", person_id=cast.gp_person.id)
    make_item(made, ItemKind.DOUBTFUL, label="Carole Jolly", reason="Numéro déjà pris", person_id=cast.gp_person.id)
    make_item(made, ItemKind.DOUBTFUL, label="Nicolas Ferrandi", reason="Code inconnu", lines=[44871, 44872])
    make_item(made, ItemKind.UNREADABLE, label="", reason="55 colonnes au lieu de 56", lines=[733019])
    session.commit()
    return made.id


def url(review: int, *more: str) -> str:
    return "/".join((f"/annuaire/imports/{review}", *more))


def item_of(label: str) -> ImportItem:
    return session.query(ImportItem).filter_by(label=label).one()


def decide(client, label: str, decision: str = "keep_ours", **more: str):
    item = item_of(label)
    headers = more.pop("headers", None)
    return client.post(
        url(item.import_id, "fiches", str(item.id)), data={"decision": decision, **more}, headers=headers
    )


def decision_of(label: str) -> Decision | None:
    session.expire_all()
    return item_of(label).decision


def decide_all() -> None:
    for item in session.query(ImportItem).filter_by(kind=ItemKind.DOUBTFUL):
        item.decision = Decision.LATER
    session.commit()


# -- what one sees ----------------------------------------------------------------------------------------------------


def test_tiles_count_everything(office, review):
    page = office.get(url(review)).text
    for words in ("<b>1</b>Nouveaux", "<b>3</b>Douteux", "<b>641</b>Inchangés", "<b>2\u202f391\u202f204</b>Hors"):
        assert words in page


def test_it_opens_on_what_must_be_decided(office, review):
    page = office.get(url(review)).text
    assert "Julie Mercadal" in page
    assert "Anne Pouvreau" not in page


def test_a_tile_opens_its_list(office, review):
    assert "Dr Anne Pouvreau" in office.get(url(review), query_string={"genre": "nouveaux"}).text


@pytest.mark.parametrize(("word", "said"), [("inchanges", "641"), ("hors-territoire", "2\u202f391\u202f204")])
def test_what_is_not_listed_is_explained(office, review, word, said):
    assert f"{said}\u00a0" in office.get(url(review), query_string={"genre": word}).text


def test_applying_waits_for_decisions(office, review):
    page = office.get(url(review)).text
    assert "Appliquer\u00a0: 3 à décider" in page
    assert f"{url(review)}/appliquer" not in page


def test_lines_are_told(office, review):
    assert "44\u202f871 et 44\u202f872" in office.get(url(review)).text


def test_a_file_that_changes_nothing_says_so(cast, office):
    made = open_import(state=ImportState.REVIEW, unchanged_count=600)
    page = office.get(url(made.id)).text
    assert "Ce fichier ne change rien" in page
    assert f"{url(made.id)}/appliquer" in page


def test_a_long_list_is_cut_by_key(cast, office):
    made = open_import(state=ImportState.REVIEW)
    for number in range(120):
        make_item(made, ItemKind.NEW, label=f"Essai{number:03}", reason="")
    session.commit()
    first = office.get(url(made.id)).text
    assert ("Essai049" in first, "Essai050" in first) == (True, False)
    after = session.query(ImportItem).filter_by(label="Essai049").one().id
    second = office.get(url(made.id), query_string={"genre": "nouveaux", "apres": after}).text
    assert ("Essai050" in second, "Essai099" in second, "Essai100" in second) == (True, True, False)


def test_one_goes_back_by_key_too(cast, app):
    made = open_import(state=ImportState.REVIEW)
    items = [make_item(made, ItemKind.NEW, label=f"Essai{number}", reason="") for number in range(120)]
    shown = reviewing.listing(made, ItemKind.NEW, before=items[100].id)
    assert [item.id for item in shown.rows] == [item.id for item in items[50:100]]
    assert (shown.before, shown.after) == (items[50].id, items[99].id)


def test_an_open_item_shows_its_choices(office, review):
    page = office.get(url(review), query_string={"fiche": item_of("Julie Mercadal").id}).text
    for words in ("Garder le nôtre", "Prendre le fichier", "Deux personnes", "Plus tard"):
        assert words in page


def test_nobody_of_ours_gives_nothing_to_keep(office, review):
    page = office.get(url(review), query_string={"fiche": item_of("Nicolas Ferrandi").id}).text
    assert "Ne pas ajouter" in page
    assert "Deux personnes" not in page


def test_an_item_of_another_import_does_not_open(office, review):
    other = open_import(state=ImportState.ABANDONED, turn=None)
    item = make_item(other, ItemKind.NEW)
    session.commit()
    assert office.get(url(review), query_string={"fiche": item.id}).status_code == 404


@pytest.mark.parametrize("value", ["x", "-1", "99999999999", "²"])
def test_odd_addresses_open_the_list(office, review, value):
    assert office.get(url(review), query_string={"apres": value, "genre": value, "avant": value}).status_code == 200


def test_a_row_opens_in_place(office, review):
    item_id = item_of("Julie Mercadal").id
    fragment = office.get(url(review), query_string={"fiche": item_id}, headers=HTMX).text
    assert fragment.lstrip().startswith('<div id="revue"')
    assert "<html" not in fragment


# -- deciding ---------------------------------------------------------------------------------------------------------


def test_deciding_opens_the_next(office, review):
    answer = decide(office, "Julie Mercadal")
    assert answer.status_code == 303
    assert f"fiche={item_of('Carole Jolly').id}" in answer.headers["Location"]
    assert decision_of("Julie Mercadal") is Decision.KEEP_OURS


def test_deciding_in_place_opens_the_next(office, review):
    fragment = decide(office, "Julie Mercadal", headers=HTMX).text
    assert "Décidé</b>\u00a0: garder le nôtre" in fragment
    assert f'<tr class="opened" id="fiche-{item_of("Carole Jolly").id}"' in fragment


def test_the_same_may_be_decided_of_those_alike(office, review):
    decide(office, "Julie Mercadal", "later", same="1")
    assert decision_of("Carole Jolly") is Decision.LATER
    assert decision_of("Nicolas Ferrandi") is None


def test_those_alike_are_counted(office, review):
    page = office.get(url(review), query_string={"fiche": item_of("Julie Mercadal").id}).text
    assert "1\u00a0autre fiche est dans le même cas" in page


def test_a_decision_may_change(office, review):
    decide(office, "Julie Mercadal")
    decide(office, "Julie Mercadal", "later")
    assert decision_of("Julie Mercadal") is Decision.LATER


@pytest.mark.parametrize("word", ["", "delete", "TAKE"])
def test_no_decision_is_refused(office, review, word):
    answer = decide(office, "Julie Mercadal", word)
    assert answer.status_code == 422
    assert "Choisissez ce qu’il faut faire" in answer.text


def test_a_commune_must_be_chosen_first(office, review):
    item = item_of("Nicolas Ferrandi")
    item.found = {"communes": [{"code": "85288", "name": "Talmont-Saint-Hilaire"}]}
    session.commit()
    answer = decide(office, "Nicolas Ferrandi", "take")
    assert answer.status_code == 409
    assert "Choisissez d’abord la commune" in answer.text


def test_others_decide_nothing(cast, sign_in, review):
    assert decide(sign_in(cast.gp), "Julie Mercadal").status_code == 403
    assert decision_of("Julie Mercadal") is None


# -- the end ----------------------------------------------------------------------------------------------------------


def test_what_applying_does_is_said_before(office, review):
    decide_all()
    page = office.get(url(review, "appliquer")).text
    for words in ("1\u00a0fiche créée", "1\u00a0départ noté", "3\u00a0remises à plus tard", "1\u00a0ligne illisible"):
        assert words in page


def test_applying_with_something_to_decide_is_refused(office, review):
    answer = office.post(url(review, "appliquer"))
    assert answer.status_code == 409
    assert "Il reste 3\u00a0fiches à décider" in answer.text


def test_abandoning_asks_first(office, review):
    decide(office, "Julie Mercadal")
    page = office.get(url(review, "abandonner")).text
    assert "1\u00a0décision prise est perdue" in page
    assert session.get(Import, review).state is ImportState.REVIEW


def test_abandoning_frees_the_turn(office, review):
    office.post(url(review, "abandonner"))
    assert session.get(Import, review).state is ImportState.ABANDONED
    assert session.get(Import, review).turn is None


def end(review: int, state: ImportState = ImportState.ABANDONED) -> None:
    """Someone else is quicker."""
    made = session.get(Import, review)
    made.state, made.turn = state, None
    session.commit()


@pytest.mark.parametrize("act", ["appliquer", "abandonner"])
def test_who_comes_after_the_end_is_told(office, review, act):
    decide_all()
    end(review)
    answer = office.post(url(review, act))
    assert answer.status_code == 409
    assert "vient d’être terminé par quelqu’un d’autre" in answer.text


def test_who_decides_after_the_end_is_told(office, review):
    end(review)
    assert decide(office, "Julie Mercadal").status_code == 409
    assert decision_of("Julie Mercadal") is None


def test_who_decides_in_place_after_the_end_is_led_there(office, review):
    end(review)
    answer = decide(office, "Julie Mercadal", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"].split("?")[0]) == (409, url(review))


def test_a_failed_import_says_why(cast, office):
    made = open_import(state=ImportState.FAILED, turn=None, reason="Le fichier a disparu.")
    page = office.get(url(made.id)).text
    assert "Le fichier a disparu." in page
    assert "L’annuaire n’a pas changé" in page


# -- export -----------------------------------------------------------------------------------------------------------


def test_unreadable_lines_are_exported(office, review):
    answer = office.get(url(review, "exporter"), query_string={"genre": "illisibles"})
    assert answer.mimetype == "text/csv"
    assert "733019" in answer.text
    assert "55 colonnes au lieu de 56" in answer.text


def test_doubtful_items_are_exported_with_their_choice(office, review):
    decide(office, "Julie Mercadal")
    text = office.get(url(review, "exporter"), query_string={"genre": "douteux"}).text
    assert "44871 44872;Nicolas Ferrandi;Code inconnu;à décider" in text
    assert "Julie Mercadal;Numéro déjà pris;garder le nôtre" in text


def test_nothing_else_is_exported(office, review):
    assert "Anne Pouvreau" not in office.get(url(review, "exporter"), query_string={"genre": "nouveaux"}).text


def test_what_changed_since_the_review_is_shown_again(office, review, monkeypatch):
    decide_all()

    def refuse(*_args, **_kwargs):
        raise Refusal("L’annuaire a changé depuis la revue.")

    monkeypatch.setattr(lifecycle, "apply", refuse)
    answer = office.post(url(review, "appliquer"))
    assert answer.status_code == 409
    assert "L’annuaire a changé depuis la revue" in answer.text
    assert "Revue de l’extrait RPPS" in answer.text


def test_unreadable_lines_that_are_not_listed_are_counted(cast, office):
    made = open_import(state=ImportState.REVIEW, columns={"unreadable_more": 41})
    make_item(made, ItemKind.UNREADABLE, label="Ligne 2", reason="3 colonnes au lieu de 56")
    session.commit()
    page = office.get(url(made.id)).text
    assert "<b>42</b>Illisibles" in page
    assert "41\u00a0autres lignes illisibles ne sont pas listées" in page


def test_who_refuses_to_be_there_is_counted_and_not_named(cast, office):
    made = open_import(state=ImportState.REVIEW, columns={"kept_out": 2})
    assert "2\u00a0personnes qui refusent de figurer" in office.get(url(made.id, "appliquer")).text


@pytest.mark.parametrize(
    ("who", "genre", "value"),
    [
        ("Dr Anne Pouvreau", "nouveaux", "take"),
        ("Sylvie Marchandeau", "partis", "take"),
        ("Julie Mercadal", "douteux", "keep_ours"),
        ("Nicolas Ferrandi", "douteux", "take"),
    ],
)
def test_what_is_proposed_is_what_is_safe(office, review, who, genre, value):
    page = office.get(url(review), query_string={"genre": genre, "fiche": item_of(who).id}).text
    assert f'value="{value}" checked' in page


def test_a_newcomer_whose_number_is_doubted_is_not_proposed_as_added(cast, office):
    made = open_import(state=ImportState.REVIEW)
    found = {"record": {"doubts": ["Clé du RPPS fausse"]}}
    item = make_item(made, ItemKind.DOUBTFUL, found=found, needs_decision=True)
    session.commit()
    assert 'value="later" checked' in office.get(url(made.id), query_string={"fiche": item.id}).text


def test_a_change_that_nobody_need_decide_is_proposed_as_it_will_be_applied(cast, office):
    made = open_import(state=ImportState.REVIEW)
    item = make_item(made, ItemKind.CHANGED, person_id=cast.gp_person.id)
    session.commit()
    assert 'value="take" checked' in office.get(url(made.id), query_string={"fiche": item.id}).text


def test_what_leaves_is_in_the_trail(office, review, cast):
    office.get(url(review, "exporter"), query_string={"genre": "douteux"})
    noted = session.query(AuditEvent).filter_by(kind="import.exported").one()
    assert (noted.subject_id, noted.data) == (review, {"filter": "douteux", "rows": 3})
