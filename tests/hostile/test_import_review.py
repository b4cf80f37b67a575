"""The review of an import, acted upon with what it did not offer and when it is over."""

import pytest

from cptsapp.core.db import session
from cptsapp.directory.models import Place
from cptsapp.imports.models import Import, ImportItem, ImportState
from tests.hostile.test_import_files import EXTRACT, LIST, kept, read_all, send
from tests.hostile.tools import changed, check_refused, everything
from tests.imports.pages import NAME, extract, line

__all__ = ["kept"]


@pytest.fixture
def review(app, coordinator) -> str:
    """The review of a list: one person of an unknown commune, one of none, one who is sure."""
    rows = "Nom;Prénom;Profession;Commune\nZZUN;A;Infirmier;Nullepart\nZZDEUX;B;Infirmier;\n"
    rows += "ZZTROIS;C;Infirmier;Talmont-Saint-Hilaire\n"
    send(coordinator, LIST, rows.encode(), "liste.csv", subject="persons")
    here = f"/annuaire/imports/{session.query(Import).one().id}"
    columns = {"colonne-0": "last_name", "colonne-1": "first_name", "colonne-2": "profession", "colonne-3": "commune"}
    assert coordinator.post(f"{here}/colonnes", data=columns).status_code == 303
    read_all(app)
    assert session.query(Import).one().state is ImportState.REVIEW
    return here


@pytest.mark.database
@pytest.mark.parametrize("commune", ["99999", "x", "' OR 1=1", "85001", "", "8" * 5000])
def test_a_commune_that_was_not_offered_is_not_taken(review, coordinator, commune):
    for item_id in [item.id for item in session.query(ImportItem)]:
        sent = {"decision": "take", "commune": commune, "same": "1"}
        assert coordinator.post(f"{review}/fiches/{item_id}", data=sent).status_code in (303, 409, 422)
    for item_id in [item.id for item in session.query(ImportItem).filter_by(decision=None)]:
        coordinator.post(f"{review}/fiches/{item_id}", data={"decision": "leave"})
        coordinator.post(f"{review}/fiches/{item_id}", data={"decision": "later"})
    assert coordinator.post(f"{review}/appliquer").status_code in (303, 409)
    assert {place.commune_code for place in session.query(Place)} <= {"85288", "85194"}


@pytest.mark.database
def test_what_is_applied_is_neither_decided_nor_applied_again(review, coordinator):
    items = [item.id for item in session.query(ImportItem)]
    for item_id in items:
        coordinator.post(f"{review}/fiches/{item_id}", data={"decision": "later"})
    assert coordinator.post(f"{review}/appliquer").status_code == 303
    before = everything()
    check_refused(coordinator.post(f"{review}/appliquer"), 409)
    check_refused(coordinator.post(f"{review}/fiches/{items[0]}", data={"decision": "take"}), 409)
    check_refused(coordinator.post(f"{review}/abandonner"), 409)
    check_refused(coordinator.post(f"{review}/colonnes", data={"colonne-0": "last_name"}), 409)
    assert changed(before, everything()) == set()


@pytest.mark.database
def test_a_second_import_waits_for_the_first_and_is_not_kept(review, coordinator, kept):
    before = kept()
    answer = send(coordinator, EXTRACT, extract(line()), NAME)
    assert "un seul import à la fois" in check_refused(answer, 409)
    assert kept() == before


def test_an_item_of_another_import_is_not_decided(review, coordinator):
    item_id = session.query(ImportItem.id).first()[0]
    assert coordinator.post(f"/annuaire/imports/999/fiches/{item_id}", data={"decision": "take"}).status_code == 404
    assert coordinator.post(f"{review}/fiches/999999", data={"decision": "take"}).status_code == 404
