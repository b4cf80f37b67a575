"""The register: who sees which conventions, where each stands, what is counted, how it leaves."""

from datetime import date

import pytest

from cptsapp.accounts.models import Role
from cptsapp.checklists.models import CommitmentState, Evidence, EvidenceKind
from cptsapp.conventions.models import ConventionState, FrozenText, Relation, Signature
from cptsapp.conventions.queries import register
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.files.models import StoredFile
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import acting, make_organisation, make_person, make_place, make_practice, make_user
from tests.tools.queries import count_queries

S = ConventionState


@pytest.fixture
def house(cast):
    return acting(cast.coordinator)


def partner_named(name, **overrides):
    return make_partner(make_organisation(name=name), **overrides)


def reader_of(partner):
    """Someone who works there."""
    person = make_person(title="", profession="staff")
    make_practice(person, make_place(organisation_id=partner.organisation_id))
    return make_user(Role.PARTNER, person_id=person.id)


def the_line(user):
    [line] = register.register(user).lines
    return line


def test_what_is_owed_first_comes_next(house):
    found = make_convention()
    make_commitment(found.checklist_id, label="Réunion commune", due_on=date(2026, 9, 18), owner_id=make_person().id)
    make_commitment(found.checklist_id, label="Bilan du semestre", due_on=date(2026, 7, 10), owner_id=make_person().id)
    line = the_line(house)
    assert (line.step.words, line.day.day, line.day.detail) == (
        "bilan du semestre",
        "ven. 10 juil.",
        "10\u00a0j de retard",
    )


def test_commitments_are_counted_by_state_and_what_is_dropped_is_not(house):
    found = make_convention()
    for state, due_on in (("done", None), ("doing", date(2026, 9, 1)), ("todo", date(2026, 7, 1)), ("dropped", None)):
        made = make_commitment(found.checklist_id, due_on=due_on)
        made.state, made.done_on = CommitmentState(state), date(2026, 7, 2) if state == "done" else None
    tally = the_line(house).tally
    assert (tally.kept, tally.doing, tally.late, tally.todo, tally.total) == (1, 1, 1, 0, 3)


def test_what_is_missing_is_told(house):
    found = make_convention()
    make_commitment(found.checklist_id, due_on=None)
    done = make_commitment(found.checklist_id, expected="compte rendu", owner_id=make_person().id)
    done.state, done.done_on = CommitmentState.DONE, date(2026, 7, 2)
    assert the_line(house).missing == ("responsable", "échéance", "preuve")


def test_what_is_shown_lacks_no_evidence(house):
    done = make_commitment(make_convention().checklist_id, expected="compte rendu", owner_id=make_person().id)
    done.state, done.done_on = CommitmentState.DONE, date(2026, 7, 2)
    session.add(Evidence(commitment_id=done.id, kind=EvidenceKind.LINK, url="https://x.example", added_at=clock.now()))
    assert the_line(house).missing == ()


def test_who_has_not_signed_is_awaited(house):
    found = make_convention(S.ADOPTED)
    assert the_line(house).step.words == "signature de la CPTS et du partenaire"
    file = StoredFile(checksum="a" * 64, size=1, media_type="application/pdf", name="s.pdf", stored_at=clock.now())
    text = session.query(FrozenText).one()
    session.add(file)
    session.flush()
    signature = {"text_id": text.id, "signer": "A. Pouvreau", "signed_on": date(2026, 7, 2), "file_id": file.id}
    session.add(Signature(**signature, party_id=found.parties[0].id, recorded_at=clock.now()))
    assert the_line(house).step.words == "signature du partenaire"


def test_the_amendment_that_waits_is_what_comes_next(house):
    partner = make_partner()
    parent = make_convention(partner=partner)
    make_convention(S.CIRCULATED, partner, parent_id=parent.id, amendment_number=1, comments_due_on=date(2026, 7, 31))
    line = the_line(house)
    assert (line.step.words, line.step.due_on) == ("avenant n°\u00a01 à relire", date(2026, 7, 31))
    assert register.step_of(parent.id, house) == line.step


def test_what_an_amendment_in_force_lists_counts_for_what_it_amends(house):
    partner = make_partner()
    parent = make_convention(partner=partner)
    make_commitment(parent.checklist_id, label="Réunion", due_on=date(2026, 9, 1), owner_id=make_person().id)
    amendment = make_convention(partner=partner, parent_id=parent.id, amendment_number=1)
    make_commitment(amendment.checklist_id, label="Bilan", due_on=date(2026, 7, 1), owner_id=make_person().id)
    line = the_line(house)
    assert (line.step.words, line.tally.late, line.tally.total) == ("bilan", 1, 2)


def test_a_partner_reads_nothing_of_an_amendment_in_the_drawer(house):
    partner = make_partner()
    parent = make_convention(partner=partner, ends_on=None, renewal="none", renewal_months=None, notice_months=None)
    make_convention(S.DRAFT, partner, parent_id=parent.id, amendment_number=1, starts_on=date(2026, 7, 30))
    assert the_line(house).step.words == "avenant n°\u00a01 à écrire"
    theirs = the_line(acting(reader_of(partner)))
    assert (theirs.step.words, theirs.day.day) == ("rien n’est attendu", "—")
    assert register.step_of(parent.id, acting(reader_of(partner))) == theirs.step


def test_a_partner_reads_theirs_once_out_of_the_drawer(cast):
    ours, others = make_partner(), partner_named("MSP des Olonnes", relation=Relation.MEMBERSHIP)
    seen = make_convention(partner=ours)
    make_convention(S.DRAFT, ours)
    make_convention(partner=others)
    reader = acting(reader_of(ours))
    assert [line.id for line in register.register(reader).lines] == [seen.id]


@pytest.mark.parametrize(
    ("chip", "names"),
    [
        ("en-cours", ["En retard", "Proche", "Loin"]),
        ("a-echeance", ["En retard", "Proche"]),
        ("en-retard", ["En retard"]),
    ],
)
def test_filters(house, chip, names):
    for name, day in (("Loin", date(2026, 9, 18)), ("En retard", date(2026, 7, 1)), ("Proche", date(2026, 8, 1))):
        found = make_convention(partner=partner_named(name))
        make_commitment(found.checklist_id, due_on=day)
    make_convention(S.ENDED, partner_named("Finie"))
    found = register.register(house, chip)
    assert [line.partners for line in found.lines] == names
    assert found.counts == {"en-cours": 3, "a-echeance": 2, "en-retard": 1, "closes": 1}


def test_nothing_is_late_in_what_is_over(house):
    make_commitment(make_convention(S.ENDED).checklist_id, due_on=date(2026, 7, 1))
    [line] = register.register(house, "closes").lines
    assert (line.tally.late, line.tally.total, line.step.words) == (0, 1, "arrivée à son terme")


def test_a_search_begins_words_whatever_the_accents(house):
    for name in ("Hôpital du Littoral", "MSP des Olonnes"):
        make_convention(partner=partner_named(name), title="Convention")
    assert [line.partners for line in register.register(house, typed="olon").lines] == ["MSP des Olonnes"]
    assert register.register(house, typed="lonnes").lines == []


def test_a_structure_merged_has_its_present_name(house):
    kept, partner = make_organisation(name="DAC 85"), make_partner()
    make_convention(partner=partner)
    session.get_one(type(kept), partner.organisation_id).merged_into_id = kept.id
    assert the_line(house).partners == "DAC 85"


def test_what_a_commit_changes_is_read_again(app, house):
    found = make_convention()
    session.commit()
    assert the_line(house).tally.total == 0
    make_commitment(found.checklist_id)
    session.commit()
    assert the_line(house).tally.total == 1


def test_as_many_statements_with_one_convention_as_with_twenty(app, house):
    sizes = []
    for _ in range(2):
        for _ in range(10):
            made = make_convention(partner=partner_named("Partenaire"), lead_id=make_person().id)
            make_commitment(made.checklist_id)
        session.commit()
        session.expire_all()
        with count_queries() as sent:
            register.register(house)
        sizes.append(len(sent))
    assert sizes[0] == sizes[1] <= 14


def test_the_page_and_what_leaves(sign_in, cast):
    found = make_convention()
    make_commitment(found.checklist_id, due_on=date(2026, 7, 10))
    session.commit()
    client = sign_in(cast.coordinator)
    page = client.get("/conventions").text
    assert "DAC Vendée Littoral" in page
    assert "1 en retard" in page
    assert "DAC Vendée Littoral;Convention avec le DAC" in client.get("/conventions/registre.csv").get_data(
        as_text=True
    )
    assert client.get("/conventions/registre.xlsx").data[:2] == b"PK"
    assert "réunion de bilan" in client.get("/conventions/imprimer").text


def test_a_long_register_is_read_page_by_page(sign_in, cast, monkeypatch):
    monkeypatch.setattr(register, "PAGE", 1)
    for name in ("Premier", "Second"):
        make_convention(partner=partner_named(name))
    session.commit()
    client = sign_in(cast.coordinator)
    first, second = (client.get(f"/conventions?page={page}").text for page in (1, 2))
    assert ("Premier" in first, "Second" in first, "Suivants" in first) == (True, False, True)
    assert ("Second" in second, "Suivants" in second) == (True, False)


def test_an_empty_register_says_what_to_do(sign_in, cast):
    assert "Nouvelle convention" in sign_in(cast.coordinator).get("/conventions").text
    assert "Nouvelle convention" not in sign_in(cast.board_member).get("/conventions").text
