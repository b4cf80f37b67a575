"""A list of structures: known by a number or by name, filled, disputed, added; and never made to leave."""

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.models import Organisation, OrganisationKind
from cptsapp.imports.actions import arrivals, lifecycle, turns
from cptsapp.imports.mapping import Field, Subject
from cptsapp.imports.models import Decision, Import, ImportItem, ImportState, ItemKind
from tests.tools.factories import acting, make_place

TITLES = "Nom de la structure;Type;N° FINESS;SIRET;Adresse;Code postal;Commune;Téléphone;Mail"
TAMARIS = (
    "EHPAD Les Tamaris;;850012345;;12 rue du Port;85440;Talmont-Saint-Hilaire;02 61 91 45 10;accueil@tamaris.example"
)


def make_organisation(**overrides) -> Organisation:
    """A structure of the directory."""
    values = {"name": "EHPAD Les Tamaris", "kind": OrganisationKind.CARE_HOME, "created_at": clock.now(), **overrides}
    made = Organisation(**values, folded=fold(values["name"]))
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def read(cast, tmp_path):
    """`read(line, …)` brings a list in up to its review, and gives its items."""

    def bring(*lines: str) -> list[ImportItem]:
        by = acting(session.merge(cast.coordinator))
        path = tmp_path / "structures.csv"
        path.write_text("\n".join([TITLES, *lines]))
        made = arrivals.receive_list(path, path.name, Subject.STRUCTURES, by=by)
        arrivals.choose_columns(made, {Field(name): n for name, n in made.columns["map"].items()}, by=by)
        session.commit()
        turns.read_waiting(clock.now())
        assert session.query(Import.state).order_by(Import.id.desc()).first()[0] is ImportState.REVIEW
        return session.query(ImportItem).order_by(ImportItem.id).all()

    return bring


def apply(cast) -> None:
    lifecycle.apply(session.query(Import).one(), by=acting(session.merge(cast.coordinator)))
    session.commit()


def only() -> Organisation:
    session.expire_all()
    return session.query(Organisation).one()


def test_a_structure_that_is_new_is_added_with_its_address(cast, read):
    (item,) = read(TAMARIS)
    assert (item.kind, item.label) == (ItemKind.NEW, "EHPAD Les Tamaris, EHPAD, Talmont-Saint-Hilaire")
    apply(cast)
    assert (only().kind, only().finess, only().phone) == (OrganisationKind.CARE_HOME, "850012345", "+33261914510")
    assert [(place.address, place.commune_code) for place in only().places] == [("12 rue du Port", "85288")]


def test_it_is_found_by_its_name_as_one_types(cast, read, sign_in):
    read(TAMARIS)
    apply(cast)
    assert "EHPAD Les Tamaris" in sign_in(cast.coordinator).get("/annuaire/structures").text


def test_what_ours_lacks_is_filled(cast, read):
    number = make_organisation(finess="850012345").id
    make_place(organisation_id=number, address="12, rue du Port")
    session.commit()
    (item,) = read(TAMARIS)
    assert (item.kind, item.organisation_id) == (ItemKind.CHANGED, number)
    apply(cast)
    assert (only().phone, only().mail) == ("+33261914510", "accueil@tamaris.example")
    assert len(only().places) == 1


def test_what_both_say_otherwise_waits(cast, read):
    number = make_organisation(finess="850012345", phone="+33261914599", mail="accueil@tamaris.example").id
    make_place(organisation_id=number, address="12 rue du Port")
    session.commit()
    (item,) = read(TAMARIS)
    assert (item.kind, item.needs_decision) == (ItemKind.DOUBTFUL, True)
    assert item.ours["fields"]["Téléphone"].replace("\xa0", " ") == "02 61 91 45 99"
    lifecycle.decide(item, Decision.KEEP_OURS, by=acting(cast.coordinator))
    apply(cast)
    assert only().phone == "+33261914599"


def test_the_file_may_win(cast, read):
    number = make_organisation(finess="850012345", phone="+33261914599", mail="accueil@tamaris.example").id
    make_place(organisation_id=number, address="12 rue du Port")
    session.commit()
    (item,) = read(TAMARIS)
    lifecycle.decide(item, Decision.TAKE, by=acting(cast.coordinator))
    apply(cast)
    assert only().phone == "+33261914510"


def test_the_same_list_twice_changes_nothing(cast, read):
    read(TAMARIS)
    apply(cast)
    assert len(read(TAMARIS)) == 1
    assert session.query(Import).order_by(Import.id.desc()).first().unchanged_count == 1


def test_a_name_alone_is_enough_in_its_commune(cast, read):
    number = make_organisation().id
    make_place(organisation_id=number)
    session.commit()
    (item,) = read(TAMARIS)
    assert item.organisation_id == number


def test_the_same_name_elsewhere_is_another_structure(cast, read):
    make_place(organisation_id=make_organisation(name="Pharmacie du Port").id, commune_code="85194")
    session.commit()
    (item,) = read("Pharmacie du Port;;;;3 quai du Port;85440;Talmont-Saint-Hilaire;;")
    assert (item.kind, item.organisation_id) == (ItemKind.NEW, None)


def test_a_number_that_is_not_right_waits_and_is_not_taken(cast, read):
    (item,) = read(TAMARIS.replace("850012345", "85X"))
    assert item.kind is ItemKind.DOUBTFUL
    assert "FINESS" in item.reason
    lifecycle.decide(item, Decision.TAKE, by=acting(cast.coordinator))
    apply(cast)
    assert only().finess is None


def test_a_spreadsheet_may_have_eaten_a_zero(cast, read):
    (item,) = read(TAMARIS.replace("850012345", "10012345"))
    assert item.found["structure"]["finess"] == "010012345"


def test_a_line_without_a_name_is_left_and_one_elsewhere_is_outside(cast, read):
    (item,) = read(";EHPAD;;;;;;;", "CHU;;;;1 rue X;75001;Paris;;")
    assert item.kind is ItemKind.UNREADABLE
    assert session.query(Import).one().outside_count == 1


def test_nobody_leaves(cast, read):
    make_organisation(name="Maison de santé du Payré", finess="850099999")
    assert [item.kind for item in read(TAMARIS)] == [ItemKind.NEW]


def test_a_structure_that_changed_since_the_review_stops_it_all(cast, read):
    number = make_organisation(finess="850012345").id
    read(TAMARIS)
    session.get(Organisation, number).phone = "+33261914500"
    session.commit()
    with pytest.raises(Exception, match="a changé depuis la revue"):
        apply(cast)
    session.rollback()
    assert only().mail is None


def test_the_review_shows_both_sides(cast, read, sign_in):
    make_organisation(finess="850012345", phone="+33261914599")
    items = read(TAMARIS)
    number = next(item.id for item in items if item.kind is ItemKind.DOUBTFUL)
    import_id = session.query(Import.id).scalar()
    page = sign_in(cast.coordinator).get(f"/annuaire/imports/{import_id}", query_string={"fiche": number}).text
    assert "Le fichier dit autre chose que la fiche" in page
    assert "Deux personnes" not in page
