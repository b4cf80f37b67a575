"""« Mes engagements »: what is late first, whatever it comes from; one tap notes it done, and takes it back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from cptsapp.care_plans.models import PlanAgreement
from cptsapp.checklists import actions
from cptsapp.checklists.models import Checklist, Commitment, CommitmentState, Side
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.dues.queries.mine import SHOWN, mine
from tests.tools.conventions import make_commitment, make_convention
from tests.tools.factories import acting
from tests.tools.plans import make_member, make_plan
from tests.tools.queries import count_queries


@pytest.fixture
def checklist_id(cast):
    """The checklist of a convention in force."""
    found = make_convention().checklist_id
    session.commit()
    return found


def owe(checklist_id, cast, **more):
    found = make_commitment(checklist_id, owner_id=cast.gp_person.id, **more)
    session.commit()
    return found.id


def plan_of(cast):
    """The checklist of a plan whose regular doctor is the GP, and what they owe there."""
    plan = make_plan()
    make_member(plan, cast.gp_person)
    return plan, owe(plan.checklist_id, cast, label="Valider le plan", side=Side.REGULAR_DOCTOR)


def test_late_first_then_the_week_then_the_rest(cast, sign_in, checklist_id):
    owe(checklist_id, cast, label="Plus tard", due_on=date(2026, 9, 18))
    owe(checklist_id, cast, label="Cette fin de semaine", due_on=date(2026, 7, 26))
    owe(checklist_id, cast, label="Depuis dix jours", due_on=date(2026, 7, 10))
    page = sign_in(cast.gp).get("/mes-engagements").text
    words = (
        "En retard",
        "Depuis dix jours",
        "depuis 10\u00a0j",
        "Cette semaine",
        "Cette fin",
        "Ce mois-ci",
        "Plus tard",
    )
    places = [page.index(word) for word in words]
    assert places == sorted(places)


def test_it_says_how_many_of_what(cast, checklist_id):
    owe(checklist_id, cast, due_on=date(2026, 7, 10))
    plan_of(cast)
    told = mine(acting(cast.gp)).words
    assert told == "2\u00a0ouverts, dont 1 en retard · 1\u00a0convention et 1\u00a0plan"


def test_what_others_owe_or_is_done_or_not_in_force_is_not_there(cast, checklist_id):
    make_commitment(checklist_id, owner_id=cast.other_gp_person.id)
    actions.tick(owe(checklist_id, cast), CommitmentState.DONE, by=acting(cast.gp))
    owe(checklist_id, cast, label="Là")
    ended, _ = plan_of(cast)
    session.execute(update(Checklist).where(Checklist.id == ended.checklist_id).values(is_live=False))
    assert [line.label for group in mine(acting(cast.gp)).groups for line in group.lines] == ["Là"]


def test_a_plan_whose_agreement_was_withdrawn_asks_nothing(cast):
    plan_of(cast)
    assert mine(acting(cast.gp)).groups
    session.execute(update(PlanAgreement).values(withdrawn_at=clock.now()))
    assert mine(acting(cast.gp)).groups == ()


def test_one_tap_then_undone(cast, sign_in, checklist_id):
    number, client = owe(checklist_id, cast), sign_in(cast.gp)
    answer = client.post(f"/engagements/{number}/etat", data={"to": "done", "version": 1, "back": "miens"})
    page = client.get(answer.location).text
    assert "Noté fait" in page
    assert "Tenus récemment" in page
    client.post(f"/engagements/{number}/etat", data={"to": "todo", "version": 2, "back": "miens"})
    session.expire_all()
    assert session.get_one(Commitment, number).state is CommitmentState.TODO


def test_the_undo_of_something_else_is_not_offered(cast, sign_in, checklist_id):
    other = make_commitment(checklist_id, owner_id=cast.other_gp_person.id).id
    session.commit()
    assert "toast" not in sign_in(cast.gp).get(f"/mes-engagements?fait={other}&avant=todo").text


@pytest.mark.parametrize(("who", "words"), [("gp", "Rien ne vous est demandé"), ("treasurer", "relié à aucune fiche")])
def test_nothing_owed_says_what_comes_there(cast, sign_in, who, words):
    page = sign_in(getattr(cast, who)).get("/mes-engagements").text
    assert words in page


def test_who_owes_nothing_ever_has_no_such_page(cast, sign_in):
    assert sign_in(cast.regulator).get("/mes-engagements").status_code == 403


def test_a_long_list_is_cut_and_says_how_many_more(cast, sign_in, checklist_id):
    for number in range(SHOWN + 3):
        make_commitment(checklist_id, owner_id=cast.gp_person.id, due_on=date(2026, 8, 1) + timedelta(days=number))
    session.commit()
    client = sign_in(cast.gp)
    assert "Voir les 3 suivants" in client.get("/mes-engagements").text
    assert "suivants" not in client.get("/mes-engagements?tout=1").text


def test_the_last_kept_first(cast, checklist_id):
    for label, day in (("Mars", date(2026, 3, 25)), ("Avril", date(2026, 4, 14))):
        actions.tick(owe(checklist_id, cast, label=label), CommitmentState.DONE, by=acting(cast.gp), on=day)
    assert [(one.label, one.under) for one in mine(acting(cast.gp)).kept] == [
        ("Avril", "fait le 14 avr. · DAC Vendée Littoral"),
        ("Mars", "fait le 25 mars · DAC Vendée Littoral"),
    ]


def test_it_costs_the_same_for_one_and_for_thirty(cast, checklist_id):
    owe(checklist_id, cast)
    user = acting(cast.gp)
    mine(user)
    with count_queries() as one:
        mine(user)
    for number in range(30):
        owe(checklist_id, cast, label=f"Engagement {number}")
    with count_queries() as thirty:
        mine(user)
    assert len(thirty) == len(one)
