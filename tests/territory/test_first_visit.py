"""The first visit: the code, the five answers, and who wins when two are at it."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from cptsapp.accounts.models import SetupCode, User
from cptsapp.accounts.permissions import FIRST_ROLES
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.territory import actions, queries, rules
from cptsapp.territory.models import Commune, Cpts

PASSWORD = "une phrase que personne ne sait"
ANSWERS = {
    "name": "CPTS de l’Essai",
    "mark": "CE",
    "commune": ["85194", "85288"],
    "week_opens": "08:00",
    "week_closes": "20:00",
    "saturday_opens": "08:00",
    "saturday_closes": "12:00",
    "zone": "",
    "holiday_region": "",
    "size_tier": "",
    "out_of_hours_name": "la permanence des soins",
    "out_of_hours_phone": "116117",
    "admin_name": "Maxime Roy",
    "admin_mail": "Maxime.Roy@cpts.example",
    "password": PASSWORD,
    "password_again": PASSWORD,
}


@pytest.fixture
def code(app):
    made = actions.new_setup_code()
    session.commit()
    return made


@pytest.fixture
def visitor(client, code):
    """Someone who gave the right code."""
    client.post("/premier-lancement/code", data={"code": code})
    return client


def post(client, **changes):
    return client.post("/premier-lancement", data={**ANSWERS, **changes})


def test_every_page_leads_to_the_first_visit(client):
    assert client.get("/").location == "/premier-lancement"
    assert client.get("/creneaux").location == "/premier-lancement"


def test_the_code_comes_first(client, code):
    assert "Code affiché dans le terminal" in client.get("/premier-lancement").text


def test_the_right_code_opens_the_answers_however_it_is_typed(client, code):
    client.post("/premier-lancement/code", data={"code": code.lower().replace("-", " ")})
    assert "Communes du territoire" in client.get("/premier-lancement").text


def test_a_wrong_code_is_refused_and_counted(client, code):
    answer = client.post("/premier-lancement/code", data={"code": "AAAA-AAAA-AAAA"})
    assert answer.status_code == 422
    assert "Encore 4\u00a0essais" in answer.text
    assert session.get(SetupCode, 1).failure_count == 1


def test_after_five_wrong_codes_the_right_one_opens_nothing(client, code):
    for _ in range(5):
        client.post("/premier-lancement/code", data={"code": "AAAA-AAAA-AAAA"})
    answer = client.post("/premier-lancement/code", data={"code": code})
    assert answer.status_code == 422
    assert "Cinq erreurs" in answer.text


def test_without_any_code_the_page_says_how_to_get_one(client):
    answer = client.post("/premier-lancement/code", data={"code": "AAAA"})
    assert "flask --app wsgi setup-code" in answer.text


def test_the_answers_are_not_taken_without_the_code(client, code):
    assert post(client).location == "/premier-lancement"
    assert queries.current() is None


def test_the_answers_make_the_cpts(visitor):
    assert post(visitor).location == "/"
    cpts = queries.settings()
    assert (cpts.name, cpts.mark, cpts.zone, cpts.holiday_region) == (
        "CPTS de l’Essai",
        "CE",
        "Europe/Paris",
        "metropole",
    )
    assert cpts.window == rules.DEFAULT_WINDOW
    assert cpts.size_tier == 2
    assert [c.code for c in queries.own_communes()] == ["85194", "85288"]


def test_the_first_administrator_may_sign_in(visitor):
    post(visitor)
    user = session.scalars(select(User)).one()
    assert user.mail == "maxime.roy@cpts.example"
    assert tuple(grant.role for grant in user.grants) == FIRST_ROLES


def test_the_code_serves_once(visitor):
    post(visitor)
    assert session.get(SetupCode, 1) is None
    assert post(visitor).status_code == 404
    assert visitor.get("/premier-lancement").status_code == 404


def test_overseas_the_zone_and_holidays_follow_the_communes(visitor):
    post(visitor, commune=["97411"])
    cpts = queries.settings()
    assert (cpts.zone, cpts.holiday_region) == ("Indian/Reunion", "reunion")


def test_what_was_chosen_wins_over_what_follows_from_the_communes(visitor):
    post(visitor, zone="Indian/Mayotte", size_tier="4")
    assert (queries.settings().zone, queries.settings().size_tier) == ("Indian/Mayotte", 4)


def test_a_cpts_may_close_on_saturdays(visitor):
    post(visitor, saturday_opens="", saturday_closes="")
    assert set(queries.settings().window.hours) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Écrivez une réponse ici."),
        ({"mark": "LONG"}, "Deux lettres au plus."),
        ({"commune": []}, "Choisissez au moins une commune."),
        ({"week_closes": "07:00"}, "La fermeture vient après l’ouverture."),
        ({"saturday_closes": ""}, "laissez les deux vides"),
        ({"out_of_hours_phone": "12"}, "Ce numéro de téléphone n’existe pas"),
        ({"admin_mail": "maxime"}, "il lui faut un @"),
        ({"password_again": "autre chose"}, "ne sont pas les mêmes"),
    ],
)
def test_a_wrong_answer_is_said_and_the_others_kept(visitor, changes, sentence):
    answer = post(visitor, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Maxime Roy" in answer.text
    assert queries.current() is None


def test_a_weak_password_is_refused_under_its_field(visitor):
    answer = post(visitor, password="azertyuiop123", password_again="azertyuiop123")
    assert answer.status_code == 409
    assert "password-error" in answer.text
    assert session.get(SetupCode, 1) is not None


def test_a_forged_commune_is_ignored(visitor):
    answer = post(visitor, commune=["99999", "<script>"])
    assert answer.status_code == 422


def test_another_button_keeps_the_answers_and_changes_nothing(visitor):
    answer = post(visitor, act="search", q="talmont")
    assert answer.status_code == 200
    assert "Talmont-Saint-Hilaire" in answer.text
    assert "Maxime Roy" in answer.text
    assert queries.current() is None


def answers(name: str) -> actions.FirstAnswers:
    return actions.FirstAnswers(
        name=name,
        mark="A",
        codes=["85194"],
        size_tier=1,
        hours=dict(rules.DEFAULT_WINDOW.hours),
        zone="Europe/Paris",
        holiday_region="metropole",
        out_of_hours_name="PDSA",
        out_of_hours_phone="15",
        admin_name=name,
        admin_mail=f"{name}@cpts.example",
        password=PASSWORD,
    )


@pytest.mark.database
def test_of_two_at_once_one_wins(app, code):
    together, won = Barrier(2), []

    def visit(name: str) -> None:
        with app.app_context():
            together.wait()
            try:
                actions.set_up(answers(name), actions.hash_of_code(code))
                session.commit()
                won.append(name)
            except (Refusal, IntegrityError):
                session.rollback()

    threads = [Thread(target=visit, args=(name,)) for name in ("un", "deux")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queries.forget()
    assert [queries.settings().name] == won
    assert session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.database
def test_a_second_visit_is_told_so(app, code):
    actions.set_up(answers("un"), actions.hash_of_code(code))
    session.commit()
    with pytest.raises(Refusal, match="déjà installée"):
        actions.set_up(answers("deux"), actions.hash_of_code(code))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Cpts)) == 1


@pytest.mark.database
def test_a_replaced_code_makes_nothing(app, code):
    old = actions.hash_of_code(code)
    actions.new_setup_code()
    session.commit()
    assert not actions.is_setup_hash(old)
    assert session.scalar(select(func.count()).select_from(Commune)) == 0


def test_the_command_prints_a_code_that_works(app, client):
    printed = app.test_cli_runner().invoke(args=["setup-code"]).output
    client.post("/premier-lancement/code", data={"code": printed.split()[-1]})
    assert "Communes du territoire" in client.get("/premier-lancement").text


def test_the_command_says_nothing_once_set_up(app, cast):
    assert app.test_cli_runner().invoke(args=["setup-code"]).output == ""


def step(page: str) -> str:
    """The title of the current step."""
    return page.split('aria-current="step"><span>')[1].split("<")[0]


def test_the_current_step_is_the_first_that_lacks_something(visitor):
    assert step(visitor.get("/premier-lancement").text) == "Nom"
    assert step(post(visitor, act="search", name="", commune=[]).text) == "Nom"
    assert step(post(visitor, act="search", commune=[]).text) == "Communes"
    assert step(post(visitor, act="search", week_opens="", saturday_opens="").text) == "Horaires"
    assert step(post(visitor, act="search").text) == "Votre compte"


def test_a_gesture_on_the_communes_moves_the_steps_along(visitor):
    page = visitor.post("/premier-lancement", data={**ANSWERS, "act": "search"}, headers={"HX-Request": "true"}).text
    assert 'hx-target="#etapes"' in page
    assert step(page) == "Votre compte"
