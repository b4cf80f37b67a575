"""The directory, adhesion and calls read from every role, at every address, with every argument: who sees what."""

import re
from dataclasses import dataclass
from datetime import date

import pytest
from werkzeug.routing import IntegerConverter

from cptsapp.accounts.models import Role
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Channel, Exchange, MovementKind, PracticeMode
from cptsapp.membership.models import MembershipSettings, MemberText, TextKind
from tests.hostile.test_every_address import rules
from tests.tools.factories import (
    make_application,
    make_call,
    make_call_campaign,
    make_campaign,
    make_delegation,
    make_membership,
    make_movement,
    make_organisation,
    make_person,
    make_place,
    make_practice,
    make_slot,
    make_user,
)

MEMBER, NOTE, CALL_NOTE, FORETOLD, REASON = "Zzmembre", "zzechange", "zzappel", "Zzremplacant", "zzmotif"
APPLICANT = "Zzcandidat"
MARKS = (MEMBER, NOTE, CALL_NOTE, FORETOLD, REASON, APPLICANT)
# What a page could be narrowed or ordered by: nothing of it may tell what the role may not know.
TRIED = (
    "",
    f"q={MEMBER}",
    "q=Zz&adhesion=active",
    "adhesion=active",
    "adhesion=never",
    "adhesion=applied",
    "etat=active",
    "fiche=stale",
    "fiche=leaving",
    "tri=adhesion",
    "college=professionals",
    "colonne=adhesion&colonne=echeance&colonne=nom",
    "jour=2026-01-15",
    "genre=msp",
)


@dataclass(frozen=True)
class World:
    """Numbers of what there is, by the names that addresses give them."""

    person: int
    campaign: int
    calls: int
    numbers: dict[str, int]


@pytest.fixture
def world(cast):
    """A member with everything that a sheet may hold, in a structure, called, applying."""
    house = make_organisation(name="Maison Zz des Dunes")
    place = make_place(organisation_id=house.id, phone="+33261914099")
    someone = make_person(last_name=MEMBER, mail="zzmembre@cpts.example", phone="+33639980001", rpps="10100000016")
    practice = make_practice(someone, place)
    other = make_person(last_name=FORETOLD)
    make_practice(other, place, mode=PracticeMode.LOCUM)
    delegation = make_delegation(other, someone)
    membership = make_membership(someone, fee_cents=2000, paid_on=date(2026, 2, 1), receipt_number=1)
    make_membership(organisation=house)
    application = make_application(last_name=APPLICANT, person_id=other.id, message="zzcandidature")
    movement = make_movement(someone, kind=MovementKind.RETIREMENT, note=REASON, replaced_by_id=other.id)
    exchange = Exchange(
        person_id=someone.id, held_on=date(2026, 7, 1), channel=Channel.CALL, note=NOTE, created_at=clock.now()
    )
    session.add(exchange)
    session.add(MemberText(kind=TextKind.CHARTER, version=1, body="Charte.", published_on=date(2026, 1, 1)))
    season = make_campaign()
    slot = make_slot(practice)
    calls = make_call_campaign(someone, other, professions=["gp"], created_by_id=cast.coordinator.id)
    target = session.query(type(calls)).count() and _targets(calls)[0]
    made = make_call(target, cast.coordinator, note=CALL_NOTE)
    session.commit()
    numbers = {
        "person_id": someone.id,
        "organisation_id": house.id,
        "place_id": place.id,
        "practice_id": practice.id,
        "delegation_id": delegation.id,
        "membership_id": membership.id,
        "application_id": application.id,
        "movement_id": movement.id,
        "exchange_id": exchange.id,
        "slot_id": slot.id,
        "target_id": target.id,
        "call_id": made.id,
        "version": 1,
    }
    return World(someone.id, season.id, calls.id, numbers)


def _targets(campaign):
    from cptsapp.outreach.models import CallTarget

    return session.query(CallTarget).filter_by(campaign_id=campaign.id).order_by(CallTarget.rank).all()


def paths(app, world, endpoints=None):
    """Every address that may be read, of what there is."""
    for rule in rules(app, "GET"):
        numbers = {
            **world.numbers,
            "campaign_id": world.calls if rule.endpoint.startswith("outreach") else world.campaign,
        }
        values = {
            name: numbers.get(name, 1) if isinstance(converter, IntegerConverter) else _word(rule, name, world)
            for name, converter in rule._converters.items()
        }
        if endpoints is None or rule.endpoint.split(".")[0] in endpoints:
            with app.test_request_context():
                from flask import url_for

                yield url_for(rule.endpoint, **values, **(rule.defaults or {}))


def _word(rule, name, world):
    if name == "key":
        return f"p{world.person}"
    if name == "subject_type":
        return "person"
    return "charte" if rule.endpoint.startswith("membership") else "x" * 22


def read(client, path, tried=TRIED):
    """What the page says with each of the arguments, whole and as a fragment."""
    for query in tried:
        for headers in ({}, {"HX-Request": "true", "HX-Target": "annuaire"}):
            answer = client.get(path, query_string=query, headers=headers)
            assert answer.status_code < 500, (path, query)
            if answer.status_code < 300:
                yield query, answer


def told(client, app, world, marks, *, only=None, tried=TRIED, but=()):
    """Where a mark is read, by address."""
    found = set()
    for path in paths(app, world, only):
        for query, answer in read(client, path, tried):
            body = answer.get_data().decode("utf-8", "replace")
            found |= {(path, query, mark) for mark in marks if mark in body and not path.startswith(but or ("§",))}
    return sorted(found)


FEATURES = frozenset({"directory", "membership", "outreach", "imports", "activity", "audit"})


def test_the_coordination_reads_all_of_it(app, world, cast, sign_in):
    """The addresses of these tests do lead to what they look for."""
    found = {mark for _, _, mark in told(sign_in(cast.coordinator), app, world, MARKS, tried=("",), only=FEATURES)}
    assert found == set(MARKS)


def test_a_partner_reads_no_person_anywhere(app, world, cast, sign_in):
    user = make_user(Role.PARTNER)
    session.commit()
    client = sign_in(user)
    people = (MEMBER, FORETOLD, APPLICANT, "Renaudin", "Benali", "zzmembre@", "10100000016", NOTE, REASON)
    tried = ("", f"q={MEMBER}", "adhesion=active", "profession=gp", "mode=liberal")
    echoed = [
        found
        for found in told(client, app, world, people, tried=tried)
        if not (found[1].startswith("q=") and found[2] == MEMBER)
    ]
    assert echoed == []


def test_a_partner_learns_nothing_from_a_name_typed(app, world, cast, sign_in):
    """What is typed comes back, but it finds neither the person nor the house where they practise."""
    user = make_user(Role.PARTNER)
    session.commit()
    client = sign_in(user)
    for path in ("/annuaire", "/annuaire/structures", "/annuaire/filtres"):
        known, unknown = (client.get(path, query_string={"q": q}).text for q in (MEMBER, "Zznulpart"))
        assert stripped(known, MEMBER) == stripped(unknown, "Zznulpart")


def stripped(page: str, typed: str) -> str:
    """A page without what is its own each time."""
    page = page.replace(typed, "§").replace(typed.lower(), "§")
    return re.sub(r'(value="[\w.-]{30,}"|[\w-]{40,}|"_csrf": ?"[^"]*")', "", page)


@pytest.mark.parametrize("who", ["gp", "secretary", "regulator", "treasurer", "board_member", "administrator"])
def test_what_was_said_with_someone_is_the_coordination_s(app, world, cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert told(client, app, world, [NOTE], tried=("",)) == []


@pytest.mark.parametrize("role", [Role.DATA_PROTECTION_OFFICER, Role.OFFICER])
def test_nor_is_it_read_by_these(app, world, sign_in, role):
    user = make_user(role)
    session.commit()
    assert told(sign_in(user), app, world, [NOTE, REASON, CALL_NOTE], tried=("",)) == []


@pytest.mark.parametrize("who", ["gp", "secretary", "regulator", "treasurer", "board_member"])
def test_a_departure_not_confirmed_is_the_coordination_s(app, world, cast, sign_in, who):
    """Neither its reason, nor who will replace them, nor by the facet, nor by a filter in the address."""
    client = sign_in(getattr(cast, who))
    page = client.get(f"/annuaire/{world.person}").text
    assert "retraite" not in page.lower()
    assert told(client, app, world, [REASON], tried=("", "fiche=leaving")) == []
    counts = [client.get("/annuaire", query_string=q).text.count("<tr") for q in ("", "fiche=leaving")]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["gp", "secretary", "regulator", "administrator"])
def test_who_is_a_member_is_not_told_unless_it_is_set(app, world, cast, sign_in, who):
    """Every page reads the same, filter or not, and none has the words."""
    client = sign_in(getattr(cast, who))
    found = []
    for path in paths(app, world, {"directory"}):
        for query, answer in read(client, path):
            body = answer.get_data().decode("utf-8", "replace")
            if re.search(r"adhérent|adhérente|Adhésion</|échu|jamais adhér|demande reçue", body, re.IGNORECASE):
                found.append((path, query))
    assert found == []


@pytest.mark.parametrize("who", ["gp", "secretary", "regulator"])
def test_no_count_moves_with_the_filter_of_members(app, world, cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    for path in ("/annuaire", "/annuaire/filtres"):
        plain = rows_of(client.get(path).text)
        for value in ("active", "coming", "lapsed", "left", "never", "applied"):
            assert rows_of(client.get(path, query_string={"adhesion": value}).text) == plain, value


def rows_of(page: str) -> list[str]:
    """The names of the rows and the numbers of the facets."""
    return re.findall(r"<b>([^<]+)</b></a>|<span>(\d+)</span>", page)


@pytest.mark.parametrize("who", ["gp", "secretary"])
def test_when_it_is_set_they_see_the_members_and_no_application(app, world, cast, sign_in, who):
    session.add(MembershipSettings(id=1, shows_members=True, updated_at=clock.now()))
    session.commit()
    client = sign_in(getattr(cast, who))
    assert "jusqu’au" in client.get("/annuaire", query_string={"q": MEMBER}).text
    for query in ("", "adhesion=applied"):
        page = client.get("/annuaire", query_string=query).text
        assert "demande reçue" not in page
    assert rows_of(client.get("/annuaire?adhesion=applied").text) == rows_of(client.get("/annuaire").text)


# -- calls ------------------------------------------------------------------------------------------------------------


def test_a_volunteer_of_no_campaign_reads_none(app, world, cast, sign_in):
    client = sign_in(cast.gp)
    assert told(client, app, world, [CALL_NOTE], only={"outreach"}, tried=("",)) == []
    assert {client.get(path).status_code for path in paths(app, world, {"outreach"}) if str(world.calls) in path} <= {
        403,
        404,
    }


def test_a_volunteer_is_not_told_who_joined_meanwhile(app, world, cast, sign_in):
    """Why someone left the list is who is a member: the volunteer reads that they are no longer to be called."""
    from cptsapp.outreach.models import CampaignCaller

    session.add(CampaignCaller(campaign_id=world.calls, user_id=cast.gp.id))
    session.commit()
    client = sign_in(cast.gp)
    for path in (f"/appels/{world.calls}", f"/appels/{world.calls}/personnes", f"/appels/{world.calls}/journal"):
        page = client.get(path).text
        assert not re.search(r"\badhérent|a demandé à adhérer", page), path


def test_the_order_of_colleagues_does_not_tell_a_volunteer_who_is_a_member(app, cast, sign_in):
    """Those of the campaign who work with whom one rings come by name, two of three: a member is not put first."""
    from cptsapp.outreach.models import CampaignCaller

    place = make_place()
    rung, *others = [make_person(last_name=name) for name in ("Aaa", "Bbb", "Ccc", MEMBER)]
    for one in (rung, *others):
        make_practice(one, place)
    make_membership(others[-1])
    calls = make_call_campaign(rung, professions=["gp"], communes=["85288"], created_by_id=cast.coordinator.id)
    session.add(CampaignCaller(campaign_id=calls.id, user_id=cast.gp.id))
    path = f"/appels/{calls.id}"
    session.commit()
    client = sign_in(cast.gp)
    client.post(f"{path}/suivant")
    page = client.get(path).text
    assert "travaille avec" in page
    assert MEMBER not in page


# -- nobody -----------------------------------------------------------------------------------------------------------


def test_without_an_account_nothing_of_anyone_is_read(app, world, client):
    assert (
        told(client, app, world, [*MARKS, "Renaudin", "Benali"], tried=("", f"personne={world.person}&structure=1"))
        == []
    )
