"""What is owed, on each of its pages: axe, no overflow; one tap notes it done and takes it back."""

from datetime import date

import pytest
from playwright.sync_api import expect

from cptsapp.checklists import actions
from cptsapp.checklists.models import CommitmentState, Side
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from cptsapp.ledger.models import LedgerLine, LineState
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import acting, make_campaign, make_organisation, make_person
from tests.tools.files import make_file

LEAD = ("2.1", "Recherche de médecin traitant")
PLANS = ("2.1.3", "Plans personnalisés de coordination en santé")


@pytest.fixture
def owed(cast):
    """Two conventions in force: lines in each state, evidence, a journal; sums owed to the GP."""
    by, gp = acting(cast.coordinator), cast.gp_person.id
    convention = make_convention()
    dac = convention.checklist_id
    home = make_organisation(name="EHPAD Les Tamaris", kind=OrganisationKind.CARE_HOME)
    tamaris = make_convention(partner=make_partner(home)).checklist_id
    karine = make_person(last_name="Brochard", first_name="Anne-Lise", title="")

    def add(checklist, label, due, article=LEAD, **more):
        number, heading = article
        return make_commitment(checklist, label=label, due_on=due, number=number, heading=heading, **more)

    add(dac, "Réponse du DAC sous 5 jours ouvrés", date(2026, 9, 30), owner_id=karine.id, side=Side.PARTNER)
    done = add(dac, "Formulaire commun, tous les intervenants cités", date(2026, 2, 27), owner_id=gp)
    late = add(dac, "Réunion de bilan du premier semestre", date(2026, 7, 10), PLANS, owner_id=gp)
    add(
        dac, "Fiche d’engagement du médecin traitant", date(2026, 7, 24), PLANS, owner_id=gp, expected="six engagements"
    )
    dropped = add(dac, "Outil de visioconférence commun", date(2026, 6, 30), PLANS)
    always = add(dac, "Rester disponible pour le DAC", None, PLANS, owner_id=gp, is_continuous=True)
    add(
        tamaris,
        "Export des points de rupture, sans nom",
        date(2026, 10, 5),
        ("3", "Suivi"),
        owner_id=gp,
        every_months=3,
    )
    actions.add_file(done.id, make_file().id, "Formulaire signé", by=by)
    actions.add_link(done.id, "https://dac.example/formulaire", "Formulaire en ligne", by=by)
    actions.tick(done.id, CommitmentState.DONE, by=by, on=date(2026, 2, 24), comment="relu par les deux DPO")
    actions.tick(dropped.id, CommitmentState.DROPPED, by=by, comment="chacun garde le sien")
    actions.tick(always.id, CommitmentState.DOING, by=by)
    actions.write(dac, "journal.meeting", "Ordre du jour prêt.", happened_on=date(2026, 7, 16), by=by)
    account, now = f"campaign/{make_campaign(name='Été 2026').id}", clock.now()
    sum_ = {"person_id": gp, "kind": "snp.act", "account": account, "state": LineState.OWED, "amount_cents": 1500}
    for number in (1, 2, 3):
        source = {"source_type": "booking", "source_id": number, "done_on": date(2026, 7, 14)}
        session.add(LedgerLine(**sum_, **source, created_at=now, changed_at=now))
    found = {"convention": convention.id, "dac": dac, "late": late.id, "done": done.id}
    session.commit()
    return found


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_have_no_fault(owed, open_as, cast, phone, dark, picture):
    suffix = "360-sombre" if phone else "1280"
    late, done, dac = f"/engagements/{owed['late']}", f"/engagements/{owed['done']}", f"/listes/{owed['dac']}"
    gp = open_as(session.merge(cast.gp), phone=phone, dark=dark)
    office = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    for page, path, name in (
        (gp, "/mes-engagements", "mes-engagements"),
        (gp, late, "engagement-du-medecin"),
        (office, done, "engagement-preuves"),
        (office, f"{late}/reporter", ""),
        (office, f"{late}/abandonner", ""),
        (office, f"{late}/modifier", "engagement-modifier"),
        (office, f"{dac}/ajouter", ""),
        (office, f"{dac}/journal", "journal-convention"),
        (office, f"{dac}/journal/ajouter", ""),
    ):
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
        if name:
            picture(page, f"{name}-{suffix}", full=True)


def test_a_tick_changes_the_page_and_is_taken_back(owed, open_as, cast, picture):
    page = open_as(session.merge(cast.coordinator))
    page.goto(f"/conventions/{owed['convention']}")
    picture(page, "convention-1280", full=True)
    row = page.locator(f"#engagement-{owed['late']}")
    row.get_by_role("button", name="Noter fait").click()
    expect(row.locator(".state.done")).to_be_visible()
    expect(page.locator("#journal")).to_contain_text("Sophie Arnaud a noté fait")
    row.get_by_role("button", name="Annuler").click()
    expect(row.locator(".state.late")).to_be_visible()


def test_a_doctor_notes_it_done_with_one_tap_without_a_script(owed, open_as, cast):
    page = open_as(session.merge(cast.gp), phone=True, javascript=False)
    page.goto("/mes-engagements")
    page.get_by_role("button", name="Noter fait : Réunion de bilan").click()
    expect(page.locator(".toast")).to_contain_text("Noté fait : Réunion de bilan")
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("En retard").first).to_be_visible()
