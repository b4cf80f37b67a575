"""Digits that are none, names on two lines: refused or read in one way, never a crash."""

import time

import pytest

from cptsapp.accounts.actions import second_factor
from cptsapp.core.db import session
from cptsapp.core.text import looks_like_nir
from cptsapp.directory.models import Person
from cptsapp.http.fields import BaseForm
from cptsapp.snp.queries import version
from tests.accounts.tools import give_password, post
from tests.tools.factories import make_slot


@pytest.mark.parametrize("code", ["١٢٣٤٥٦", "²²²²²²", "１２３４５６"])
def test_a_code_in_other_digits_is_a_wrong_code(cast, client, code):
    mail = give_password(cast.gp)
    post(client, "/connexion", {"mail": mail, "password": "trois bateaux rouges"})
    answer = post(client, "/connexion/code", {"code": code}, page="/connexion/code")
    assert answer.status_code == 422
    assert second_factor.WRONG_CODE in answer.text


@pytest.mark.parametrize("year", ["²", "9" * 5000])
def test_a_year_that_is_no_number_has_no_twin(regulator, year):
    answer = regulator.post("/creneaux/doublons", data={"name": "Exemple", "birth_year": year, "phone": ""})
    assert answer.status_code == 200


@pytest.mark.parametrize("place", ["²", "9" * 5000])
def test_an_orientation_from_no_row_is_noted(cast, regulator, place):
    data = {"kind": "out_of_hours", "place": place}
    answer = regulator.post("/orientations", data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 200


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 20])
def test_rows_after_no_row_begin_at_the_beginning(coordinator, number):
    path = f"/campagnes/lignes?nombre=publies&apres=2026-07-20T12:00:00%2B00:00_{number}"
    assert coordinator.get(path).status_code == 200


@pytest.mark.parametrize(
    "typed",
    ["1 85 05 78 006 084 36", "１８５０５７８００６０８４３６", "1–85–05–78–006–084", "1,85,05,78,006,084"],
)
def test_a_nir_is_known_under_any_dress(typed):
    assert looks_like_nir(typed)


def test_a_name_on_two_lines_is_on_one(cast, coordinator):
    data = {"title": "Dr", "first_name": "Anne\r\nBcc: x@y.example", "last_name": "Exemple\tA", "profession": "gp"}
    coordinator.post("/annuaire/nouveau", data={**data, "once": "un"})
    found = session.query(Person).filter(Person.last_name.like("Exemple%")).one()
    assert (found.first_name, found.last_name) == ("Anne Bcc: x@y.example", "Exemple A")


def test_a_password_keeps_its_signs(app):
    from wtforms import PasswordField

    class Form(BaseForm):
        password = PasswordField("Mot de passe")

    with app.test_request_context(method="POST", data={"password": "a\tb"}):
        assert Form().password.data == "a\tb"


def test_a_slot_is_found_by_plain_numbers_alone(cast, regulator):
    slot_id = make_slot(practice=cast.gp_practice).id
    session.commit()
    assert regulator.get(f"/journee?ouvert={slot_id}").status_code == 200


@pytest.mark.parametrize("mail", ["a@" + "." * 200_000 + "<", "@" * 200_000, "a@" + "a." * 100_000])
def test_a_mail_without_end_is_refused_at_once(administrator, mail):
    began = time.monotonic()
    data = {"display_name": "Exemple", "mail": mail, "roles": "officer", "once": "un"}
    assert administrator.post("/comptes/inviter", data=data).status_code == 422
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("typed", ["1 " * 100_000, "2a" * 100_000, "1" + "-" * 200_000, "\ufdfa" * 60_000])
def test_a_name_without_end_is_refused_at_once(regulator, typed):
    began = time.monotonic()
    data = {"regular_doctor": "no", "name": typed, "birth_year": "1947", "phone": typed}
    assert regulator.post("/creneaux/doublons", data=data).status_code == 200
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("until", ["²", "9" * 5000, "-1", "1e9"])
def test_a_poll_that_has_nothing_of_ours_gets_the_list(regulator, until):
    headers = {"If-None-Match": f'"{version()}.{until}"', "HX-Request": "true"}
    assert regulator.get("/creneaux/suivi", headers=headers).status_code == 200
