"""Following a file, putting it aside, labels; one gesture on several; what is refused is told where it was made."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import bulk, sorting, triage
from cptsapp.inbox.models import Label, Outcome, Request, RequestLabel, State, Step
from cptsapp.inbox.queries import list as queries
from tests.tools.factories import acting, make_user
from tests.tools.inbox import make_request

TODAY = date(2026, 7, 20)


@pytest.fixture
def office(cast, sign_in):
    """The coordination, signed in."""
    return sign_in(cast.coordinator)


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


@pytest.fixture
def other(cast):
    """A colleague who sorts requests too."""
    return make_user(Role.ASSISTANT, display_name="Maxime Bonnet")


def make(state="searching", **overrides) -> Request:
    found = make_request(state, **overrides)
    session.commit()
    return found


def again(number) -> Request:
    session.expire_all()
    return session.get_one(Request, number)


# -- who follows it ---------------------------------------------------------------------------------------------------


def test_take_from_the_list_then_take_back(office, cast):
    found, user_id = make(), cast.coordinator.id
    number, reference = found.id, found.reference
    answer = office.post(f"/demandes/{reference}/prendre", data={"file": "en-recherche"}, follow_redirects=True)
    assert "Vous suivez cette demande." in answer.text
    assert again(number).assigned_to_id == user_id
    office.post(f"/demandes/{reference}/confier?file=en-recherche", data={"qui": ""})
    assert again(number).assigned_to_id is None


def test_whoever_comes_second_is_told_by_whom(office, other):
    found = make()
    sorting.take(found.id, by=acting(other))
    reference = found.reference
    session.commit()
    answer = office.post(f"/demandes/{reference}/prendre", data={"file": "en-recherche"})
    assert answer.status_code == 409
    assert "Maxime Bonnet suit déjà cette demande." in answer.text
    assert "<h1>En recherche</h1>" in answer.text


def test_a_request_is_given_to_a_colleague(by, other):
    found = make()
    sorting.assign(found.id, other.id, by=by)
    assert found.assigned_to_id == other.id
    assert session.query(Step).filter_by(kind="request.assigned").one().data == {"follower": "Maxime Bonnet"}


def test_it_is_not_given_to_who_does_not_sort(by, cast):
    with pytest.raises(Refusal, match="ne suit pas"):
        sorting.assign(make().id, cast.gp.id, by=by)


def test_a_closed_request_is_not_given(by):
    found = make()
    triage.close(found.id, Outcome.NOT_FOUND, ["doctors"], by=by)
    with pytest.raises(Refusal, match="close"):
        sorting.take(found.id, by=by)


# -- until when -------------------------------------------------------------------------------------------------------


def test_put_aside_it_leaves_its_queue_and_comes_back_by_itself(by, set_clock):
    found = make()
    sorting.snooze(found.id, TODAY + timedelta(days=10), by=by)
    session.commit()
    assert _counted() == {"en-recherche": 0, "reportees": 1}
    set_clock(datetime(2026, 7, 30, 8, tzinfo=UTC))
    assert _counted() == {"en-recherche": 1, "reportees": 0}


def _counted():
    session.remove()
    counts = queries.queue_counts()
    return {code: counts[code].count for code in ("en-recherche", "reportees")}


def test_its_deadline_stands(by):
    found = make()
    due = found.due_on
    sorting.snooze(found.id, TODAY + timedelta(days=10), by=by)
    assert found.due_on == due


def test_woken_it_is_back_at_once(by):
    found = make()
    sorting.snooze(found.id, TODAY + timedelta(days=10), by=by)
    sorting.wake(found.id, by=by)
    session.commit()
    assert _counted() == {"en-recherche": 1, "reportees": 0}


@pytest.mark.parametrize("until", [None, TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=93)])
def test_a_day_that_cannot_be_is_refused(by, until):
    with pytest.raises(Refusal) as refused:
        sorting.snooze(make().id, until, by=by)
    assert refused.value.field == "until"


def test_refused_on_the_page_of_the_file_it_is_told_there(office):
    found = make()
    answer = office.post(f"/demandes/{found.reference}/reporter?page=fiche", data={"jour": "2020-01-01"})
    assert answer.status_code == 409
    assert "Choisissez un jour à venir." in answer.text
    assert "Jeanne Guérineau" in answer.text


# -- labels -----------------------------------------------------------------------------------------------------------


def test_a_label_is_made_by_writing_it_once(by):
    first, second = make(), make()
    sorting.stick(first.id, "  À  rappeler ", by=by)
    sorting.stick(second.id, "a rappeler", by=by)
    sorting.stick(second.id, "a rappeler", by=by)
    assert [label.name for label in session.query(Label)] == ["À rappeler"]
    assert session.query(RequestLabel).count() == 2


@pytest.mark.parametrize("name", ["", "  ", "x" * 31, "1 47 03 85 288 001 42"])
def test_a_label_that_cannot_be_is_refused(by, name):
    with pytest.raises(Refusal):
        sorting.stick(make().id, name, by=by)


def test_a_label_is_stuck_and_taken_off_on_the_page(office):
    found = make()
    number, reference = found.id, found.reference
    page = office.post(
        f"/demandes/{reference}/etiqueter?page=fiche", data={"etiquette": "à rappeler"}, follow_redirects=True
    )
    assert '<span class="tag muted">à rappeler</span>' in page.text
    label = session.query(Label).one().id
    office.post(f"/demandes/{reference}/oter?page=fiche", data={"etiquette": label})
    assert session.query(RequestLabel).filter_by(request_id=number).count() == 0


def test_labels_are_renamed_and_removed(office, by):
    label = sorting.stick(make().id, "rapeler", by=by).id
    session.commit()
    assert 'href="/demandes/etiquettes"' in office.get("/demandes/filtres?file=en-recherche").text
    office.post(f"/demandes/etiquettes/{label}", data={"etiquette": "rappeler"})
    assert 'value="rappeler"' in office.get("/demandes/etiquettes").text
    office.post(f"/demandes/etiquettes/{label}/supprimer")
    assert session.query(Label).count() == 0
    assert session.query(RequestLabel).count() == 0


def test_two_labels_never_have_one_name(office, by):
    sorting.stick(make().id, "rappeler", by=by)
    second = sorting.stick(make().id, "urgent", by=by).id
    session.commit()
    answer = office.post(f"/demandes/etiquettes/{second}", data={"etiquette": "RAPPELER"})
    assert answer.status_code == 409
    assert "porte déjà ce nom" in answer.text


# -- on several -------------------------------------------------------------------------------------------------------


def test_a_gesture_on_several_says_first_what_it_will_change(office):
    first, second = make("received").reference, make().reference
    page = office.get(f"/demandes/lot?acte=accepter&choix={first}&choix={second}&file=nouvelles").text
    assert "1\u00a0demande</h2>" in page or "1 demande</h2>" in page
    assert "1 déjà en recherche, ou plus loin" in page
    assert {request.state for request in session.query(Request)} == {State.RECEIVED, State.SEARCHING}


def test_it_is_done_to_all_that_match(office):
    for _ in range(3):
        make("received")
    page = office.get("/demandes/lot?acte=accepter&tous=1&file=nouvelles").text
    chosen = [bit.split('"')[0] for bit in page.split('name="choix" value="')[1:]]
    answer = office.post(
        "/demandes/lot?file=nouvelles", data={"acte": "accepter", "choix": chosen}, follow_redirects=True
    )
    assert "3 demandes traitées." in answer.text.replace("\u00a0", " ")
    assert {request.state for request in session.query(Request)} == {State.SEARCHING}


def test_only_those_of_the_filter_are_taken(office, by):
    mine = make()
    sorting.take(mine.id, by=by)
    reference, free = mine.reference, make().reference
    session.commit()
    page = office.get("/demandes/lot?acte=etiqueter&tous=1&file=en-recherche&suivi=moi").text
    assert reference in page
    assert free not in page


def test_one_that_changed_meanwhile_is_left_aside(by):
    first, second = make("received"), make("received")
    triage.accept(second.id, by=by)
    done = bulk.apply("accepter", [first.reference, second.reference], bulk.Values(), by=by)
    assert (done.count, sum(count for _reason, count in done.left)) == (1, 1)


@pytest.mark.parametrize(
    ("act", "typed", "sentence"),
    [
        ("reporter", {"jour": "2020-01-01"}, "Choisissez un jour à venir."),
        ("etiqueter", {"etiquette": " "}, "Dites l’étiquette."),
        ("confier", {"qui": "99999"}, "Cette personne ne suit pas les demandes."),
    ],
)
def test_what_it_asks_for_is_checked_and_nothing_is_done(office, act, typed, sentence):
    references = [make().reference for _ in range(2)]
    answer = office.post("/demandes/lot?file=en-recherche", data={"acte": act, "choix": references, **typed})
    assert answer.status_code == 409
    assert sentence in answer.text
    assert session.query(Step).filter(Step.kind.in_(["request.assigned", "request.snoozed"])).count() == 0


def test_several_are_given_put_aside_and_labelled(office, other):
    references = [make().reference for _ in range(2)]
    session.commit()
    who = other.id
    for act, typed in (
        ("confier", {"qui": who}),
        ("etiqueter", {"etiquette": "lot"}),
        ("reporter", {"jour": "2026-08-03"}),
    ):
        office.post("/demandes/lot?file=en-recherche", data={"acte": act, "choix": references, **typed})
    rows = session.query(Request.assigned_to_id, Request.snoozed_until).all()
    assert rows == [(who, date(2026, 8, 3))] * 2
    assert session.query(RequestLabel).count() == 2


def test_a_gesture_too_wide_is_cut_and_said(by, monkeypatch):
    monkeypatch.setattr(bulk, "SIZE_MAX", 2)
    plan = bulk.plan("etiqueter", [make().reference for _ in range(3)])
    assert (len(plan.references), plan.is_cut) == (2, True)


def test_nothing_ticked_says_so(office):
    make()
    assert "cochez des lignes" in office.get("/demandes/lot?acte=confier&file=en-recherche").text


def test_a_gesture_nobody_knows_leads_back(office):
    assert office.get("/demandes/lot?acte=detruire&file=closes").headers["Location"] == "/demandes?file=closes"
