"""Calls, exchanges, movements and imports acted upon by hostile hands: replays, stale pages, others' objects."""

from datetime import date

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Channel, Exchange, Movement, MovementKind, Person
from cptsapp.outreach.models import Call, CallCampaign, CallTarget, CampaignCaller
from tests.hostile.tools import HTML, LONG, RTL, changed, check_refused, everything
from tests.tools.factories import make_call_campaign, make_movement, make_nurse, make_person

NIR = "2 85 05 78 006 084 36"


@pytest.fixture
def calls(cast):
    """The campaign of Dr Renaudin and Dr Benali: three nurses; its number, and those of its lines."""
    campaign = make_call_campaign(
        *[make_nurse(last_name=f"Zz{n}") for n in range(3)], created_by_id=cast.coordinator.id
    )
    session.add_all([CampaignCaller(campaign_id=campaign.id, user_id=user.id) for user in (cast.gp, cast.other_gp)])
    session.flush()
    targets = session.query(CallTarget).filter_by(campaign_id=campaign.id).order_by(CallTarget.rank)
    found = campaign.id, [target.id for target in targets]
    session.commit()
    return found


def ending(calls, rank: int) -> str:
    return f"/appels/{calls[0]}/personnes/{calls[1][rank]}/issue"


CAMPAIGN = {
    "name": "Infirmiers",
    "professions": ["nurse"],
    "communes": ["85288"],
    "opening": "Bonjour",
    "answers": "",
    "once": "k",
}


@pytest.mark.parametrize("field", ["name", "opening", "answers"])
def test_no_nir_comes_in_by_the_words_of_a_campaign(cast, calls, coordinator, field):
    callers = [session.get(CallCampaign, calls[0]).created_by_id]
    answer = coordinator.post("/appels/nouvelle", data={**CAMPAIGN, "callers": callers, field: f"Zz {NIR}"})
    assert "sécurité sociale" in check_refused(answer, 422)


@pytest.mark.parametrize("path", ["/adhesions/textes/charte/nouvelle"])
def test_no_nir_comes_in_by_a_text(cast, coordinator, path):
    answer = coordinator.post(path, data={"body": f"Charte de {NIR}", "after": "0", "once": "k"})
    assert "sécurité sociale" in check_refused(answer, 422)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/annuaire/{person}/echanges/nouveau", {"held_on": "2026-07-20", "channel": "call", "note": NIR, "once": "k"}),
        (
            "/annuaire/mouvements/nouveau?personne={person}",
            {"who": "Dr Camille Zznom", "kind": "leave", "starts_on": "2026-07-20", "note": NIR, "once": "k"},
        ),
        ("/annuaire/structures/nouvelle", {"name": f"Maison {NIR}", "kind": "other", "once": "k"}),
    ],
)
def test_no_nir_comes_in_by_a_note(cast, coordinator, path, data):
    person = make_person(last_name="Zznom").id
    session.commit()
    check_refused(coordinator.post(path.format(person=person), data=data), 422)


@pytest.mark.parametrize("typed", [HTML, RTL, LONG, '=cmd|"/c calc"!A1'])
def test_no_note_of_a_call_breaks_or_runs(cast, calls, gp, coordinator, typed):
    gp.post(f"/appels/{calls[0]}/suivant")
    answer = gp.post(ending(calls, 0), data={"outcome": "informed", "note": typed, "once": "k"})
    assert answer.status_code in (303, 422)
    for page in ("", "/personnes", "/journal", "/personnes.csv", "/personnes.xlsx"):
        shown = coordinator.get(f"/appels/{calls[0]}{page}")
        assert shown.status_code == 200
        if not page.endswith("xlsx"):
            assert "<script>alert" not in shown.text or page.endswith("csv")
            assert ";=cmd" not in shown.text


@pytest.mark.database
def test_an_ending_sent_twice_is_noted_once(calls, gp):
    gp.post(f"/appels/{calls[0]}/suivant")
    for _ in range(3):
        assert gp.post(ending(calls, 0), data={"outcome": "informed", "once": "one"}).status_code == 303
    assert session.query(Call).count() == 1


@pytest.mark.database
def test_the_key_of_an_ending_is_not_that_of_another_person(calls, gp):
    """A key used again for someone else must not say that they were called."""
    gp.post(f"/appels/{calls[0]}/suivant")
    gp.post(ending(calls, 0), data={"outcome": "informed", "once": "one"})
    answer = gp.post(ending(calls, 1), data={"outcome": "informed", "once": "one"})
    assert answer.status_code in (303, 409)
    called = {target_id for (target_id,) in session.query(Call.target_id)}
    assert called == {calls[1][0]} or called == set(calls[1][:2])


@pytest.mark.database
def test_two_callers_do_not_note_the_same_person(calls, gp, other_gp):
    gp.post(f"/appels/{calls[0]}/suivant")
    before = everything()
    check_refused(other_gp.post(ending(calls, 0), data={"outcome": "refuses", "once": "x"}), 409)
    assert changed(before, everything()) == set()


@pytest.mark.database
def test_someone_else_s_call_is_neither_undone_nor_corrected(calls, gp, other_gp):
    gp.post(f"/appels/{calls[0]}/suivant")
    gp.post(ending(calls, 0), data={"outcome": "informed", "once": "one"})
    call = session.query(Call).one().id
    before = everything()
    here = f"/appels/{calls[0]}/appels/{call}"
    assert other_gp.post(f"{here}/annuler").status_code in (403, 409)
    assert other_gp.post(f"{here}/corriger", data={"outcome": "refuses"}).status_code in (403, 409)
    assert changed(before, everything()) == set()


@pytest.mark.database
def test_whoever_objected_while_they_were_on_the_line_is_not_noted(calls, gp):
    gp.post(f"/appels/{calls[0]}/suivant")
    person_id = session.get(CallTarget, calls[1][0]).person_id
    session.query(Person).filter_by(id=person_id).update(
        {"objected_on": date(2026, 7, 20), "last_name": "", "phone": None}
    )
    session.commit()
    check_refused(gp.post(ending(calls, 0), data={"outcome": "informed", "once": "k"}), 409)
    assert session.query(Call).count() == 0


@pytest.mark.database
def test_a_campaign_closed_meanwhile_takes_no_ending(calls, gp, coordinator):
    gp.post(f"/appels/{calls[0]}/suivant")
    coordinator.post(f"/appels/{calls[0]}/clore")
    before = everything()
    for act in ("suivant", f"personnes/{calls[1][0]}/issue", f"personnes/{calls[1][0]}/passer"):
        answer = gp.post(f"/appels/{calls[0]}/{act}", data={"outcome": "informed", "once": "k"})
        assert (answer.status_code, "La campagne est close" in answer.text) == (409, True)
    check_refused(coordinator.post(f"/appels/{calls[0]}/clore"), 409)
    assert changed(before, everything()) == set()


@pytest.mark.parametrize(
    "query",
    [
        "depuis=999999999",
        "depuis=-1",
        "depuis=9" * 30,
        "etat=x&etat=y&issue=z",
        "appelant=999999999",
        "commune=" + "%25" * 900,
    ],
)
def test_no_argument_breaks_a_page_of_calls(calls, coordinator, query):
    for page in ("", "/personnes", "/journal", "/resultats", "/personnes.csv"):
        assert coordinator.get(f"/appels/{calls[0]}{page}?{query}").status_code == 200


@pytest.mark.parametrize("outcome", ["", "x", "INFORMED", "do_not_contact\x00", "informed,refuses"])
def test_an_outcome_that_is_none_is_asked_again(calls, gp, outcome):
    gp.post(f"/appels/{calls[0]}/suivant")
    assert gp.post(ending(calls, 0), data={"outcome": outcome, "once": "k"}).status_code in (400, 422)
    assert session.query(Call).count() == 0


# -- movements and exchanges ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["gp", "secretary", "regulator", "treasurer", "board_member", "administrator"])
def test_nobody_but_the_coordination_acts_on_movements_and_exchanges(cast, sign_in, who):
    person = make_person()
    movement = make_movement(person).id
    exchange = Exchange(
        person_id=person.id, held_on=date(2026, 7, 1), channel=Channel.CALL, note="x", created_at=clock.now()
    )
    session.add(exchange)
    session.commit()
    exchange_id, person_id = exchange.id, person.id
    client = sign_in(getattr(cast, who))
    before = everything()
    for path in (
        f"/annuaire/echanges/{exchange_id}/retirer",
        f"/annuaire/mouvements/{movement}/annuler",
        f"/annuaire/mouvements/{movement}/modifier",
        f"/annuaire/mouvements/{movement}/exercices",
        f"/annuaire/{person_id}/echanges/nouveau",
        f"/annuaire/{person_id}/verifier",
    ):
        assert client.post(path, data={"note": "x", "held_on": "2026-07-20", "channel": "call"}).status_code == 403
    assert changed(before, everything()) == set()


@pytest.mark.database
def test_a_movement_is_cancelled_once_and_of_nobody_who_objected(cast, coordinator):
    movement = make_movement().id
    gone = make_movement(make_person(objected_on=date(2026, 7, 1))).id
    session.commit()
    assert coordinator.post(f"/annuaire/mouvements/{movement}/annuler").status_code == 303
    before = everything()
    assert coordinator.post(f"/annuaire/mouvements/{movement}/annuler").status_code in (303, 409)
    assert coordinator.post(f"/annuaire/mouvements/{gone}/annuler").status_code == 404
    assert changed(before, everything()) == set()


def test_who_replaces_and_has_objected_is_not_named(cast, gp):
    """The sheet of who is replaced shows no name, and no link that leads nowhere."""
    gone = make_person(last_name="Zzparti", objected_on=date(2026, 7, 1))
    someone = make_person(last_name="Zzreste")
    made = make_movement(someone, kind=MovementKind.LEAVE, is_confirmed=True, replaced_by_id=gone.id)
    gone_id, someone_id = gone.id, someone.id
    assert session.get(Movement, made.id)
    session.commit()
    page = gp.get(f"/annuaire/{someone_id}").text
    assert "Zzparti" not in page
    assert f"/annuaire/{gone_id}" not in page
