"""The templates: those that come with the app, a version at each save, what two versions differ by."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.checklists.models import Side
from cptsapp.conventions.actions import templates as actions
from cptsapp.conventions.models import ConventionTemplate, PartnerKind, TemplateVersion
from cptsapp.conventions.queries import templates as queries
from cptsapp.conventions.rules.editing import clause_words, differences, moved, pieces, without, written
from cptsapp.conventions.rules.texts import ArticleText, Clause, Text
from cptsapp.conventions.starting import starting_templates
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from tests.tools.conventions import make_convention
from tests.tools.factories import acting
from tests.tools.races import at_once

OBJECT, TERM = ArticleText("1", "Objet", "Les parties coopèrent."), ArticleText("2", "Durée", "Un an.")
TEXT = Text("Convention", (OBJECT, TERM))
WORDS = st.text("ab é.,\n", max_size=40)


# -- those that come with the app -------------------------------------------------------------------------------------


def test_six_kinds_of_partners_have_one():
    assert [each.kind.value for each in starting_templates()] == [
        "dac", "msp", "cpam", "hospital", "care_home", "commune",
    ]  # fmt: skip


def test_that_of_the_dac_has_the_six_commitments_of_a_doctor():
    dac = starting_templates()[0].text
    [plans] = [article for article in dac.articles if article.number == "2.1.3"]
    doctor = [clause for clause in plans.clauses if clause.label.startswith("Médecin traitant")]
    assert len(doctor) == 6
    assert all(clause.is_continuous for clause in doctor)


@pytest.mark.parametrize("each", starting_templates(), ids=lambda each: each.kind.value)
def test_each_is_whole(each):
    numbers = [article.number for article in each.text.articles]
    assert len(set(numbers)) == len(numbers) >= 7
    clauses = [clause for article in each.text.articles for clause in article.clauses]
    assert {clause.side for clause in clauses} == {Side.CPTS, Side.PARTNER}
    for clause in clauses:
        assert clause.is_continuous != (clause.due_months is not None)
        assert clause.expected
    text = "".join(article.body + article.title for article in each.text.articles)
    assert not any(wrong in text for wrong in ("'", " :", " ;", "« ", " »"))


def test_installing_twice_adds_nothing(app):
    assert actions.install(by=None) == 6
    assert actions.install(by=None) == 0
    assert session.query(ConventionTemplate).count() == 6


def test_a_kind_that_has_one_keeps_it(app):
    actions.create(PartnerKind.DAC, "Le nôtre", TEXT, by=None)
    assert actions.install(by=None) == 5


# -- versions ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def model(app):
    return actions.create(PartnerKind.MSP, "Maisons de santé", TEXT, by=None)


def test_each_save_is_a_version_and_the_older_one_stays(model):
    actions.save(model, "MSP", without(TEXT, "2"), read_number=1, by=None)
    assert queries.text_of(queries.version(model.id, 1)) == TEXT
    assert queries.text_of(queries.last_version(model.id)).articles == (OBJECT,)
    [row] = queries.templates()
    assert (row.name, row.number) == ("MSP", 2)


@pytest.mark.parametrize(
    ("text", "read", "message"),
    [
        (TEXT, 1, "Rien n’a changé"),
        (replace(TEXT, title="Autre"), 0, "Quelqu’un d’autre"),
        (replace(TEXT, articles=()), 1, "au moins un article"),
        (written(TEXT, "2", replace(TERM, body="1 38 05 85 288 001 55")), 1, "sécurité sociale"),
    ],
)
def test_a_save_that_does_not_hold_is_refused(model, text, read, message):
    with pytest.raises(Refusal, match=message):
        actions.save(model, model.name, text, read_number=read, by=None)


def test_what_was_drawn_from_a_template_does_not_move(model):
    version = queries.last_version(model.id)
    found = make_convention(template_version_id=version.id)
    actions.save(model, model.name, without(TEXT, "2"), read_number=1, by=None)
    actions.archive(model, by=None)
    assert found.template_version_id == version.id
    assert queries.text_of(session.get_one(TemplateVersion, version.id)) == TEXT
    [row] = queries.templates(with_archived=True)
    assert (row.used_count, row.is_archived, queries.templates()) == (1, True, [])


@pytest.mark.database
def test_of_two_who_save_the_same_version_one_is_refused(app, model):
    number = model.id
    session.commit()

    def save(title):
        return lambda: actions.save(actions.locked(number), "MSP", replace(TEXT, title=title), read_number=1, by=None)

    assert at_once(app, save("A"), save("B")) == {"done": 1, "refused": 1}


# -- changing a text --------------------------------------------------------------------------------------------------


def test_an_article_moves_one_place_and_stays_at_an_end():
    assert moved(TEXT, "2", -1).articles == (TERM, OBJECT)
    assert moved(TEXT, "1", -1) == TEXT


def test_two_articles_do_not_bear_one_number():
    with pytest.raises(Refusal, match="déjà le numéro 1"):
        written(TEXT, "2", replace(TERM, number="1"))


def test_an_article_that_is_gone_is_not_written_again():
    with pytest.raises(Refusal, match="n’y est plus"):
        written(TEXT, "9", TERM)


def test_a_clause_in_words():
    clause = Clause("Bilan", Side.CPTS, due_months=6, every_months=12)
    assert clause_words(clause) == "la CPTS, 6\u00a0mois après la prise d’effet, puis chaque année"
    assert clause_words(Clause("Répondre", Side.PARTNER, is_continuous=True)) == "le partenaire, en continu"


def test_what_became_of_each_article():
    after = Text("Convention", (replace(TERM, body="Deux ans."), ArticleText("3", "Fin", "")))
    found = {each.number: each.word for each in differences(TEXT, after)}
    assert found == {"2": "changé", "3": "ajouté", "1": "retiré"}
    assert differences(TEXT, TEXT) == []
    assert {each.word for each in differences(TEXT, moved(TEXT, "2", -1))} == {"déplacé"}


@given(WORDS, WORDS)
def test_the_pieces_make_both_texts_again(before, after):
    found = list(pieces(before, after))
    assert "".join(piece.words for piece in found if piece.kind != "ins") == before
    assert "".join(piece.words for piece in found if piece.kind != "del") == after


# -- the pages --------------------------------------------------------------------------------------------------------


def test_an_article_is_written_with_what_it_promises(sign_in, cast):
    client = sign_in(cast.coordinator)
    assert "Installer les modèles" in client.get("/conventions/modeles").text
    client.post("/conventions/modeles/installer")
    url = f"/conventions/modeles/{session.query(ConventionTemplate.id).filter_by(kind='msp').scalar()}"
    page = client.get(f"{url}/articles/1").text
    assert "Nommer un référent et son remplaçant" in page
    form = {
        "number": "1", "title": "Objet et but", "body": "Un.\r\n\r\nDeux.", "read": "1",
        "clauses-0-label": "", "clauses-0-side": "cpts",
        "clauses-1-label": "Nommer quelqu’un", "clauses-1-side": "partner", "clauses-1-due_months": "2",
    }  # fmt: skip
    assert client.post(f"{url}/articles/1", data=form).status_code == 303
    page = client.get(url).text
    assert "version 2" in page
    assert "le partenaire, 2\u00a0mois après la prise d’effet" in page
    assert "Nommer un référent" not in page
    compared = client.get(f"{url}/comparer").text
    assert "changé" in compared
    assert "Nommer quelqu’un" in compared


def test_what_was_typed_over_someone_elses_version_is_kept(sign_in, cast, model):
    url, client = f"/conventions/modeles/{model.id}", sign_in(cast.coordinator)
    actions.save(model, model.name, without(TEXT, "2"), read_number=1, by=acting(cast.coordinator))
    session.commit()
    form = {"number": "1", "title": "Mon titre", "body": "", "read": "1"}
    answer = client.post(f"{url}/articles/1", data=form)
    assert answer.status_code == 409
    assert "Mon titre" in answer.text
    assert client.post(f"{url}/articles/1", data=form | {"read": "2"}).status_code == 303


def test_a_clause_kept_all_the_time_falls_on_no_day(sign_in, cast, model):
    url, client = f"/conventions/modeles/{model.id}", sign_in(cast.coordinator)
    session.commit()
    row = {
        "clauses-0-label": "X",
        "clauses-0-side": "cpts",
        "clauses-0-is_continuous": "y",
        "clauses-0-due_months": "2",
    }
    answer = client.post(f"{url}/articles/1", data={"number": "1", "title": "Objet", "read": "1"} | row)
    assert answer.status_code == 422
    assert "ni jour ni rythme" in answer.text


def test_gestures_on_a_template(sign_in, cast, model):
    url, number, client = f"/conventions/modeles/{model.id}", model.id, sign_in(cast.coordinator)
    session.commit()
    client.post(f"{url}/articles/2/deplacer", data={"sens": "avant", "read": "1"})
    client.post(f"{url}/articles/1/retirer", data={"read": "2"})
    assert client.post(f"{url}/articles/2/retirer", data={"read": "2"}).status_code == 409
    client.post(f"{url}/reprendre/1", data={"read": "3"})
    client.post(f"{url}/nom", data={"name": "MSP", "title": "Titre", "read": "4"})
    last = queries.last_version(number)
    assert (last.number, queries.text_of(last)) == (5, replace(TEXT, title="Titre"))
    client.post(f"{url}/archiver")
    assert "archivé" in client.get("/conventions/modeles").text
    client.post(f"{url}/remettre")
    assert "En tirer une convention" in client.get(url).text


def test_a_template_of_ones_own(sign_in, cast):
    client = sign_in(cast.coordinator)
    answer = client.post("/conventions/modeles/nouveau", data={"name": "PCO", "kind": "pco", "once": "a"})
    assert "Article encore vide" in client.get(answer.location).text
    assert client.post("/conventions/modeles/nouveau", data={"name": " ", "kind": "pco"}).status_code == 422
