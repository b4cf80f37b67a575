"""Odd input to the forms that open a plan and hold its circle: a French sentence, nothing changed."""

import pytest

from cptsapp.care_plans.models import CarePlan, CircleMember
from cptsapp.core.db import session
from tests.hostile.tools import DIGITS, HTML, LONG, NUL, ODD_DAYS, RTL, SQL, changed, check_refused, everything
from tests.tools.plans import make_member, make_plan

PLAN = "/ppcs/2026-17"
PERSON = {"last_name": "Bretonnière", "first_name": "Marcel", "birth_date": "1938-05-17", "commune": "85288"}
NIR = "1 38 05 85 288 123 45"
ASIDE = {"audit_event"}  # a page shown again is read again

NEWCOMERS = [
    *({field: typed} for field in ("last_name", "first_name") for typed in ("", " ", LONG, NIR)),
    *({"birth_date": day} for day in (*ODD_DAYS, "2027-01-01") if day != NUL),
    *({"commune": code} for code in ("", "99999", "85288 ", SQL)),
    *({"phone": phone} for phone in ("12", "06 39 98", "+1 555 0100", LONG)),
]
JOINING = [
    {},
    {"who": " ", "role": "professional"},
    {"who": LONG, "role": "professional"},
    {"who": "benali", "role": "king"},
    {"who": "benali", "role": "structure"},
    {"who": "benali", "role": "professional", "consent": "web"},
    {"who": "%", "role": "professional"},
    {"who": NIR, "role": "professional"},
]
RELATIVES = [
    {},
    {"name": NIR},
    {"name": LONG},
    {"name": "Odile", "mail": "odile"},
    {"name": "Odile", "phone": "12"},
    {"name": "Odile", "link": LONG},
]
DOCTORS = [{}, {"who": "zzz"}, {"who": "renaudin"}, {"who": "benali", "version": "0"}]


@pytest.fixture
def office(cast, sign_in):
    """The coordination, and a plan whose regular doctor is the GP."""
    made = make_plan(number=17)
    make_member(made, cast.gp_person)
    session.commit()
    return sign_in(cast.coordinator)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/ppcs/nouveau", [{**PERSON, **typed} for typed in NEWCOMERS]),
        (f"{PLAN}/cercle/ajouter", JOINING),
        (f"{PLAN}/cercle/ajouter?qui=proche", RELATIVES),
        (f"{PLAN}/cercle/medecin", DOCTORS),
    ],
    ids=["newcomer", "joining", "relative", "doctor"],
)
def test_refused_with_a_sentence_and_nothing_changed(office, subtests, path, sent):
    before = everything()
    for data in sent:
        with subtests.test(data=str(data)[:60]):
            check_refused(office.post(path, data=data), 409, 422)
    assert changed(before, everything()) <= ASIDE


def test_an_agreement_says_how(cast, office):
    number = make_member(session.query(CarePlan).one(), cast.other_gp_person, agreed=False, role="professional").id
    session.commit()
    for consent in ("", "web", "oui"):
        check_refused(office.post(f"{PLAN}/cercle/{number}/accord", data={"consent": consent}), 422)


def test_odd_names_are_names(office):
    """Whatever someone is called; it is sealed, and never a page."""
    for typed in (RTL, HTML, SQL):
        answer = office.post("/ppcs/nouveau", data={**PERSON, "last_name": typed[:60]})
        assert answer.status_code == 303
        page = office.get(answer.headers["Location"])
        assert page.status_code == 200
        assert "<script>alert" not in page.text


@pytest.mark.parametrize("person", ["abc", DIGITS, "9999"])
def test_a_choice_that_was_not_offered_is_no_choice(cast, office, person):
    """A name that means one person needs none."""
    doctor = cast.other_gp_person.id
    data = {"who": "benali", "role": "professional", "person": person}
    assert office.post(f"{PLAN}/cercle/ajouter", data=data).status_code == 303
    assert session.query(CircleMember.person_id).order_by(CircleMember.id.desc()).first() == (doctor,)


def test_a_member_of_another_plan_is_unknown(cast, office):
    other = make_member(make_plan(number=18), cast.gp_person).id
    session.commit()
    for act in ("", "/accord/retirer", "/inviter", "/referent", "/retirer"):
        asked = office.get if not act else office.post
        assert asked(f"{PLAN}/cercle/{other}{act}").status_code == 404


def test_what_no_page_leads_to_is_unknown(office):
    for path in ("2026-0", "0-17", f"2026-{DIGITS}", "2026-17x", "2026--17", "2026-17/cercle/ajouter?qui=voisin"):
        assert office.get(f"/ppcs/{path}").status_code == 404
    assert office.get("/ppcs/2026-017").status_code == 200


def test_search_takes_anything(office):
    for typed in (LONG, RTL, HTML, "%", "_", "' OR 1=1"):
        page = office.post("/ppcs/chercher", data={"q": typed})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
