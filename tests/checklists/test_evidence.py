"""Evidence and the journal: what is taken, what is refused, what is withdrawn and struck stays."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.checklists import actions, sources
from cptsapp.checklists.models import Checklist, ChecklistKind, Evidence, JournalEntry
from cptsapp.checklists.queries import journal, row
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from tests.tools.factories import acting
from tests.tools.files import make_file


def lines(checklist_id, user):
    return journal(checklist_id, acting(user)).lines


def test_a_file_is_joined_and_named_in_the_journal(cast, owed, checklist_id):
    actions.add_file(owed, make_file(name="pv.pdf").id, "Procès-verbal", by=acting(cast.gp))
    [proof] = row(owed, acting(cast.gp)).proofs
    [line] = lines(checklist_id, cast.coordinator)
    assert (proof.label, line.file_name) == ("Procès-verbal", "pv.pdf")
    assert line.sentence.startswith("Dr Hélène Renaudin a joint «\u00a0Procès-verbal\u00a0»")


@pytest.mark.parametrize(
    "url",
    [
        "http://dac.example/",
        "javascript:alert(1)",
        "https://",
        "dac.example",
        "https://moi:secret@dac.example/",
        "https://a b",
    ],
)
def test_a_link_that_is_not_plain_https_is_refused(cast, owed, url):
    with pytest.raises(Refusal, match="https://"):
        actions.add_link(owed, url, "", by=acting(cast.gp))


def test_a_figure_keeps_the_value_of_the_day(cast, owed, checklist_id, monkeypatch):
    source, told = sources.source_of(session.get_one(Checklist, checklist_id)), {"sent": ("Saisines", "11")}
    monkeypatch.setitem(sources._sources, ChecklistKind.CONVENTION, replace(source, figures=lambda _checklist: told))
    actions.add_figure(owed, "sent", by=acting(cast.gp))
    told["sent"] = ("Saisines", "12")
    assert [(proof.label, proof.value) for proof in row(owed, acting(cast.gp)).proofs] == [("Saisines", "11")]


def test_a_figure_unknown_here_is_refused(cast, owed):
    with pytest.raises(Refusal, match="pas connu"):
        actions.add_figure(owed, "invented", by=acting(cast.gp))


def test_a_plan_keeps_no_document(cast, planned):
    with pytest.raises(Refusal, match="aucun document"):
        actions.add_file(planned, make_file().id, "", by=acting(cast.gp))


def test_withdrawn_it_stays_and_its_line_is_struck(cast, owed, checklist_id):
    made = actions.add_link(owed, "https://dac.example/cr", "Compte rendu", by=acting(cast.gp))
    for _ in range(2):
        actions.withdraw(owed, made.id, by=acting(cast.gp))
    [proof] = row(owed, acting(cast.gp)).proofs
    assert (proof.withdrawn_by, row(owed, acting(cast.gp)).live_proofs) == ("Dr Hélène Renaudin", ())
    assert [bool(line.struck_at) for line in lines(checklist_id, cast.coordinator)] == [False, True]


def test_evidence_of_another_commitment_is_not_there(cast, owed, planned):
    made = actions.add_link(owed, "https://dac.example/cr", "", by=acting(cast.gp))
    with pytest.raises(Invisible):
        actions.withdraw(planned, made.id, by=acting(cast.gp))


def test_a_meeting_is_written_sealed(cast, checklist_id):
    by = acting(cast.coordinator)
    actions.write(checklist_id, "journal.meeting", "Trois points vus", happened_on=date(2026, 7, 16), by=by)
    [line] = lines(checklist_id, cast.coordinator)
    assert (line.note, line.sentence) == (
        "Trois points vus",
        "Réunion du jeudi 16 juillet 2026, notée par Sophie Arnaud.",
    )
    assert b"points" not in session.scalars(select(JournalEntry.note)).one()


@pytest.mark.parametrize(
    ("text", "day", "why"),
    [
        (" ", None, "phrase"),
        ("Vu", date(2026, 7, 21), "pas encore venu"),
        ("138058528801234", None, "sécurité sociale"),
    ],
)
def test_a_line_empty_to_come_or_with_a_nir_is_refused(cast, checklist_id, text, day, why):
    with pytest.raises(Refusal, match=why):
        actions.write(checklist_id, "journal.note", text, happened_on=day, by=acting(cast.coordinator))


def test_a_reader_does_not_write_in_the_journal(cast, checklist_id):
    with pytest.raises(Refusal, match="Seule la coordination"):
        actions.write(checklist_id, "journal.note", "Vu", happened_on=None, by=acting(cast.board_member))


def test_a_struck_line_stays_and_says_who(cast, checklist_id):
    by = acting(cast.coordinator)
    entry = actions.write(checklist_id, "journal.note", "Erreur", happened_on=None, by=by)
    for _ in range(2):
        actions.strike(checklist_id, entry.id, by=by)
    [line] = lines(checklist_id, cast.coordinator)
    assert (line.struck_by, line.note, line.can_strike) == ("Sophie Arnaud", "Erreur", False)


def test_the_line_of_an_act_is_not_struck_by_hand(cast, owed, checklist_id):
    actions.defer(owed, date(2026, 9, 1), "Vacances", by=acting(cast.coordinator))
    [line] = lines(checklist_id, cast.coordinator)
    with pytest.raises(Invisible):
        actions.strike(checklist_id, line.id, by=acting(cast.coordinator))


def test_evidence_counts_once(cast, owed):
    actions.add_link(owed, "https://dac.example/cr", "", by=acting(cast.gp))
    assert session.scalars(select(Evidence)).one().url == "https://dac.example/cr"
