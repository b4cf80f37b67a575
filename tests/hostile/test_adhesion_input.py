"""Adhesion asked for what no form would send: impossible days, stale pages, replays, signs that mean something."""

import csv
import io
import re
from datetime import date

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import LeaveReason, Membership
from cptsapp.membership.models import Application, ApplicationState, MembershipSettings, PeriodKind
from cptsapp.outbox.models import Message
from tests.hostile.tools import HTML, LONG, NUL, ODD_DAYS, RTL, changed, check_refused, everything
from tests.tools.factories import make_application, make_commune, make_membership, make_organisation, make_person

EDGES = ("0001-01-01", "9999-12-31", "9999-01-01", "0001-12-31")
NIR = "2 85 05 78 006 084 36"


@pytest.fixture
def rolling(cast):
    """A CPTS that counts twelve months from the first day."""
    session.add(MembershipSettings(id=1, period_kind=PeriodKind.ROLLING, person_fee_cents=1000, updated_at=clock.now()))
    session.commit()


def approve(client, number: int, **changes: str):
    data = {
        "sheet": "new",
        "college": "professionals",
        "decided_on": "2026-07-20",
        "starts_on": "2026-07-20",
        "fee": "10",
    }
    return client.post(f"/adhesions/demandes/{number}/approuver", data={**data, **changes})


def an_application(**values) -> int:
    number = make_application(**values).id
    session.commit()
    return number


def a_member(**values) -> tuple[int, int]:
    """The number of a person and of their membership."""
    person = make_person(last_name="Zzmembre")
    made = make_membership(person, **{"fee_cents": 1000, **values})
    session.commit()
    return person.id, made.id


# -- days that calendars hardly have ----------------------------------------------------------------------------------


@pytest.mark.parametrize("day", EDGES)
@pytest.mark.parametrize("field", ["starts_on", "decided_on"])
def test_an_edge_of_time_breaks_no_approval(rolling, coordinator, field, day):
    number = an_application()
    assert approve(coordinator, number, **{field: day}).status_code in (303, 409, 422)
    assert coordinator.get("/adhesions").status_code == 200
    assert coordinator.get(f"/adhesions/demandes/{number}").status_code == 200


@pytest.mark.parametrize(
    ("first", "last"), [("2026-01-01", "9999-12-31"), ("0001-01-01", "9999-12-31"), ("0001-01-01", "0001-01-01")]
)
def test_a_period_to_the_end_of_time_breaks_no_page(rolling, coordinator, first, last):
    person = make_person(last_name="Zzmembre").id
    session.commit()
    key = f"/adhesions/p{person}"
    data = {"college": "professionals", "starts_on": first, "ends_on": last, "fee": "10", "once": "k"}
    assert coordinator.post(f"{key}/ajouter", data=data).status_code in (303, 409, 422)
    pages = (
        key,
        f"{key}/ajouter",
        "/adhesions",
        f"/adhesions/renouveler?choix=p{person}",
        "/adhesions/taux",
        "/annuaire",
    )
    pages += ("/adhesions/export.xlsx", "/adhesions/export.csv", "/adhesions/taux.xlsx", f"/annuaire/{person}")
    for page in pages:
        assert coordinator.get(page).status_code == 200, page
    assert coordinator.post("/adhesions/renouveler", data={"who": f"p{person}", "once": "r"}).status_code in (
        303,
        409,
        422,
    )


@pytest.mark.parametrize("day", [*EDGES, *ODD_DAYS])
def test_no_day_breaks_a_list_or_a_rate(cast, coordinator, day):
    a_member()
    for path in (
        "/adhesions",
        "/adhesions/export.csv",
        "/adhesions/export.xlsx",
        "/adhesions/renouveler",
        "/adhesions/cotisations",
        "/adhesions/taux",
        "/adhesions/taux.csv",
        "/adhesions/taux.xlsx",
        "/adhesions/taux/imprimer",
        "/adhesions/taux/personnes",
        "/adhesions/taux/personnes.csv",
        "/adhesions/taux/personnes.xlsx",
    ):
        for more in (
            {},
            {"qui": "adherents", "depuis": "year", "pas": "month"},
            {"qui": "members", "tous": "1", "avant": day},
        ):
            answer = coordinator.get(path, query_string={"jour": day, **more})
            assert answer.status_code in (200, 400, 404, 422), (path, more)


@pytest.mark.parametrize("day", [*EDGES, *ODD_DAYS])
def test_no_day_breaks_a_payment_or_a_departure(cast, coordinator, day):
    person, number = a_member()
    here = f"/adhesions/periodes/{number}"
    answers = [
        coordinator.post("/adhesions/cotisations", data={"who": str(number), "paid_on": day, "once": "k"}),
        coordinator.post(f"{here}/depart", data={"left_on": day, "reason": "other"}),
        coordinator.post(
            f"{here}/corriger", data={"college": "professionals", "starts_on": day, "ends_on": day, "fee": "10"}
        ),
    ]
    assert {answer.status_code for answer in answers} <= {200, 303, 400, 409, 422}
    assert coordinator.get(f"/adhesions/p{person}").status_code == 200
    assert coordinator.get(f"{here}/recu.pdf").status_code in (200, 409)


# -- overlaps ---------------------------------------------------------------------------------------------------------


@pytest.mark.database
def test_a_departure_put_later_meets_no_period_begun_since(cast, coordinator):
    """Left in June, back in September: the first period cannot be made to last until October."""
    person, first = a_member(left_on=date(2026, 6, 30), left_reason=LeaveReason.OTHER)
    make_membership(session.get(type(make_person()), person), starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31))
    session.commit()
    answer = coordinator.post(f"/adhesions/periodes/{first}/depart", data={"left_on": "2026-10-31", "reason": "other"})
    assert "ne se chevauchent pas" in check_refused(answer, 409)
    assert session.get(Membership, first).left_on == date(2026, 6, 30)


# -- replays and stale pages ------------------------------------------------------------------------------------------


@pytest.mark.database
def test_each_decision_is_taken_once(cast, coordinator):
    number = an_application()
    assert approve(coordinator, number).status_code == 303
    before = everything()
    check_refused(approve(coordinator, number), 409)
    check_refused(
        coordinator.post(f"/adhesions/demandes/{number}/refuser", data={"reason": "x", "refused_on": "2026-07-20"}), 409
    )
    for act in ("retirer", "reconnaitre"):
        check_refused(coordinator.post(f"/adhesions/demandes/{number}/{act}"), 409)
    assert changed(before, everything()) == set()


@pytest.mark.database
def test_a_refusal_at_the_end_of_an_approval_leaves_no_sheet(cast, coordinator):
    """A member already: the sheet of the same name is chosen, its period meets, nothing at all is written."""
    person, _ = a_member()
    number = an_application(last_name="Zzmembre", first_name="Camille")
    before = everything()
    check_refused(approve(coordinator, number, sheet=f"p{person}"), 409)
    assert changed(before, everything()) == set()


@pytest.mark.database
@pytest.mark.parametrize("sheet", ["p999999", "s1", "x", "", "p-1", "p" + "9" * 40, "pNaN", "new;p1"])
def test_a_sheet_that_was_not_proposed_is_not_chosen(cast, coordinator, sheet):
    number = an_application()
    before = everything()
    check_refused(approve(coordinator, number, sheet=sheet), 422)
    assert changed(before, everything()) == set()


@pytest.mark.database
def test_whoever_objected_meanwhile_is_nobody_s_sheet(cast, coordinator):
    person = make_person(last_name="Zzparti", objected_on=date(2026, 7, 1)).id
    made = make_membership(session.get(type(make_person()), person), fee_cents=1000).id
    session.commit()
    before = everything()
    for path in (f"/adhesions/p{person}", f"/adhesions/p{person}/ajouter", f"/adhesions/periodes/{made}/recu.pdf"):
        assert coordinator.get(path).status_code == 404
    for act in ("corriger", "depart", "rester", "retirer", "paiement", "paiement/reprendre"):
        assert coordinator.post(f"/adhesions/periodes/{made}/{act}", data={}).status_code == 404
    coordinator.post("/adhesions/renouveler", data={"who": f"p{person}", "once": "k"})
    assert session.query(Membership).filter_by(person_id=person).count() == 1
    after = everything()
    assert changed(before, after) <= {"submission"}
    assert "Zzparti" not in coordinator.get("/adhesions").text


@pytest.mark.database
def test_receipts_have_no_hole_after_what_was_refused(cast, coordinator):
    people = [a_member() for _ in range(3)]

    def pay(number: int, day: str = "2026-07-20"):
        sent = {"who": str(number), "paid_on": day, "once": f"k{number}{day}"}
        return coordinator.post("/adhesions/cotisations", data=sent)

    assert pay(people[0][1]).status_code == 303
    assert pay(people[1][1], "2026-07-21").status_code == 409
    assert pay(people[1][1]).status_code == 303
    coordinator.post(f"/adhesions/periodes/{people[1][1]}/paiement/reprendre")
    coordinator.post(f"/adhesions/periodes/{people[2][1]}/paiement")
    coordinator.post(f"/adhesions/periodes/{people[1][1]}/paiement")
    numbers = [session.get(Membership, number).receipt_number for _, number in people]
    assert numbers == [1, 2, 3]


@pytest.mark.parametrize("who", ["", "1,1,1", "-1", "9" * 40, "1;DROP", "²", LONG, ",".join(["1"] * 5000), NUL])
def test_no_list_of_memberships_breaks_a_payment(cast, coordinator, who):
    a_member()
    for path in ("/adhesions/cotisations", "/adhesions/cotisations/reprendre", "/adhesions/renouveler"):
        answer = coordinator.post(path, data={"who": who, "paid_on": "2026-07-20", "once": path})
        assert answer.status_code in (303, 400, 409, 422), path


# -- what is typed ----------------------------------------------------------------------------------------------------

PUBLIC = {
    "college": "professionals",
    "title": "Mme",
    "first_name": "Inès",
    "last_name": "Demande",
    "profession": "nurse",
    "commune_code": "",
    "mail": "ines@cpts.example",
    "once": "k" * 16,
}


def apply(client, **changes: str):
    return client.post("/adherer", data={**PUBLIC, **changes})


def test_the_public_form_answers_the_same_whoever_it_is_about(cast, app):
    """Status, length and the shape of the reference; of a member, of who has applied, of who objected, of nobody."""
    known = make_person(last_name="Zzconnu", first_name="Inès", rpps="10100000016", mail="connu@cpts.example")
    make_membership(known)
    make_person(last_name="", first_name="", objected_on=date(2026, 7, 1))
    make_application(last_name="Zzattend", first_name="Inès", mail="attend@cpts.example")
    session.commit()
    answers = {}
    for name, mail, rpps in (
        ("Zzconnu", "connu@cpts.example", "10100000016"),
        ("Zzattend", "attend@cpts.example", ""),
        ("Zznulpart", "nulle@cpts.example", "10100000024"),
    ):
        client = app.test_client()
        sent = apply(client, last_name=name, mail=mail, rpps=rpps, once=f"once-{name}")
        page = client.get("/adherer/recue").text
        shape = re.sub(r"A-[A-Z0-9]{6}", "A-§", re.sub(r'content="[^"]{20,}"|value="[^"]{20,}"', "", page))
        answers[name] = (sent.status_code, sent.headers["Location"], shape)
    assert len(set(answers.values())) == 1, {name: answer[:2] for name, answer in answers.items()}


@pytest.mark.database
def test_the_key_of_someone_else_gives_neither_their_reference_nor_their_application(cast, app):
    first = app.test_client()
    apply(first, once="shared")
    reference = session.query(Application).one().reference
    second = app.test_client()
    assert apply(second, once="shared", last_name="Autre", mail="autre@cpts.example").status_code == 303
    assert reference not in second.get("/adherer/recue").text
    assert session.query(Application).count() == 2


@pytest.mark.parametrize(
    "typed", [HTML, RTL, NIR, LONG, '=HYPERLINK("http://x.example")', "#include\\[x]$y$", "{{7*7}}"]
)
@pytest.mark.parametrize(
    "field", ["first_name", "last_name", "address", "message", "mail", "rpps", "website", "once", "opened"]
)
def test_nothing_typed_on_the_public_form_breaks_or_runs(cast, client, coordinator, field, typed):
    answer = apply(client, **{field: typed})
    assert answer.status_code in (303, 422)
    assert "<script>alert" not in answer.text
    if typed == NIR:
        assert session.query(Application).filter(Application.message.contains("006")).count() == 0
    for page in (
        "/adhesions/demandes",
        "/adhesions/demandes?etat=suspect",
        *[f"/adhesions/demandes/{a.id}" for a in session.query(Application).all()],
    ):
        shown = coordinator.get(page)
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text


@pytest.mark.parametrize(
    "mail",
    [
        "a@b.example\r\nBcc: x@y.example",
        '"a\nb"@c.example',
        "a@b.example,x@y.example",
        "<a@b.example>",
        "a@b.example;x@y.example",
    ],
)
def test_a_mail_carries_no_header_and_no_second_address(cast, client, mail):
    apply(client, mail=mail, once=f"k{len(mail)}")
    for message in session.query(Message):
        assert not re.search(r"[\r\n,;<>]|Bcc", message.to_address)


@pytest.mark.parametrize("field", ["first_name", "last_name", "address", "message"])
def test_no_nir_comes_in_by_the_public_form(cast, client, field):
    check_refused(apply(client, **{field: NIR}), 422)


def test_no_nir_comes_in_by_the_texts_nor_the_reason_of_a_refusal(cast, coordinator):
    number = an_application()
    sent = {"reason": f"déjà vu, {NIR}", "refused_on": "2026-07-20"}
    check_refused(coordinator.post(f"/adhesions/demandes/{number}/refuser", data=sent), 422)


def test_who_cannot_sign_in_learns_no_number_of_the_directory(cast, client):
    make_person(rpps="10100000016", last_name="Zzconnu")
    session.commit()
    page = apply(client, rpps="10100000016")
    assert page.status_code == 303
    assert "Zzconnu" not in client.get("/adherer/recue").text


# -- what leaves ------------------------------------------------------------------------------------------------------

NAMES = ("=1+1", "@SUM(A1)", "-2+3", "+33", '"; DROP', HTML, "#[x] $y$ \\z _a_ *b* `c` <d> @e //f", RTL, "a" * 60)


@pytest.mark.parametrize("name", NAMES)
def test_a_receipt_says_a_name_as_it_is_written(cast, coordinator, name):
    person = make_person(last_name=name, first_name="#strong[x]", title="")
    number = make_membership(person, fee_cents=1000, paid_on=date(2026, 2, 1), receipt_number=7).id
    session.commit()
    answer = coordinator.get(f"/adhesions/periodes/{number}/recu.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_a_formula_in_what_is_exported(cast, coordinator, name):
    person = make_person(last_name=name, first_name=name, title="")
    make_membership(person)
    make_membership(organisation=make_organisation(name=name))
    session.commit()
    for path in (
        "/adhesions/export.csv",
        "/annuaire/export.csv?colonne=nom&colonne=prenom",
        "/adhesions/taux/personnes.csv?qui=members",
    ):
        answer = coordinator.get(path)
        if answer.status_code != 200:
            continue
        for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"):
            assert not any(cell.startswith(("=", "@", "+", "-", "\t")) and len(cell) > 1 for cell in row), row
    assert coordinator.get("/adhesions/export.xlsx").status_code == 200
    for path in (
        "/adhesions",
        "/annuaire",
        "/annuaire/structures",
        "/annuaire/etiquettes",
    ):
        assert "<script>alert" not in coordinator.get(path).text


@pytest.mark.parametrize(
    "name", ["أحمد", "🦷", "a\r\nEND:VCARD\r\nBEGIN:VCARD", "x;y,z\\n", "a\x0bb\x85c\u2028d", "Ж" * 200]
)
def test_a_card_is_one_card_whatever_the_name(cast, coordinator, name):
    person = make_person(last_name=name, first_name=name, title="").id
    session.commit()
    answer = coordinator.get(f"/annuaire/{person}.vcf")
    assert answer.status_code == 200
    answer.headers["Content-Disposition"].encode("latin-1")
    lines = re.split(r"\r\n(?! )", answer.data.decode())
    assert (lines.count("BEGIN:VCARD"), lines.count("END:VCARD")) == (1, 1)
    assert all(len(part.encode()) <= 75 for part in answer.data.decode().split("\r\n"))


@pytest.mark.parametrize("state", list(ApplicationState))
def test_a_forged_state_of_an_application_lists_nothing_else(cast, coordinator, state):
    make_commune(code="85001", name="Autre")
    an_application()
    assert coordinator.get("/adhesions/demandes", query_string={"etat": state.value, "page": 10**12}).status_code == 200
