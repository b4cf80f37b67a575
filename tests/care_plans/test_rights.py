"""Rights of a plan's person: noted with the month the law gives, answered, copied; left, objected to, closed."""

import json
from datetime import date, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.care_plans.actions import rights, rights_mail
from cptsapp.care_plans.identity import read_person
from cptsapp.care_plans.models import CarePlan, MemberRole, PlanEnd, PlanRight, PlanState, RightKind
from cptsapp.care_plans.queries import rights as queries
from cptsapp.care_plans.queries.holdings import holdings
from cptsapp.care_plans.queries.plans import locked
from cptsapp.care_plans.relatives import Relative, seal_relative
from cptsapp.care_plans.rules import closing
from cptsapp.care_plans.rules import rights as rules
from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import JournalEntry
from cptsapp.core import clock, erasures
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.outbox.models import Message
from tests.tools.factories import acting
from tests.tools.inbox import make_request
from tests.tools.plans import make_meeting, make_member, make_plan


@pytest.fixture
def active(cast):
    """An active plan, PPCS 2026-017, with a regular doctor and a lead; its number."""
    made = make_plan(PlanState.ACTIVE, number=17)
    make_member(made, cast.gp_person)
    make_member(made, cast.other_gp_person, role=MemberRole.PROFESSIONAL, is_lead=True)
    session.commit()
    return made.id


@pytest.fixture
def asked(active, cast):
    """`asked(kind)` notes a right of the person; gives its number."""

    def _asked(kind: RightKind = RightKind.ACCESS, note: str = "") -> int:
        made = rights.ask(locked(active), kind, note, by=acting(cast.coordinator))
        session.commit()
        return made.id

    return _asked


def plan() -> CarePlan:
    return session.query(CarePlan).one()


def test_the_law_gives_a_month():
    assert rules.due_on(date(2027, 1, 31)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("kind", "gone", "is_closed", "waits", "why"),
    [
        (RightKind.ACCESS, False, True, False, None),
        (RightKind.OBJECTION, False, True, False, None),
        (RightKind.DEPARTURE, False, True, False, rules.ALREADY_CLOSED),
        (RightKind.ACCESS, True, True, False, rules.ANONYMISED),
        (RightKind.ACCESS, False, False, True, rules.SAME_WAITS),
    ],
)
def test_what_may_be_asked(kind, gone, is_closed, waits, why):
    assert rules.why_not_ask(kind, is_anonymised=gone, is_closed=is_closed, waits=waits) == why


def test_what_closes_the_plan_is_never_answered_by_saying_so():
    assert rules.why_not_answer(RightKind.OBJECTION, "handed", is_done=False) == rules.SAY_HOW
    assert rules.why_not_answer(RightKind.ACCESS, "handed", is_done=True) == rules.NOT_WAITING
    assert rules.why_not_answer(RightKind.OBJECTION, "given_up", is_done=False) is None


def test_what_follows_is_counted():
    lines = closing.follows(1, 2, 3, 18)
    assert "1 réunion prévue est annulée." in lines
    assert "2 documents ne sont plus attendus." in lines
    assert "3 personnes du cercle sont prévenues." in lines
    assert lines[-1].endswith("18 mois plus tard.")
    assert not any("mois" in line for line in closing.follows(1, 2, 3, None))


def test_a_right_is_noted_sealed_with_its_deadline(active, asked):
    asked(RightKind.ACCESS, "Par courrier, merci")
    [line] = queries.of_plan(plan())
    assert (line.right.due_on, line.note, line.days_left) == (date(2026, 8, 20), "Par courrier, merci", 31)
    assert b"courrier" not in session.query(PlanRight.note).scalar()
    assert queries.first_waiting(plan()).label == "Recevoir une copie de ce qui est gardé"


def test_the_same_right_waits_once(asked):
    asked()
    with pytest.raises(Refusal, match="déjà"):
        asked()


def test_an_answer_takes_away_what_was_said(active, asked, cast):
    number = asked(note="Par courrier")
    rights.answer(locked(active), number, "posted", by=acting(cast.coordinator))
    assert session.get_one(PlanRight, number).note is None
    assert session.query(JournalEntry.data).filter_by(kind="right.answered").scalar()["answer"] == "posted"


def test_it_is_answered_once(active, asked, cast):
    number = asked()
    rights.answer(locked(active), number, "handed", by=acting(cast.coordinator))
    with pytest.raises(Refusal, match="déjà reçu"):
        rights.answer(locked(active), number, "handed", by=acting(cast.coordinator))


def test_a_right_of_another_plan_does_not_exist(asked, cast):
    number, other = asked(), make_plan()
    with pytest.raises(Invisible):
        rights.answer(locked(other.id), number, "handed", by=acting(cast.coordinator))


def test_a_right_to_a_copy_closes_nothing(active, asked, cast):
    with pytest.raises(Invisible):
        rights.do(locked(active), asked(), by=acting(cast.coordinator))


def test_leaving_closes_the_plan_tells_the_circle_and_keeps_the_file_a_while(active, asked, cast):
    rights.do(locked(active), asked(RightKind.DEPARTURE), by=acting(cast.coordinator))
    session.commit()
    assert (plan().state, plan().end_reason, plan().anonymised_at) == (PlanState.CLOSED, PlanEnd.LEFT, None)
    assert session.query(Message).filter_by(kind="plan.closed").count() == 2


def test_whoever_has_left_is_read_by_the_circle_no_longer(active, asked, sign_in, cast):
    rights.do(locked(active), asked(RightKind.DEPARTURE), by=acting(cast.coordinator))
    session.commit()
    assert sign_in(cast.gp).get("/ppcs/2026-17").status_code == 404
    assert sign_in(cast.coordinator).get("/ppcs/2026-17").status_code == 200
    session.rollback()
    assert all("/ppcs/" not in mail.text for mail in session.query(Message).filter_by(kind="plan.closed"))


def test_an_objection_closes_and_erases_at_once(active, asked, cast):
    rights.do(locked(active), asked(RightKind.OBJECTION), by=acting(cast.coordinator))
    session.commit()
    assert (plan().end_reason, read_person(plan())) == (PlanEnd.OBJECTED, None)
    told = session.query(Message).filter_by(kind="plan.closed").all()
    assert len(told) == 2
    assert all("s’y est opposée" in mail.text for mail in told)


def test_an_objection_to_a_plan_already_closed_erases_it(active, asked, cast):
    departure = asked(RightKind.DEPARTURE)
    rights.do(locked(active), departure, by=acting(cast.coordinator))
    rights.do(locked(active), asked(RightKind.OBJECTION), by=acting(cast.coordinator))
    assert (plan().end_reason, plan().anonymised_at is not None) == (PlanEnd.LEFT, True)


# -- all that is held -------------------------------------------------------------------------------------------------


def test_the_copy_holds_the_person_the_circle_and_the_notes(active, cast):
    note_event(plan().checklist_id, "journal.note", by=acting(cast.coordinator), note="Préfère le matin")
    said = " ".join(f.words for section in holdings(plan()) for record in section.records for f in record)
    for words in ("Bretonnière", "17/05/1938", "Dr Hélène Renaudin", "de vive voix", "Préfère le matin"):
        assert words in said


def test_a_copy_of_the_request_holds_its_plan(cast):
    from cptsapp.inbox.queries.holdings import holdings as of_request

    request = make_request("searching")
    make_plan(seeker_id=request.seekers[0].id, request_id=request.id, number=18)
    titles = [section.title for section in of_request(request, request.seekers[0])]
    assert "PPCS 2026-018\u00a0: Le plan" in titles


# -- pages ------------------------------------------------------------------------------------------------------------

PAGE = "/ppcs/2026-17/droits"


def test_the_coordination_notes_opens_copies_and_answers(active, sign_in, cast):
    office = sign_in(cast.coordinator)
    assert "Aucun droit demandé" in office.get(PAGE).text
    one = office.post(PAGE, data={"kind": "access", "note": "Par courrier"}).headers["Location"]
    assert "Par courrier" in office.get(one).text
    assert "Marcel Bretonnière" in office.get(f"{one}/copie").text
    found = json.loads(office.get(f"{one}/copie.json").text)
    assert (found["reference"], found["person"][0]["last_name"]) == ("PPCS 2026-017", "Bretonnière")
    assert office.post(f"{one}/repondre", data={"answer": "posted"}).status_code == 303
    assert office.get(f"{one}/copie").status_code == 404
    kinds = [kind for (kind,) in session.query(AuditEvent.kind).filter(AuditEvent.kind.like("plan.%"))]
    assert kinds.count("plan.copied") == 2
    assert "plan.read" in kinds


def test_the_plan_s_page_says_that_a_right_waits(active, asked, sign_in, cast):
    asked()
    assert "recevoir une copie" in sign_in(cast.coordinator).get("/ppcs/2026-17").text
    assert "recevoir une copie" not in sign_in(cast.gp).get("/ppcs/2026-17").text


def test_the_coordination_is_reminded_once_a_week_before(active, asked, set_clock):
    asked()
    assert rights_mail.remind_due(clock.now()) == 0
    set_clock(clock.now() + timedelta(days=25))
    assert rights_mail.remind_due(clock.now()) == 1
    assert rights_mail.remind_due(clock.now()) == 0
    [mail] = session.query(Message).filter_by(kind="plan.right_due")
    assert ("2026-017" in mail.title, "Bretonnière" in mail.text) == (True, False)


def test_the_list_shows_no_name(active, asked, sign_in, cast):
    asked()
    page = sign_in(cast.coordinator).get(PAGE).text
    assert "M. B., 1938" in page
    assert "Bretonnière" not in page


def test_the_lead_may_and_another_of_the_circle_may_not(active, sign_in, cast):
    assert sign_in(cast.other_gp).get(PAGE).status_code == 200
    assert sign_in(cast.gp).get(PAGE).status_code == 403
    assert sign_in(cast.gp).get("/ppcs/2026-17/clore").status_code == 403


def test_a_stranger_finds_no_plan(active, sign_in, cast):
    session.query(CarePlan).one().number = 99
    session.commit()
    assert sign_in(cast.other_gp).get(PAGE).status_code == 404


def test_nothing_chosen_a_nir_and_a_second_time_are_refused_in_place(active, asked, sign_in, cast):
    asked()
    office = sign_in(cast.coordinator)
    assert "Dites ce qu’elle demande" in office.post(PAGE, data={}).text
    nir = {"kind": "departure", "note": "1 38 05 85 288 001 42"}
    assert office.post(PAGE, data=nir).status_code == 422
    assert office.post(PAGE, data={"kind": "access"}).status_code == 409


def test_an_objection_from_the_page_is_noted_outside_the_database(active, asked, sign_in, cast):
    number = asked(RightKind.OBJECTION)
    office = sign_in(cast.coordinator)
    assert "Clore et effacer" in office.get(f"{PAGE}/{number}").text
    assert office.post(f"{PAGE}/{number}/faire").status_code == 303
    assert [one.thing for one in erasures.read()] == ["care_plan"]
    assert "anonymisé" in office.get(PAGE).text


def test_a_plan_is_closed_from_its_page_once(active, sign_in, cast):
    office = sign_in(cast.coordinator)
    assert "2 personnes du cercle sont prévenues" in office.get("/ppcs/2026-17/clore").text
    typed = {"end": "moved", "note": "", "version": str(plan().version)}
    assert office.post("/ppcs/2026-17/clore", data=typed).status_code == 303
    assert plan().end_reason is PlanEnd.MOVED
    assert office.post("/ppcs/2026-17/clore", data=typed).status_code == 409


def test_a_lead_who_closes_what_its_person_has_left_lands_on_their_list(active, sign_in, cast):
    lead = sign_in(cast.other_gp)
    assert "le cercle ne le lit plus" in lead.get("/ppcs/2026-17/clore").text
    typed = {"end": "left", "note": "", "version": str(plan().version)}
    answer = lead.post("/ppcs/2026-17/clore", data=typed, follow_redirects=True)
    assert (answer.status_code, "Plan clos." in answer.text) == (200, True)


def test_a_lead_who_notes_a_departure_lands_on_their_list(active, asked, sign_in, cast):
    number = asked(RightKind.DEPARTURE)
    lead = sign_in(cast.other_gp)
    assert "Le cercle ne lit plus le plan" in lead.get(f"{PAGE}/{number}").text
    assert lead.post(f"{PAGE}/{number}/faire", follow_redirects=True).status_code == 200


def test_a_plan_changed_meanwhile_is_read_again_before_it_is_closed(active, sign_in, cast):
    answer = sign_in(cast.coordinator).post("/ppcs/2026-17/clore", data={"end": "moved", "version": "99"})
    assert (answer.status_code, plan().state) == (409, PlanState.ACTIVE)


def test_a_right_that_is_late_says_so(active, asked, sign_in, cast, set_clock):
    number = asked()
    set_clock(clock.now() + timedelta(days=40))
    assert "9\u00a0jours" in sign_in(cast.coordinator).get(f"{PAGE}/{number}").text


def test_an_anonymised_plan_still_reads(active, asked, sign_in, cast):
    relative = make_member(plan(), role=MemberRole.RELATIVE)
    seal_relative(relative, Relative("Odile", link="fille", mail="odile@courriel.example"))
    meeting, checklist_id = make_meeting(plan(), kind="review_6").id, plan().checklist_id
    note_event(checklist_id, "journal.note", by=None, note="Préfère le matin")
    member = relative.id
    rights.do(locked(active), asked(RightKind.OBJECTION), by=acting(cast.coordinator))
    session.commit()
    office, page = sign_in(cast.coordinator), "/ppcs/2026-17"
    paths = ("/ppcs?etat=clos", page, f"{page}/reunions/{meeting}", f"{page}/documents", f"{page}/cercle/{member}")
    for path in (*paths, f"/listes/{checklist_id}/journal", "/ppcs/chiffres", f"{page}/droits", "/journal"):
        answer = office.get(path)
        assert answer.status_code == 200, path
        assert "Odile" not in answer.text
        assert "Bretonnière" not in answer.text
    assert office.post(f"{page}/identite").status_code in (200, 404, 409)
