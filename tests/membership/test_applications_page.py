"""The officers' pages: the lists of applications, one beside the directory, the decision; settings and texts."""

import re

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.directory.models import Membership, Person
from cptsapp.membership.actions.settings import save
from cptsapp.membership.models import Application, ApplicationState, MembershipSettings, MemberText, PeriodKind
from tests.tools.factories import acting, make_application, make_membership, make_organisation, make_person, make_user

TODAY = "2026-07-20"


@pytest.fixture
def officer(cast, sign_in):
    user = make_user(Role.OFFICER)
    session.commit()
    return sign_in(user)


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


@pytest.fixture
def asked(cast):
    made = make_application(last_name="Renaudin", first_name="Hélène", message="Bonjour")
    session.commit()
    return made.id


def approval(sheet, **more):
    return {"sheet": sheet, "college": "professionals", "decided_on": TODAY, "starts_on": TODAY, "fee": "10"} | more


def test_what_waits_is_listed_first_and_what_is_doubtful_apart(officer, asked):
    make_application(last_name="Robot", is_suspect=True)
    session.commit()
    page = officer.get("/adhesions/demandes").text
    assert "Hélène Renaudin" in page
    assert "Robot" not in page
    assert "Robot" in officer.get("/adhesions/demandes?etat=suspect").text


@pytest.mark.parametrize("state", ["received", "suspect", "approved", "refused", "withdrawn", "unheard-of"])
def test_an_empty_list_says_so(officer, state):
    assert "Aucune demande" in officer.get(f"/adhesions/demandes?etat={state}").text


def test_what_was_typed_stands_beside_the_sheet(officer, asked, cast):
    number = cast.gp_person.id
    page = officer.get(f"/adhesions/demandes/{asked}").text
    assert "Bonjour" in page
    assert "même nom" in page
    assert f'value="p{number}"' in page
    assert "helene.renaudin@cpts.example" in page


def test_the_only_sheet_of_the_same_number_is_chosen_already(officer, cast):
    number = make_person(rpps="10100354629").id
    asked = make_application(rpps="10100354629").id
    session.commit()
    assert re.search(rf'<input checked[^>]*value="p{number}"', officer.get(f"/adhesions/demandes/{asked}").text)


def test_an_officer_approves(officer, asked, cast):
    number = cast.gp_person.id
    answer = officer.post(f"/adhesions/demandes/{asked}/approuver", data=approval(f"p{number}"))
    assert answer.location.startswith(f"/adhesions/p{number}?approuvee=")
    assert "approuvée" in officer.get(answer.location).text
    assert session.query(Membership).one().fee_cents == 1000


def test_an_officer_approves_someone_who_has_no_sheet(officer, asked):
    before = session.query(Person).count()
    assert officer.post(f"/adhesions/demandes/{asked}/approuver", data=approval("new")).status_code == 303
    assert session.query(Person).count() == before + 1


def test_a_structure_is_approved(officer, cast):
    house = make_organisation(name="EHPAD des Dunes").id
    asked = make_application(organisation_name="EHPAD des Dunes", profession=None).id
    session.commit()
    answer = officer.post(f"/adhesions/demandes/{asked}/approuver", data=approval(f"o{house}", college="structures"))
    assert answer.location.startswith(f"/adhesions/o{house}")


def test_whose_sheet_must_be_said(officer, asked):
    answer = officer.post(f"/adhesions/demandes/{asked}/approuver", data=approval(""))
    assert (answer.status_code, "Dites de quelle fiche" in answer.text) == (422, True)


def test_a_sheet_that_was_not_offered_is_not_taken(officer, asked, cast):
    number = cast.other_gp_person.id
    assert officer.post(f"/adhesions/demandes/{asked}/approuver", data=approval(f"p{number}")).status_code == 422


@pytest.mark.database
def test_an_overlap_is_said_and_the_application_still_waits(officer, asked, cast):
    number = cast.gp_person.id
    make_membership(session.merge(cast.gp_person))
    session.commit()
    answer = officer.post(f"/adhesions/demandes/{asked}/approuver", data=approval(f"p{number}"))
    assert (answer.status_code, "Déjà adhérent du 01/01/2026" in answer.text) == (409, True)
    assert session.get(Application, asked).state is ApplicationState.RECEIVED


@pytest.mark.database
def test_the_second_officer_is_told(officer, asked, cast):
    number = cast.gp_person.id
    officer.post(f"/adhesions/demandes/{asked}/approuver", data=approval(f"p{number}"))
    answer = officer.post(f"/adhesions/demandes/{asked}/approuver", data=approval(f"p{number}"))
    assert (answer.status_code, "déjà approuvée" in answer.text) == (409, True)


def test_a_refusal_asks_for_a_reason(officer, asked):
    answer = officer.post(f"/adhesions/demandes/{asked}/refuser", data={"reason": "", "refused_on": TODAY})
    assert (answer.status_code, "Écrivez le motif" in answer.text) == (422, True)


def test_a_refusal_is_read_by_the_officers_afterwards(officer, asked):
    sent = {"reason": "exerce hors du territoire", "refused_on": TODAY}
    officer.post(f"/adhesions/demandes/{asked}/refuser", data=sent)
    assert "exerce hors du territoire" in officer.get(f"/adhesions/demandes/{asked}").text


def test_who_gives_up_is_noted(coordinator, asked):
    assert coordinator.post(f"/adhesions/demandes/{asked}/retirer").status_code == 303
    assert session.get(Application, asked).state is ApplicationState.WITHDRAWN


def test_a_doubtful_one_is_recognised(coordinator, cast):
    asked = make_application(is_suspect=True).id
    session.commit()
    coordinator.post(f"/adhesions/demandes/{asked}/reconnaitre")
    assert not session.get(Application, asked).is_suspect


@pytest.mark.parametrize(
    ("role", "reads", "decides"),
    [
        (Role.OFFICER, 200, 422),
        (Role.COORDINATOR, 200, 422),
        (Role.ASSISTANT, 200, 403),
        (Role.TREASURER, 200, 403),
        (Role.BOARD_MEMBER, 403, 403),
        (Role.PRACTITIONER, 403, 403),
    ],
)
def test_who_reads_and_who_decides(cast, sign_in, asked, role, reads, decides):
    user = make_user(role)
    session.commit()
    client = sign_in(user)
    assert client.get(f"/adhesions/demandes/{asked}").status_code == reads
    assert client.post(f"/adhesions/demandes/{asked}/approuver", data={}).status_code == decides


def test_an_application_that_does_not_exist_is_no_page(officer):
    assert officer.get("/adhesions/demandes/999999").status_code == 404


# -- noted by hand ----------------------------------------------------------------------------------------------------


def test_the_form_of_someone_known_is_filled_in(coordinator, cast):
    number = cast.gp_person.id
    page = coordinator.get(f"/adhesions/demandes/nouvelle?personne={number}").text
    assert 'value="Renaudin"' in page
    assert 'value="12, rue des Écoliers"' in page


def fields(page) -> dict[str, str]:
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page.text))
    chosen = re.findall(r'<select[^>]*name="([^"]+)".*?<option selected value="([^"]*)"', page.text, re.DOTALL)
    return {name: value for name, value in (found | dict(chosen)).items() if name != "csrf_token"}


def test_someone_known_says_yes_on_the_telephone(coordinator, cast):
    number = cast.gp_person.id
    page = coordinator.get(f"/adhesions/demandes/nouvelle?personne={number}")
    answer = coordinator.post("/adhesions/demandes/nouvelle", data=fields(page) | {"personne": number})
    made = session.query(Application).one()
    assert answer.location == f"/adhesions/demandes/{made.id}"
    assert (made.person_id, made.last_name) == (number, "Renaudin")


def test_the_application_that_waits_already_is_shown(coordinator, cast):
    number = cast.gp_person.id
    made = make_application(person_id=number).reference
    session.commit()
    assert made in coordinator.get(f"/adhesions/demandes/nouvelle?personne={number}").text


def test_a_structure_known_is_filled_in(coordinator, cast):
    number = make_organisation(name="EHPAD des Dunes", finess="850000012").id
    session.commit()
    page = coordinator.get(f"/adhesions/demandes/nouvelle?structure={number}").text
    assert 'value="EHPAD des Dunes"' in page
    assert 'value="850000012"' in page


def test_someone_unknown_is_noted_too(coordinator, cast):
    sent = {"first_name": "Inès", "last_name": "Le Goff", "profession": "nurse", "phone": "06 39 98 14 27"}
    more = {"title": "Mme", "college": "professionals", "commune_code": "", "once": "k"}
    assert coordinator.post("/adhesions/demandes/nouvelle", data=sent | more).status_code == 303
    assert session.query(Application).one().person_id is None


def test_someone_who_does_not_exist_is_no_form(coordinator):
    assert coordinator.get("/adhesions/demandes/nouvelle?personne=999999").status_code == 404


def test_what_is_missing_is_said(coordinator):
    answer = coordinator.post("/adhesions/demandes/nouvelle", data={"last_name": "", "college": "professionals"})
    assert answer.status_code == 422


# -- settings, texts --------------------------------------------------------------------------------------------------

SETTINGS = {
    "period_kind": "rolling",
    "person_fee": "10",
    "organisation_fee": "50,50",
    "reminder_days": "45",
    "is_open": "y",
    "target_percent": "60",
    "address": "3, rue du Port\n\n85440 Talmont-Saint-Hilaire ",
}


def test_the_settings_are_saved(coordinator):
    assert coordinator.post("/adhesions/reglages", data=SETTINGS).status_code == 303
    kept = session.get(MembershipSettings, 1)
    assert (kept.period_kind, kept.person_fee_cents, kept.organisation_fee_cents) == (PeriodKind.ROLLING, 1000, 5050)
    assert (kept.reminder_days, kept.is_open, kept.shows_members, kept.target_percent) == (45, True, False, 60)
    assert kept.address == "3, rue du Port\n85440 Talmont-Saint-Hilaire"


def test_the_form_shows_what_is_saved(coordinator, cast):
    save({"person_fee_cents": 1250, "target_percent": 60}, by=acting(cast.coordinator))
    session.commit()
    page = coordinator.get("/adhesions/reglages").text
    assert 'value="12,50"' in page
    assert 'value="60"' in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("reminder_days", "0", "De 1 à 120 jours"),
        ("target_percent", "120", "De 1 à 100"),
        ("person_fee", "2000", "dépasse"),
        ("address", "a\nb\nc\nd\ne\nf", "Cinq lignes"),
    ],
)
def test_a_setting_out_of_bounds_is_said(coordinator, field, typed, sentence):
    answer = coordinator.post("/adhesions/reglages", data=SETTINGS | {field: typed})
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_who_may_set(cast, sign_in):
    assert sign_in(cast.treasurer).get("/adhesions/reglages").status_code == 403
    assert sign_in(cast.administrator).get("/adhesions/reglages").status_code == 200


def test_a_text_is_published_then_replaced(coordinator):
    for version in range(2):
        page = coordinator.get("/adhesions/textes/charte/nouvelle")
        sent = {"once": f"k{version}", "after": fields(page)["after"], "body": f"Texte {version}"}
        assert coordinator.post("/adhesions/textes/charte/nouvelle", data=sent).status_code == 303
    assert [row.version for row in session.query(MemberText.version).order_by(MemberText.version)] == [1, 2]
    assert "en vigueur" in coordinator.get("/adhesions/textes").text


def test_a_text_sent_twice_is_published_once(coordinator):
    sent = {"once": "k", "after": "0", "body": "Texte"}
    answers = [coordinator.post("/adhesions/textes/charte/nouvelle", data=sent).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert session.query(MemberText).count() == 1


def test_a_version_published_meanwhile_is_said(coordinator):
    coordinator.post("/adhesions/textes/charte/nouvelle", data={"once": "a", "after": "0", "body": "Un"})
    answer = coordinator.post("/adhesions/textes/charte/nouvelle", data={"once": "b", "after": "0", "body": "Deux"})
    assert (answer.status_code, "lisez-la" in answer.text, "Deux" in answer.text) == (409, True, True)


def test_an_empty_text_is_refused(coordinator):
    sent = {"once": "a", "after": "0", "body": ""}
    assert coordinator.post("/adhesions/textes/statuts/nouvelle", data=sent).status_code == 422


def test_who_accepted_a_version(coordinator, cast):
    number = cast.gp_person.id
    coordinator.post("/adhesions/textes/charte/nouvelle", data={"once": "a", "after": "0", "body": "Un"})
    assert "Personne encore" in coordinator.get("/adhesions/textes/charte/1").text
    coordinator.post(f"/adhesions/p{number}/textes")
    assert "Dr Hélène Renaudin" in coordinator.get("/adhesions/textes/charte/1").text


@pytest.mark.parametrize("path", ["/adhesions/textes/autre/nouvelle", "/adhesions/textes/autre/1"])
def test_a_text_of_another_name_is_no_page(coordinator, path):
    assert coordinator.get(path).status_code == 404


def test_the_day_of_the_decision_is_a_day(officer, asked, cast):
    number = cast.gp_person.id
    sent = approval(f"p{number}", decided_on="2026-07-21")
    answer = officer.post(f"/adhesions/demandes/{asked}/approuver", data=sent)
    assert (answer.status_code, "pas encore venu" in answer.text) == (409, True)
