"""The yearly report: commitments with proofs, files sent to the partner, meetings; its page and its PDF."""

from datetime import date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from cptsapp.checklists.actions import locked, note_event, set_state
from cptsapp.checklists.models import CommitmentState, Evidence, EvidenceKind, JournalEntry, Side
from cptsapp.conventions.models import Convention, ConventionState, EndReason
from cptsapp.conventions.queries.report import report, years_of
from cptsapp.conventions.report import report_pdf
from cptsapp.conventions.rules.report import Standing
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.models import BreakCause, CareBreak, PartnerAnswer, Pathway, Recipient, Referral
from tests.tools import files
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import acting, make_organisation
from tests.tools.inbox import make_request
from tests.tools.queries import count_queries

MARCH = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def dac(cast):
    return make_organisation(name="DAC Vendée Littoral", kind=OrganisationKind.DAC)


@pytest.fixture
def convention(dac):
    """In force since 12 January 2026, with the DAC."""
    return make_convention(partner=make_partner(dac))


def keep(commitment, on, by=None, comment=""):
    set_state(locked(commitment.id), CommitmentState.DONE, by=by, on=on, comment=comment)


def send(organisation, *, days=None, sent_at=MARCH, **more):
    """A file sent to the partner, answered « trouvé » after so many days."""
    answered = {"answer": PartnerAnswer.FOUND, "answered_at": sent_at + timedelta(days=days or 0)}
    session.add(
        Referral(
            request_id=make_request().id,
            recipient=Recipient.DAC,
            organisation_id=organisation.id,
            sent_at=sent_at,
            due_on=date(2026, 3, 9),
            **(answered if days is not None else {}),
            **more,
        )
    )
    session.flush()


def text_of(data: bytes) -> str:
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    return " ".join(words.replace("\xa0", " ").replace("\u202f", " ").split())


def prove(commitment, **of):
    session.add(Evidence(commitment_id=commitment.id, added_at=clock.now(), **of))
    session.flush()


# -- what it tells ----------------------------------------------------------------------------------------------------


def test_commitments_stand_where_they_stood(convention, cast):
    kept = make_commitment(convention.checklist_id, label="Formulaire commun", due_on=date(2026, 2, 27))
    keep(kept, date(2026, 2, 24), acting(cast.coordinator), "relu par les deux DPO")
    make_commitment(convention.checklist_id, label="Réunion", due_on=date(2026, 7, 10), side=Side.PARTNER)
    found = report(convention, 2026)
    (line,), (late,) = found.groups[Standing.KEPT], found.groups[Standing.LATE]
    assert (line.label, line.said, line.comment) == ("Formulaire commun", "tenu le 24/02/2026", "relu par les deux DPO")
    assert (late.who, late.said) == ("DAC Vendée Littoral", "toujours attendu")
    assert found.counts == {Standing.LATE: 1, Standing.KEPT: 1}


def test_proofs_are_told_but_those_withdrawn(convention):
    commitment = make_commitment(convention.checklist_id)
    file = files.make_file(name="Ordre du jour.pdf")
    prove(commitment, kind=EvidenceKind.FILE, file_id=file.id)
    prove(commitment, kind=EvidenceKind.LINK, url="https://dac.example/bilan", label="Bilan du DAC")
    prove(commitment, kind=EvidenceKind.FIGURE, figure="sent", value="11", label="Saisines")
    prove(commitment, kind=EvidenceKind.LINK, url="https://dac.example/x", withdrawn_at=clock.now())
    (line,) = report(convention, 2026).groups[Standing.AHEAD]
    urls = [f"/fichiers/{file.id}", "https://dac.example/bilan", ""]
    assert [proof.url for proof in line.proofs] == urls
    assert [proof.label for proof in line.proofs] == ["Ordre du jour.pdf", "Bilan du DAC", "Saisines\xa0: 11"]


def test_files_sent_are_those_of_the_year_and_of_the_partner(convention, dac, cast):
    for days in (1, 2, 3, 4, 12):
        send(dac, days=days)
    for _ in range(5):
        send(dac)
    send(make_organisation(name="Un autre DAC", kind=OrganisationKind.DAC), days=1)
    send(dac, days=1, sent_at=MARCH - timedelta(days=365))
    send(dac, stopped_at=MARCH)
    (found,) = report(convention, 2026).figures
    assert found.name == "DAC Vendée Littoral"
    assert (found.words["sent"], found.words["answered"], found.words["days"]) == ("10", "5", "3\xa0jours")
    assert found.words["in_time"] == "moins de\xa05"


def test_files_sent_to_what_was_merged_into_the_partner_count(convention, dac):
    former = make_organisation(name="DAC d’avant", kind=OrganisationKind.DAC, merged_into_id=dac.id)
    for _ in range(5):
        send(former, days=1)
    assert report(convention, 2026).figures[0].words["sent"] == "5"


def test_breaks_are_those_of_the_year(convention, dac):
    for year in (2025, 2026, 2026, 2026, 2026, 2026):
        session.add(
            CareBreak(
                organisation_id=dac.id,
                commune_code="85288",
                happened_on=date(year, 3, 3),
                cause=next(iter(BreakCause)),
                pathway=next(iter(Pathway)),
                reported_at=clock.now(),
            )
        )
    session.flush()
    assert report(convention, 2026).figures[0].breaks == "5"


def test_meetings_of_the_journal_are_told_but_those_struck(convention):
    told = {"by": None, "happened_on": date(2026, 6, 12)}
    note_event(convention.checklist_id, "journal.decision", note="Chacun garde son outil.", **told)
    note_event(convention.checklist_id, "journal.meeting", note="Rayée.", **told)
    session.query(JournalEntry).filter_by(kind="journal.meeting").one().cancelled_at = clock.now()
    (met,) = report(convention, 2026).met
    assert (met.is_decision, met.note, met.on) == (True, "Chacun garde son outil.", date(2026, 6, 12))


def test_a_year_it_did_not_hold_has_no_report(convention):
    for year in (2025, 2027):
        with pytest.raises(Invisible):
            report(convention, year)


def test_what_was_owed_after_the_end_was_never_late(convention):
    convention.state, convention.end_reason = ConventionState.ENDED, EndReason.NOTICE
    convention.ended_on = date(2026, 6, 30)
    make_commitment(convention.checklist_id, due_on=date(2026, 6, 30))
    make_commitment(convention.checklist_id, due_on=date(2026, 7, 10))
    found = report(convention, 2026)
    assert (found.counts, found.until, found.is_running) == (
        {Standing.LATE: 1, Standing.AHEAD: 1},
        date(2026, 6, 30),
        False,
    )
    assert found.titles[Standing.AHEAD] == "Non échus à sa fin"


def test_an_amendment_is_told_with_its_parent(convention, dac):
    amendment = make_convention(partner=None, title="Avenant n° 1", parent_id=convention.id, amendment_number=1)
    make_commitment(amendment.checklist_id, label="Astreinte du soir")
    (line,) = report(convention, 2026).groups[Standing.AHEAD]
    assert (line.label, years_of(amendment)) == ("Astreinte du soir", [])


@pytest.mark.parametrize("state", [ConventionState.DRAFT, ConventionState.CIRCULATED, ConventionState.ADOPTED])
def test_what_was_never_in_force_has_no_report(cast, state):
    assert years_of(make_convention(state)) == []


def test_a_long_report_asks_no_more_than_a_short_one(convention):
    number, asked = convention.id, []
    for many in (1, 30):
        for _ in range(many):
            add_one_of_each(session.get_one(Convention, number))
        session.commit()
        with count_queries() as seen:
            report(session.get_one(Convention, number), 2026)
            session.remove()
        asked.append(len(seen))
    assert asked[0] == asked[1]


def add_one_of_each(convention):
    commitment = make_commitment(convention.checklist_id)
    prove(commitment, kind=EvidenceKind.LINK, url="https://dac.example/x")
    note_event(convention.checklist_id, "journal.meeting", by=None, happened_on=date(2026, 6, 12), note="a")


# -- its page and its PDF ---------------------------------------------------------------------------------------------


def test_the_page_and_the_file_say_the_same(convention, dac, cast, sign_in):
    commitment = make_commitment(convention.checklist_id, label="Formulaire commun", due_on=date(2026, 2, 27))
    keep(commitment, date(2026, 3, 3))
    for days in (1, 2, 3, 4, 5):
        send(dac, days=days)
    session.commit()
    url = f"/conventions/{convention.id}/bilan/2026"
    client = sign_in(cast.board_member)
    page = client.get(url).get_data(as_text=True).replace("\xa0", " ")
    said = text_of(client.get(f"{url}/bilan.pdf").data)
    for words in ("Formulaire commun", "tenu le 03/03/2026, 4 jours après l’échéance", "1 tenu sur 1 échu", "3 jours"):
        assert words in page
        assert words in said


def test_an_empty_year_says_so(convention, cast, sign_in):
    session.commit()
    page = sign_in(cast.coordinator).get(f"/conventions/{convention.id}/bilan/2026").get_data(as_text=True)
    assert "Aucun engagement ne porte sur 2026" in page
    assert "Aucune demande transmise à DAC Vendée Littoral cette année." in page
    assert "Le journal n’en note aucune cette année." in page


def test_the_file_is_tagged_and_titled_in_french(convention):
    found = PdfReader(BytesIO(report_pdf(report(convention, 2026))))
    catalogue = found.trailer["/Root"]
    assert (catalogue["/MarkInfo"]["/Marked"], catalogue["/Lang"]) == (True, "fr-FR")
    assert found.metadata.title == "Bilan 2026\xa0: Convention avec le DAC Vendée Littoral"
    assert "1 / 1" in found.pages[0].extract_text()


def test_another_year_is_404_and_another_role_403(convention, cast, sign_in):
    number = convention.id
    session.commit()
    assert sign_in(cast.coordinator).get(f"/conventions/{number}/bilan/2025").status_code == 404
    assert sign_in(cast.gp).get(f"/conventions/{number}/bilan/2026").status_code == 403
