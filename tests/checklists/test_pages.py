"""The pages of commitments and journals: for whom they are, what a POST changes, what a refused one keeps."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.audit.models import AuditEvent, Category
from cptsapp.checklists import actions
from cptsapp.checklists.models import Checklist, Commitment, CommitmentState, Evidence, JournalEntry
from cptsapp.checklists.queries import listing
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from tests.tools.conventions import count, make_commitment
from tests.tools.factories import acting, make_person
from tests.tools.files import EXE, PDF
from tests.tools.queries import count_queries

HTMX = {"HX-Request": "true"}


def test_page_says_what_is_owed_by_whom_and_when(cast, sign_in, owed):
    page = sign_in(cast.coordinator).get(f"/engagements/{owed}").text
    for words in ("Réunion de bilan du premier semestre", "Dr Hélène Renaudin", "30 juil.", "À faire"):
        assert words in page


@pytest.mark.parametrize(("who", "status"), [("gp", 200), ("board_member", 200), ("other_gp", 404), ("secretary", 404)])
def test_whose_page_it_is(cast, sign_in, owed, who, status):
    assert sign_in(getattr(cast, who)).get(f"/engagements/{owed}").status_code == status


@pytest.mark.parametrize(("who", "status"), [("gp", 200), ("board_member", 404), ("other_gp", 404)])
def test_a_plans_is_for_its_circle(cast, sign_in, planned, who, status):
    assert sign_in(getattr(cast, who)).get(f"/engagements/{planned}").status_code == status


def test_the_reading_of_a_plans_is_recorded(cast, sign_in, planned):
    client, reader = sign_in(cast.gp), cast.gp.id
    client.get(f"/engagements/{planned}")
    read = session.scalars(select(AuditEvent).where(AuditEvent.category == Category.READING)).one()
    assert (read.kind, read.user_id) == ("plan.read", reader)


def test_who_owes_it_reads_no_button_of_the_coordination(cast, sign_in, owed):
    client = sign_in(cast.gp)
    assert "/reporter" not in client.get(f"/engagements/{owed}").text
    assert client.get(f"/engagements/{owed}/reporter").status_code == 403


def test_a_tick_leads_back_to_the_page_that_shows_it_and_its_undo(cast, sign_in, owed, again):
    client = sign_in(cast.coordinator)
    answer = client.post(f"/engagements/{owed}/etat", data={"to": "done", "version": 1}, headers=HTMX)
    assert (answer.status_code, again(owed).state) == (303, CommitmentState.DONE)
    page = client.get(answer.location).text
    assert 'data-announce="Réunion de bilan du premier semestre : Fait"' in page
    assert "Annuler : Réunion de bilan" in page
    assert "a noté fait" in page


def test_refused_the_page_keeps_what_was_typed(cast, sign_in, owed):
    typed = {"to": "done", "version": 1, "back": "fiche", "comment": "Fixée au 3", "done_on": "2026-07-21"}
    answer = sign_in(cast.gp).post(f"/engagements/{owed}/etat", data=typed)
    assert answer.status_code == 409
    assert "Fixée au 3" in answer.text
    assert "pas encore venu" in answer.text


def test_a_state_that_does_not_exist_is_not_understood(cast, sign_in, owed):
    assert sign_in(cast.gp).post(f"/engagements/{owed}/etat", data={"to": "paid"}).status_code == 400


def test_put_off_from_its_page(cast, sign_in, owed, again):
    typed = {"due_on": "2026-09-01", "reason": "Vacances", "version": 1}
    assert sign_in(cast.coordinator).post(f"/engagements/{owed}/reporter", data=typed).status_code == 303
    assert again(owed).due_on == date(2026, 9, 1)


def test_changed_meanwhile_the_form_says_who_and_keeps_the_text(cast, sign_in, owed):
    actions.tick(owed, CommitmentState.DOING, by=acting(cast.gp))
    session.commit()
    typed = {"due_on": "2026-09-01", "reason": "Le DAC déménage", "version": 1}
    answer = sign_in(cast.coordinator).post(f"/engagements/{owed}/reporter", data=typed)
    assert answer.status_code == 409
    assert "Dr Hélène Renaudin a changé cet engagement" in answer.text
    assert "Le DAC déménage" in answer.text


def test_dropped_from_its_page_with_the_reason(cast, sign_in, owed, again):
    client = sign_in(cast.coordinator)
    assert client.post(f"/engagements/{owed}/abandonner", data={"reason": "", "version": 1}).status_code == 422
    client.post(f"/engagements/{owed}/abandonner", data={"reason": "Chacun garde le sien", "version": 1})
    assert again(owed).state is CommitmentState.DROPPED


def test_changed_from_its_form(cast, sign_in, owed, again):
    client, other = sign_in(cast.coordinator), cast.other_gp_person.id
    assert "Réunion de bilan" in client.get(f"/engagements/{owed}/modifier").text
    typed = {"label": "Réunion commune", "article": "0", "side": "partner", "owner_id": other, "every_months": "0"}
    client.post(f"/engagements/{owed}/modifier", data={**typed, "version": 1, "due_on": "2026-09-18"})
    assert (again(owed).label, again(owed).owner_id) == ("Réunion commune", other)


def test_added_twice_by_a_double_click_once(cast, sign_in, owed, checklist_id):
    client = sign_in(cast.coordinator)
    typed = {"label": "Export trimestriel", "article": "0", "side": "cpts", "owner_id": "0", "every_months": "3"}
    for _ in range(2):
        answer = client.post(f"/listes/{checklist_id}/ajouter", data={**typed, "due_on": "2026-10-05", "once": "clé"})
        assert answer.status_code == 303
    assert count(Commitment) == 2


def test_a_file_is_joined_from_the_page(cast, sign_in, owed):
    typed = {"file": (io.BytesIO(PDF), "pv.pdf"), "file_label": "Procès-verbal"}
    client = sign_in(cast.gp)
    assert client.post(f"/engagements/{owed}/preuves/fichier", data=typed).status_code == 303
    assert "Procès-verbal" in client.get(f"/engagements/{owed}").text


def test_a_program_called_pdf_is_refused_under_its_field(cast, sign_in, owed):
    typed = {"file": (io.BytesIO(EXE), "pv.pdf"), "file_label": ""}
    answer = sign_in(cast.gp).post(f"/engagements/{owed}/preuves/fichier", data=typed)
    assert (answer.status_code, count(Evidence)) == (422, 0)
    assert 'details class="no-print" open' in answer.text


def test_a_link_is_joined_then_withdrawn(cast, sign_in, owed):
    client = sign_in(cast.gp)
    client.post(f"/engagements/{owed}/preuves/lien", data={"url": "https://dac.example/cr", "label": "Compte rendu"})
    number = session.scalars(select(Evidence.id)).one()
    client.post(f"/engagements/{owed}/preuves/{number}/retirer")
    assert "retirée par Dr Hélène Renaudin" in client.get(f"/engagements/{owed}").text


def test_a_plan_offers_no_evidence(cast, sign_in, planned):
    client = sign_in(cast.gp)
    page = client.get(f"/engagements/{planned}").text
    assert "Preuves" not in page
    assert "Rien de clinique ici" in page
    answer = client.post(f"/engagements/{planned}/preuves/lien", data={"url": "https://dac.example/cr"})
    assert answer.status_code == 409


def test_the_journal_is_written_and_struck_from_its_pages(cast, sign_in, checklist_id):
    client = sign_in(cast.coordinator)
    typed = {"kind": "journal.decision", "text": "Deux réunions par an", "happened_on": "2026-07-16", "once": "clé"}
    for _ in range(2):
        client.post(f"/listes/{checklist_id}/journal/ajouter", data=typed)
    number = session.scalars(select(JournalEntry.id)).one()
    assert "Deux réunions par an" in client.get(f"/listes/{checklist_id}/journal").text
    client.post(f"/listes/{checklist_id}/journal/{number}/rayer")
    assert "<del>Décision du jeudi 16 juillet 2026" in client.get(f"/listes/{checklist_id}/journal").text


def test_a_reader_of_the_journal_writes_nothing(cast, sign_in, checklist_id):
    client = sign_in(cast.board_member)
    assert client.get(f"/listes/{checklist_id}/journal").status_code == 200
    assert client.get(f"/listes/{checklist_id}/journal/ajouter").status_code == 403


def test_a_long_journal_goes_on_from_page_to_page(cast, sign_in, checklist_id):
    by = acting(cast.coordinator)
    for number in range(53):
        actions.write(checklist_id, "journal.note", f"Note numéro {number}.", happened_on=None, by=by)
    last = session.scalars(select(JournalEntry.id).order_by(JournalEntry.id)).all()[3]
    session.commit()
    client = sign_in(cast.coordinator)
    assert f"avant={last}" in client.get(f"/listes/{checklist_id}/journal").text
    rest = client.get(f"/listes/{checklist_id}/journal?avant={last}").text
    assert ("Note numéro 2." in rest, "Note numéro 3." in rest) == (True, False)


def test_a_list_costs_the_same_for_one_and_for_thirty(cast, owed, checklist_id):
    by = acting(cast.coordinator)
    with count_queries() as one:
        listing(checklist_id, by)
    for number in range(30):
        made = make_commitment(checklist_id, label=f"Engagement {number}", owner_id=cast.gp_person.id)
        actions.add_link(made.id, "https://dac.example/cr", "", by=by)
    with count_queries() as thirty:
        assert len(listing(checklist_id, by).rows) == 31
    assert len(thirty) == len(one)


def test_articles_stand_in_their_order_each_once(cast, checklist_id):
    for number, label in (("2.1", "Un"), ("5", "Deux"), ("2.1", "Trois")):
        make_commitment(checklist_id, label=label, number=number, heading="")
    found = listing(checklist_id, acting(cast.coordinator))
    assert [(group.title, len(group.rows)) for group in found.groups] == [("Article 2.1", 2), ("Article 5", 1)]


def test_one_may_be_added_to_an_article_that_has_none_yet(cast, sign_in, checklist_id):
    page = sign_in(cast.coordinator).get(f"/listes/{checklist_id}/ajouter").text
    assert "Article 2.1 — Recherche de médecin traitant" in page
    assert "Dr Sarah Benali" in page


def test_what_a_plan_asks_is_given_to_its_circle_alone(cast, sign_in, planned):
    page = sign_in(cast.coordinator).get(f"/engagements/{planned}/modifier").text
    assert ("Dr Hélène Renaudin" in page, "Dr Sarah Benali" in page) == (True, False)


def test_of_what_recurs_the_older_occurrences_are_on_a_page_of_their_own(cast, sign_in, checklist_id):
    by, number = acting(cast.coordinator), make_commitment(checklist_id, label="Export", every_months=3).id
    make_commitment(checklist_id, label="Bilan annuel")
    for _ in range(3):
        done = actions.locked(number)
        number = actions.set_state(done, CommitmentState.DONE, by=by, on=done.due_on).id
    found = listing(checklist_id, by)
    assert [one.label for one in found.rows] == ["Export", "Export", "Bilan annuel"]
    assert (found.past, found.tally.done) == (2, 3)
    session.commit()
    client = sign_in(cast.coordinator)
    assert "2\u00a0occurrences passées" in client.get("/conventions/1").text
    assert client.get(f"/listes/{checklist_id}").text.count('id="engagement-') == 5


@pytest.mark.parametrize("path", ["", "/journal", "/ajouter", "/journal/ajouter"])
def test_the_lists_of_a_plan_are_shut_to_the_board(cast, sign_in, planned, again, path):
    number = again(planned).checklist_id
    assert sign_in(cast.board_member).get(f"/listes/{number}{path}").status_code == 404


def test_a_plan_that_is_closed_asks_nothing_more(cast, sign_in, planned, again):
    session.get_one(Checklist, again(planned).checklist_id).is_live = False
    session.commit()
    answer = sign_in(cast.gp).post(f"/engagements/{planned}/etat", data={"to": "done", "version": 1})
    assert (answer.status_code, again(planned).state) == (409, CommitmentState.TODO)


def test_who_owes_it_under_a_merged_sheet_reads_its_file(cast, sign_in, owed):
    person, client = cast.gp_person.id, sign_in(cast.gp)
    client.post(f"/engagements/{owed}/preuves/fichier", data={"file": (io.BytesIO(PDF), "pv.pdf"), "file_label": ""})
    number, kept = session.scalars(select(Evidence.file_id)).one(), make_person(last_name="Renaudin").id
    session.get_one(Person, person).merged_into_id = kept
    session.get_one(Commitment, owed).owner_id = kept
    session.commit()
    assert client.get(f"/engagements/{owed}").status_code == 200
    with client.get(f"/fichiers/{number}") as answer:
        assert answer.data == PDF
