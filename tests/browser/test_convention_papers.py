"""The yearly report on a desk and on a dark telephone, and the PDFs that a reader opens from it."""

from datetime import date

import pytest

from cptsapp.checklists.actions import locked, note_event, set_state
from cptsapp.checklists.models import CommitmentState, Evidence, EvidenceKind, Side
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions import referrals
from cptsapp.inbox.models import PartnerAnswer, Recipient
from tests.browser.conftest import LOOKS
from tests.tools import axe, files
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import acting, make_organisation
from tests.tools.inbox import make_request


@pytest.fixture
def convention(cast):
    """The number of a convention with a commitment of each standing, proofs, and a decision."""
    dac, by = make_organisation(name="DAC Vendée Littoral", kind=OrganisationKind.DAC), acting(cast.coordinator)
    found = make_convention(partner=make_partner(dac))
    for _ in range(6):
        sent = referrals.send(make_request("searching"), Recipient.DAC, dac.id, "", by)
        referrals.answer(sent.id, PartnerAnswer.UNREACHABLE, by=by)
    kept = make_commitment(found.checklist_id, label="Formulaire commun, tous les intervenants cités")
    set_state(locked(kept.id), CommitmentState.DONE, by=by, on=date(2026, 2, 24), comment="relu par les deux DPO")
    file = files.make_file(name="Formulaire commun de recherche de médecin traitant, version 2.pdf", by=by)
    for of in (
        {"kind": EvidenceKind.FILE, "file_id": file.id},
        {"kind": EvidenceKind.LINK, "url": "https://a.example/b"},
    ):
        session.add(Evidence(commitment_id=kept.id, added_at=clock.now(), **of))
    make_commitment(found.checklist_id, label="Réunion de bilan", due_on=date(2026, 7, 10), owner_id=cast.gp_person.id)
    make_commitment(found.checklist_id, label="Accuser réception", side=Side.PARTNER, is_continuous=True, due_on=None)
    make_commitment(found.checklist_id, label="Export des points de rupture, sans nom", due_on=date(2026, 10, 5))
    dropped = make_commitment(found.checklist_id, label="Outil de visioconférence commun")
    set_state(locked(dropped.id), CommitmentState.DROPPED, by=by, on=date(2026, 6, 12), comment="chacun garde le sien")
    decided = {"by": by, "happened_on": date(2026, 6, 12), "file_id": file.id}
    note_event(found.checklist_id, "journal.decision", note="Chacun garde son outil de visioconférence.", **decided)
    number = found.id
    session.commit()
    return number


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_report_has_no_fault(convention, open_as, cast, phone, dark, picture):
    page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    page.goto(f"/conventions/{convention}/bilan/2026")
    assert axe.violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    picture(page, f"bilan-convention-{'360-sombre' if phone else '1280'}", full=True)


def test_the_papers_open_from_the_report(convention, open_as, cast):
    page = open_as(session.merge(cast.coordinator))
    page.goto(f"/conventions/{convention}/bilan/2026")
    paper = page.request.get(page.get_by_role("link", name="PDF", exact=True).get_attribute("href"))
    assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Formulaire commun de recherche").first.click()
    assert kept.value.suggested_filename == "Formulaire commun de recherche de médecin traitant, version 2.pdf"
