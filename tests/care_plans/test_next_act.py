"""The one next act of a plan, from facts alone; and what is missing before its circle is engaged."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from cptsapp.care_plans.models import CircleMember, MeetingKind, MeetingState, MemberRole, PlanState
from cptsapp.care_plans.rules.defaults import BY_CODE, STANDARDS
from cptsapp.care_plans.rules.next_act import Ahead, Facts, Late, next_act, then
from cptsapp.care_plans.rules.opening import missing
from cptsapp.checklists.models import Side

NOW = datetime(2026, 7, 20, 14, 32)
AUGUST = date(2026, 8, 9)


def facts(state, ahead=None, lacks=(), due=None):
    return Facts(state, lacks, ahead, due, NOW)


def review(state=MeetingState.PLANNED, starts_at=None, **polled):
    return Ahead(7, MeetingKind.REVIEW_6, state, AUGUST, starts_at, **polled)


@pytest.mark.parametrize(
    ("given", "code", "title"),
    [
        (facts(PlanState.PREPARING, lacks=["Nommez le référent du plan."]), "circle", "Nommez le référent du plan"),
        (facts(PlanState.PREPARING), "engage", "Engager le cercle de soins"),
        (facts(PlanState.VALIDATING, due=AUGUST), "validate", "Valider le plan"),
        (facts(PlanState.ACTIVE, review()), "meeting", "Choisir la date du bilan des 6 mois"),
        (facts(PlanState.ACTIVE, review(starts_at=datetime(2026, 8, 4, 18))), "meeting", "Tenir le bilan des 6 mois"),
        (facts(PlanState.ACTIVE, review(starts_at=NOW)), "attend", "Noter qui était au bilan des 6 mois"),
        (facts(PlanState.ACTIVE), "close", "Clore le plan"),
        (facts(PlanState.CLOSED), "", "Plan clos"),
    ],
)
def test_one_act(given, code, title):
    act = next_act(given)
    assert (act.code, act.title) == (code, title)


LATE = Late(40, "Adresser les documents demandés", "Dr Hélène Renaudin", date(2026, 7, 10))
FAR = Ahead(7, MeetingKind.REVIEW_6, MeetingState.PLANNED, date(2027, 1, 15))


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (FAR, "late"),
        (replace(FAR, due_on=date(2026, 8, 19)), "meeting"),
        (replace(FAR, state=MeetingState.POLLING), "meeting"),
        (None, "close"),
    ],
)
def test_what_is_late_comes_before_a_review_that_is_far(ahead, code):
    act = next_act(Facts(PlanState.ACTIVE, (), ahead, None, NOW, LATE))
    assert (act.code, act.commitment_id) == (code, 40 if code == "late" else None)


def test_poll_is_told_with_its_answers():
    act = next_act(facts(PlanState.ACTIVE, review(MeetingState.POLLING, asked=5, answered=3)))
    assert (act.detail, act.due_on, act.meeting_id) == ("3\u00a0réponses sur 5 au sondage", AUGUST, 7)


def test_each_state_has_an_act_but_the_last():
    for state in PlanState:
        for ahead in (None, review(), review(starts_at=NOW)):
            assert bool(next_act(facts(state, ahead)).code) is (state is not PlanState.CLOSED)


@pytest.mark.parametrize(
    ("state", "ahead", "words"),
    [
        (PlanState.ACTIVE, review(), "bilan des 6 mois avant le 9 août"),
        (PlanState.ACTIVE, review(starts_at=datetime(2027, 2, 1, 18)), "bilan des 6 mois le 1er févr. 2027 à 18h00"),
        (PlanState.ACTIVE, None, "clôture"),
        (PlanState.VALIDATING, None, "validation par le médecin traitant"),
        (PlanState.CLOSED, None, ""),
    ],
)
def test_what_comes_next_in_a_list(state, ahead, words):
    assert then(state, ahead, NOW.date()) == words


def member(number, **given):
    return CircleMember(id=number, **{"role": MemberRole.PROFESSIONAL, "is_lead": False, **given})


DOCTOR = member(1, role=MemberRole.REGULAR_DOCTOR)
LEAD = member(2, is_lead=True)


@pytest.mark.parametrize(
    ("members", "agreed", "count"),
    [
        ([], (), 2),
        ([DOCTOR], (1,), 1),
        ([DOCTOR, LEAD], (), 2),
        ([DOCTOR, LEAD], (1,), 1),
        ([DOCTOR, LEAD], (1, 2), 0),
        ([member(3, role=MemberRole.REGULAR_DOCTOR, is_lead=True)], (3,), 0),
        ([DOCTOR, member(4, is_lead=True, declined_at=NOW)], (1, 4), 1),
    ],
)
def test_what_the_circle_lacks(members, agreed, count):
    assert len(missing(members, agreed)) == count


def test_the_regular_doctor_owes_the_six_of_the_convention():
    """A74 to A79, in this order."""
    theirs = [one.code for one in STANDARDS if one.side is Side.REGULAR_DOCTOR]
    assert theirs == ["a74", "a75", "a76", "a77", "a78", "a79"]
    assert len(BY_CODE) == len(STANDARDS)
