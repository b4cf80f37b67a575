"""Who may import, what is open, and the files that are sent, chosen or refused."""

import io
import zipfile
from pathlib import Path

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.imports.models import Import, ImportKind, ImportState
from tests.imports.pages import HEADER, NAME, extract, line, open_import
from tests.tools.factories import acting, make_user

HOME = "/annuaire/imports"
EXTRACT = f"{HOME}/extrait"
LIST = f"{HOME}/liste"


@pytest.fixture
def office(cast, sign_in):
    """The coordinator's browser."""
    return sign_in(cast.coordinator)


def send(client, content: bytes, name: str = NAME, **fields: str):
    return client.post(EXTRACT, data={"file": (io.BytesIO(content), name), **fields})


def only() -> Import:
    return session.query(Import).one()


def stored(instance: Path) -> list[str]:
    folder = instance / "imports"
    return sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.exists() else []


# -- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ASSISTANT])
def test_the_office_imports(cast, sign_in, role):
    user = make_user(role)
    session.commit()
    assert "Importer l’extrait RPPS" in sign_in(user).get(HOME).text


@pytest.mark.parametrize("who", ["administrator", "gp", "secretary", "regulator", "treasurer", "board_member"])
def test_others_do_not(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).get(HOME).status_code == 403


def test_others_send_nothing(cast, sign_in, instance):
    assert send(sign_in(cast.gp), extract(line())).status_code == 403
    assert stored(instance) == []


def test_a_form_without_its_token_keeps_nothing(office, instance):
    answer = office.post(EXTRACT, data={"file": (io.BytesIO(extract(line())), NAME), "csrf_token": "forged"})
    assert answer.status_code == 400
    assert stored(instance) == []


# -- the extract ------------------------------------------------------------------------------------------------------


def test_an_extract_waits_to_be_read(office):
    answer = send(office, extract(line()))
    assert answer.headers["Location"] == f"{HOME}/{only().id}"
    assert (only().kind, only().state, only().file_name) == (ImportKind.EXTRACT, ImportState.WAITING, NAME)


def test_its_day_is_in_its_name(office):
    send(office, extract(line()))
    assert only().extract_on.isoformat() == "2026-07-06"


def test_a_day_that_is_typed_wins(office):
    send(office, extract(line()), extract_on="2026-07-01")
    assert only().extract_on.isoformat() == "2026-07-01"


def test_without_either_it_is_of_today(office):
    send(office, extract(line()), name="extrait.txt")
    assert only().extract_on.isoformat() == "2026-07-20"


def test_a_day_to_come_is_refused(office):
    answer = send(office, extract(line()), extract_on="2026-08-01")
    assert answer.status_code == 422
    assert "pas encore venue" in answer.text


def test_the_file_is_kept_for_the_application_alone(office, instance):
    send(office, extract(line()))
    kept = instance / "imports" / only().stored_as
    assert kept.read_bytes() == extract(line())
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_nothing_is_left_of_how_it_came(office, instance):
    send(office, extract(line()))
    assert stored(instance) == [only().stored_as]


@pytest.fixture
def big(app) -> bytes:
    """A file above the limit of the other pages, which the test makes low."""
    app.config["MAX_CONTENT_LENGTH"] = 20_000
    return extract(*[line()] * 200)


def test_a_large_file_is_taken_here_alone(office, big):
    assert send(office, big).status_code == 303
    refused = office.post("/annuaire/nouveau", data={"file": (io.BytesIO(big), NAME)})
    assert refused.status_code == 413


def test_a_large_file_of_someone_else_is_not_even_read(cast, sign_in, instance, big):
    assert send(sign_in(cast.gp), big).status_code == 413
    assert stored(instance) == []


def archive(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(f"{name}.txt", content)
    return made.getvalue()


STEM = NAME.removesuffix(".txt")


def test_the_archive_of_the_publisher_is_unpacked(office, instance):
    others = {"PS_LibreAcces_Dipl_AutExerc_202607060815": b"x"}
    send(office, archive(**{STEM: extract(line())}, **others), name="PS_LibreAcces_202607060815.zip")
    assert (instance / "imports" / only().stored_as).read_bytes() == extract(line())
    assert (only().file_name, only().file_bytes) == (NAME, len(extract(line())))


def test_an_archive_without_the_file_is_refused(office, instance):
    answer = send(office, archive(a=b"x", b=b"y"), name="x.zip")
    assert answer.status_code == 409
    assert "ne contient pas le fichier" in answer.text
    assert stored(instance) == []


def test_a_broken_archive_is_refused(office, instance):
    answer = send(office, archive(**{STEM: extract(*[line()] * 50)})[:200], name="x.zip")
    assert "ne s’ouvre pas" in answer.text
    assert stored(instance) == []


def test_a_file_of_another_kind_is_refused(office, instance):
    answer = send(office, b"Nom;Prenom\nLe Goff;Yann\n")
    assert answer.status_code == 409
    assert "n’est pas l’extrait RPPS" in answer.text
    assert stored(instance) == []


def test_a_missing_column_is_named(office):
    answer = send(office, HEADER.replace("Code profession", "Rien").encode() + b"\nx|\n")
    assert "« Code profession »" in answer.text.replace("\xa0", " ")


def test_an_empty_file_is_refused(office):
    assert "Ce fichier est vide" in send(office, b"").text


def test_a_file_of_titles_alone_is_refused(office):
    assert "ne contient personne" in send(office, extract()).text


def test_no_file_at_all_is_refused(office):
    answer = office.post(EXTRACT, data={})
    assert answer.status_code == 422
    assert "Choisissez un fichier" in answer.text


# -- the depot --------------------------------------------------------------------------------------------------------


@pytest.fixture
def depot(app, instance) -> Path:
    """The folder of the depot, with one extract."""
    folder = instance / "imports" / "depot"
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(extract(line()))
    return folder


def test_a_file_of_the_depot_is_offered(depot, office):
    page = office.get(EXTRACT).text
    assert NAME in page
    assert "06/07/2026" in page


def test_a_file_of_the_depot_is_read_in_one_click(depot, office):
    office.post(f"{EXTRACT}/depot", data={"name": NAME})
    assert (only().file_name, only().extract_on.isoformat()) == (NAME, "2026-07-06")
    assert (depot / NAME).exists()


@pytest.mark.parametrize("name", ["absent.txt", "../../keys.json", "/etc/passwd", ""])
def test_nothing_else_is_read_from_the_depot(depot, office, name):
    answer = office.post(f"{EXTRACT}/depot", data={"name": name})
    assert answer.status_code in (409, 422)
    assert session.query(Import).count() == 0


def test_a_link_in_the_depot_leads_nowhere(depot, office, instance):
    (depot / "a.txt").symlink_to(instance / "keys.json")
    assert "a.txt" not in office.get(EXTRACT).text
    assert office.post(f"{EXTRACT}/depot", data={"name": "a.txt"}).status_code == 409


# -- one at a time ----------------------------------------------------------------------------------------------------


def test_what_is_open_is_said_with_who_and_since_when(cast, office):
    open_import(by=acting(cast.administrator))
    page = office.get(HOME).text
    assert "Maxime Roy" in page
    assert "lundi 20 juillet à 14h32" in page


def test_a_second_import_is_refused_with_the_name_of_the_first(cast, office, instance):
    open_import(by=acting(cast.administrator))
    answer = send(office, extract(line()))
    assert answer.status_code == 409
    assert "Maxime Roy importe déjà un fichier" in answer.text
    assert stored(instance) == []


def test_a_second_list_is_refused_too(cast, office):
    open_import(by=acting(cast.administrator))
    answer = office.post(LIST, data={"file": (io.BytesIO(b"Nom;Prenom\na;b\n"), "l.csv"), "subject": "persons"})
    assert answer.status_code == 409


def test_nothing_yet_says_what_to_do_first(office):
    assert "Aucun import encore" in office.get(HOME).text


def test_past_imports_are_listed(cast, office):
    open_import(state=ImportState.ABANDONED, turn=None)
    page = office.get(HOME).text
    assert "abandonné" in page
    assert "Extrait RPPS du 06/07/2026" in page
