"""The register, the partners and the templates: axe, no overflow, the walk that works without a script."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from cptsapp.checklists.models import CommitmentState
from cptsapp.conventions.actions import partners, templates
from cptsapp.conventions.actions.partners import ContactTerms
from cptsapp.conventions.models import ConventionState, PartnerKind, Relation
from cptsapp.conventions.queries import templates as queries
from cptsapp.conventions.rules.editing import without
from cptsapp.core.db import session
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import acting, make_organisation, make_person

S = ConventionState
TODAY = date(2026, 7, 20)
# As the register is drawn: with whom, its state, the days of what is owed and how far each is.
KEPT = (
    ("DAC Vendée Littoral", S.IN_FORCE, ("done", "done", "done", "doing", "doing", "todo"), -10),
    ("Centre hospitalier du Littoral", S.CIRCULATED, ("todo",) * 11, 60),
    ("MSP des Olonnes", S.ADOPTED, ("todo",) * 6, 60),
    ("Commune de Brem-sur-Mer", S.DRAFT, ("todo",) * 3, 60),
    ("CPTS Loire Vendée Océan", S.IN_FORCE, ("done",) * 6 + ("doing", "todo"), 60),
    ("EHPAD Les Tamaris", S.IN_FORCE, ("done",) * 4 + ("doing",), 100),
)


@pytest.fixture
def kept(cast):
    """Six conventions in all states, a partner with a contact, templates, one of them in two versions."""
    by = acting(cast.coordinator)
    owner = make_person(title="", first_name="Sophie", last_name="Arnaud")
    for name, state, commitments, days in KEPT:
        partner = make_partner(
            make_organisation(name=name, phone="+33261914055"),
            kind=PartnerKind.OTHER if "DAC" not in name else PartnerKind.DAC,
            relation=Relation.MEMBERSHIP if "MSP" in name or "EHPAD" in name else Relation.PARTNERSHIP,
        )
        found = make_convention(
            state,
            partner,
            title=f"Convention avec {name}",
            lead_id=owner.id,
            comments_due_on=TODAY - timedelta(7) if state is S.CIRCULATED else None,
            starts_on=TODAY + timedelta(4) if state is S.ADOPTED else date(2026, 1, 12),
        )
        for rank, code in enumerate(commitments):
            made = make_commitment(
                found.checklist_id,
                label="Réunion de bilan du premier semestre",
                owner_id=owner.id,
                due_on=TODAY + timedelta(days + (0 if code == "todo" else 40 + rank)),
            )
            made.state, made.done_on = CommitmentState(code), TODAY if code == "done" else None
    contact = ContactTerms(None, "Anne-Lise Brochard", "Directrice", "+33261914055", "al@dac.example", True)
    partners.add_contact(partners.locked(1), contact, by=by)
    templates.install(by=by)
    dac = queries.template(1)
    templates.save(dac, dac.name, without(queries.text_of(queries.last_version(1)), "3"), read_number=1, by=by)
    session.commit()


def looks_right(page, paths, picture, suffix):
    for name, path in paths:
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
        picture(page, f"{name}-{suffix}", full=True)


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_have_no_fault(kept, open_as, cast, phone, dark, picture):
    page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    paths = (
        ("conventions", "/conventions"),
        ("conventions-imprimees", "/conventions/imprimer"),
        ("partenaires", "/conventions/partenaires"),
        ("partenaire", "/conventions/partenaires/1"),
        ("partenaire-depart", "/conventions/partenaires/1/depart"),
        ("partenaire-trouver", "/conventions/partenaires/nouveau?q=littoral"),
        ("interlocuteur", "/conventions/partenaires/1/interlocuteurs/nouveau"),
        ("modeles", "/conventions/modeles"),
        ("modele", "/conventions/modeles/1"),
        ("modele-article", "/conventions/modeles/1/articles/2.1.3"),
        ("modele-compare", "/conventions/modeles/1/comparer"),
    )
    looks_right(page, paths, picture, "360-sombre" if phone else "1280")


def test_a_partner_is_added_and_found_then_leaves(kept, open_as, cast):
    page = open_as(session.merge(cast.coordinator))
    page.goto("/conventions")
    page.get_by_label("Partenaire, titre ou référent").press_sequentially("tam")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Partenaires").click()
    page.get_by_role("link", name="Ajouter un partenaire").click()
    page.get_by_label("Nom, commune, FINESS ou SIRET").press_sequentially("SAS 85")
    page.get_by_role("link", name="l’ajouter").click()
    page.get_by_label("Sorte de partenaire").select_option("sas")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="SAS 85", level=1)).to_be_visible()
    page.get_by_role("link", name="Noter son départ").click()
    expect(page.get_by_text("Aucune convention en cours avec ce partenaire")).to_be_visible()
    page.get_by_label("Raison").fill("le service ferme")
    page.get_by_role("button", name="Noter le départ").click()
    expect(page.get_by_text("Parti le lundi 20 juillet 2026")).to_be_visible()


def test_an_article_is_written_without_a_script(kept, open_as, cast):
    page = open_as(session.merge(cast.coordinator), javascript=False)
    page.goto("/conventions/modeles/1")
    page.get_by_role("link", name="Modifier l’article 1", exact=True).click()
    page.get_by_label("Titre").fill("Objet de la coopération")
    page.get_by_role("button", name="Enregistrer une version").click()
    expect(page.get_by_role("heading", name="Article 1 — Objet de la coopération")).to_be_visible()
    page.get_by_role("link", name="Comparer deux versions").click()
    expect(page.get_by_text("changé", exact=True)).to_be_visible()
