"""The list of members and one member's page: any day, the filter in the address, several renewed or paid at once."""

import csv
import re
from datetime import date
from io import BytesIO, StringIO

import pytest

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.directory.models import College, Membership, Profession
from cptsapp.membership.actions.settings import save
from cptsapp.membership.actions.texts import publish
from cptsapp.membership.models import Acceptance, MembershipReminder, TextKind
from tests.tools.factories import acting, make_membership, make_organisation, make_person, make_user

TODAY = date(2026, 7, 20)


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


@pytest.fixture
def treasurer(cast, sign_in):
    return sign_in(cast.treasurer)


def member(name, **values):
    person = make_person(
        last_name=name, first_name="Anne", title="", profession=values.pop("profession", Profession.GP)
    )
    return make_membership(person, **values)


@pytest.fixture
def some(cast):
    """One of each: active and paid, active who owes, lapsed, left, to come, and a structure."""
    member("Active", fee_cents=1000, paid_on=TODAY, receipt_number=1)
    member("Debitrice", fee_cents=1000, profession=Profession.NURSE)
    member("Echue", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    member("Partie", left_on=date(2026, 3, 1), college=College.USERS)
    member("Future", starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
    make_membership(organisation=make_organisation(name="EHPAD des Dunes"))
    session.commit()


def names(page) -> list[str]:
    return re.findall(r'aria-label="Choisir ([^"]*)"', page.text)


EVERY = ["Anne Active", "Anne Debitrice", "Anne Echue", "EHPAD des Dunes", "Anne Future", "Anne Partie"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", EVERY),
        ("etat=active", ["Anne Active", "Anne Debitrice", "EHPAD des Dunes"]),
        ("etat=lapsed", ["Anne Echue"]),
        ("etat=left", ["Anne Partie"]),
        ("etat=coming", ["Anne Future"]),
        ("etat=active&jour=2025-06-01", ["Anne Echue"]),
        ("etat=active&jour=2026-03-01", ["Anne Active", "Anne Debitrice", "EHPAD des Dunes", "Anne Partie"]),
        ("college=users", ["Anne Partie"]),
        ("profession=nurse", ["Anne Debitrice"]),
        ("sorte=structures", ["EHPAD des Dunes"]),
        ("cotisation=due", ["Anne Debitrice"]),
        ("cotisation=payee", ["Anne Active"]),
        ("avant=2026-12-31&etat=active", ["Anne Active", "Anne Debitrice", "EHPAD des Dunes"]),
        ("avant=2025-12-31", ["Anne Echue"]),
        ("q=debit", ["Anne Debitrice"]),
        ("etat=nul&jour=hier&college=x&profession=y&sorte=z", EVERY),
    ],
)
def test_the_filter_stands_in_the_address(coordinator, some, query, expected):
    assert names(coordinator.get(f"/adhesions?{query}")) == expected


def test_the_tabs_count_what_they_open(coordinator, some):
    page = coordinator.get("/adhesions").text
    found = re.findall(r"<span>([^<]+)</span> <span class=\"count\">(\d+)</span>", page)
    assert found == [("Tous", "6"), ("Adhérents", "3"), ("À venir", "1"), ("Échus", "1"), ("Partis", "1")]


def test_an_empty_list_says_what_to_do_first(coordinator):
    assert "Aucun adhérent encore" in coordinator.get("/adhesions").text


def test_a_filter_that_finds_nobody_says_so(coordinator, some):
    assert "Personne ne répond à ce filtre" in coordinator.get("/adhesions?q=zzz").text


def test_a_long_list_comes_by_pages(coordinator, cast):
    for number in range(60):
        member(f"Membre{number:02d}")
    session.commit()
    first, second = coordinator.get("/adhesions"), coordinator.get("/adhesions?page=2")
    assert (len(names(first)), len(names(second))) == (50, 10)
    assert "Tous les 60 qui répondent" in first.text


def test_a_merged_sheet_is_one_member(coordinator, cast):
    kept = make_person(last_name="Gardee", first_name="Anne", title="")
    make_membership(kept)
    make_membership(make_person(merged_into_id=kept.id), starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    session.commit()
    assert names(coordinator.get("/adhesions")) == ["Anne Gardee"]


def test_who_asked_to_be_kept_out_is_not_there(coordinator, cast):
    number = make_membership(make_person(objected_on=TODAY)).person_id
    session.commit()
    assert names(coordinator.get("/adhesions")) == []
    assert coordinator.get(f"/adhesions/p{number}").status_code == 404


# -- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COORDINATOR, 200),
        (Role.ASSISTANT, 200),
        (Role.OFFICER, 200),
        (Role.BOARD_MEMBER, 200),
        (Role.TREASURER, 200),
        (Role.PRACTITIONER, 403),
        (Role.SECRETARY, 403),
        (Role.REGULATOR, 403),
        (Role.PARTNER, 403),
        (Role.ADMINISTRATOR, 403),
    ],
)
def test_who_reads_the_members(cast, sign_in, role, status):
    user = make_user(role)
    session.commit()
    assert sign_in(user).get("/adhesions").status_code == status


def test_a_board_member_sees_no_fee_and_changes_nothing(cast, some, sign_in):
    client = sign_in(cast.board_member)
    page = client.get("/adhesions").text
    assert "Anne Active" in page
    assert "Cotisation</th>" not in page
    assert client.get("/adhesions/renouveler").status_code == 403
    assert client.get("/adhesions/export.csv").status_code == 403


def test_nobody_signed_out_reads_anything(client, some):
    assert client.get("/adhesions").status_code == 401
    assert client.get("/adhesions/demandes").status_code == 401


# -- renewal ----------------------------------------------------------------------------------------------------------


def hidden(page, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1]


def test_the_consequence_is_said_before_anything_changes(coordinator, some):
    page = coordinator.get("/adhesions/renouveler?tous=1")
    assert "4\u00a0adhésions seront renouvelées" in page.text
    assert "Anne Partie\u00a0: a quitté" in page.text
    assert "Anne Future\u00a0: déjà renouvelé" in page.text
    assert session.query(Membership).count() == 6


@pytest.mark.database
def test_ten_members_are_renewed_with_one_gesture(coordinator, cast):
    for number in range(10):
        member(f"Membre{number}")
    session.commit()
    page = coordinator.get("/adhesions/renouveler?tous=1")
    answer = coordinator.post("/adhesions/renouveler", data={n: hidden(page, n) for n in ("once", "who")})
    assert answer.location == "/adhesions?renouveles=10"
    assert "10\u00a0adhésions renouvelées" in coordinator.get(answer.location).text
    assert session.query(Membership).filter_by(starts_on=date(2027, 1, 1)).count() == 10


def test_only_the_rows_ticked_are_renewed(coordinator, some):
    number = session.query(Membership.person_id).filter_by(fee_cents=1000, paid_on=None).scalar()
    page = coordinator.get(f"/adhesions/renouveler?choix=p{number}&choix=zz")
    assert hidden(page, "who") == f"p{number}"


def test_everyone_of_the_filter_is_renewed_across_pages(coordinator, some):
    page = coordinator.get("/adhesions/renouveler?tous=1&etat=lapsed")
    assert "1\u00a0adhésion sera renouvelée" in page.text


@pytest.mark.database
def test_the_same_page_sent_twice_renews_once(coordinator, some):
    page = coordinator.get("/adhesions/renouveler?tous=1")
    sent = {n: hidden(page, n) for n in ("once", "who")}
    first, again = (coordinator.post("/adhesions/renouveler", data=sent) for _ in range(2))
    assert first.location == again.location == "/adhesions?renouveles=4"
    assert session.query(Membership).count() == 10


def test_nobody_chosen_is_said(coordinator, some):
    assert "Personne n’est choisi" in coordinator.get("/adhesions/renouveler").text


# -- fees -------------------------------------------------------------------------------------------------------------


def test_fees_are_noted_paid_together(treasurer, some):
    page = treasurer.get("/adhesions/cotisations?tous=1")
    assert "1\u00a0cotisation sera notée payée, 10\u00a0€ en tout" in page.text
    sent = {n: hidden(page, n) for n in ("once", "who")} | {"paid_on": "2026-07-01"}
    assert treasurer.post("/adhesions/cotisations", data=sent).location.startswith("/adhesions?payees=1&lot=")
    paid = session.query(Membership).filter_by(receipt_number=2).one()
    assert paid.paid_on == date(2026, 7, 1)


def test_once_the_year_is_paid_the_renewal_is_what_one_pays(treasurer, cast):
    who, year = cast.gp_person.id, {"fee_cents": 1000, "paid_on": date(2026, 1, 14), "receipt_number": 7}
    make_membership(cast.gp_person, **year)
    coming = make_membership(cast.gp_person, starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31), fee_cents=1000).id
    session.commit()
    page = treasurer.get(f"/adhesions/cotisations?choix=p{who}")
    sent = {n: hidden(page, n) for n in ("once", "who")} | {"paid_on": "2026-07-01"}
    treasurer.post("/adhesions/cotisations", data=sent)
    assert session.get_one(Membership, coming).paid_on == date(2026, 7, 1)


@pytest.mark.database
def test_the_same_payment_sent_twice_is_noted_once(treasurer, some):
    page = treasurer.get("/adhesions/cotisations?tous=1")
    sent = {n: hidden(page, n) for n in ("once", "who")} | {"paid_on": "2026-07-01"}
    answers = [treasurer.post("/adhesions/cotisations", data=sent).location for _ in range(2)]
    assert [answer.partition("&")[0] for answer in answers] == ["/adhesions?payees=1"] * 2
    assert session.query(Membership).filter_by(receipt_number=3).count() == 0


def test_a_payment_of_tomorrow_is_refused_on_the_page(treasurer, some):
    page = treasurer.get("/adhesions/cotisations?tous=1")
    sent = {n: hidden(page, n) for n in ("once", "who")} | {"paid_on": "2026-07-21"}
    answer = treasurer.post("/adhesions/cotisations", data=sent)
    assert (answer.status_code, "pas encore venu" in answer.text) == (409, True)


def test_a_payment_without_a_day_is_asked_for_one(treasurer, some):
    page = treasurer.get("/adhesions/cotisations?tous=1")
    answer = treasurer.post("/adhesions/cotisations", data={"who": hidden(page, "who"), "paid_on": ""})
    assert (answer.status_code, "Donnez le jour" in answer.text) == (422, True)


def test_payments_just_noted_are_undone_above_the_list(treasurer, cast):
    numbers = [member(f"Membre{n}", fee_cents=1000).id for n in range(2)]
    session.commit()
    page = treasurer.get("/adhesions/cotisations?tous=1")
    sent = {n: hidden(page, n) for n in ("once", "who")} | {"paid_on": "2026-07-01"}
    listed = treasurer.get(treasurer.post("/adhesions/cotisations", data=sent).location)
    treasurer.post("/adhesions/cotisations/reprendre", data={"who": hidden(listed, "who")})
    assert [session.get(Membership, number).paid_on for number in numbers] == [None, None]


def test_payments_noted_by_mistake_are_taken_back(treasurer, some):
    number = session.query(Membership.id).filter_by(receipt_number=1).scalar()
    answer = treasurer.post("/adhesions/cotisations/reprendre", data={"who": f"{number},x"})
    assert answer.location == "/adhesions?reprises=1"
    assert session.get(Membership, number).paid_on is None


# -- export -----------------------------------------------------------------------------------------------------------


def test_the_file_has_the_rows_of_the_screen(coordinator, some):
    answer = coordinator.get("/adhesions/export.csv?etat=active")
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows[1:]] == names(coordinator.get("/adhesions?etat=active"))
    assert rows[1][3:7] == ["adhérent", "01/01/2026", "31/12/2026", "10,00"]


def test_the_workbook_opens(coordinator, some):
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(BytesIO(coordinator.get("/adhesions/export.xlsx").data))
    assert len(book.get_sheet_by_index(0).to_python()) == 7


def test_an_export_is_in_the_trail(coordinator, some):
    coordinator.get("/adhesions/export.csv?etat=active")
    event = session.query(AuditEvent).filter_by(kind="members.exported").one()
    assert event.data == {"format": "csv", "rows": 3, "filter": {"etat": "active"}}


def test_a_name_is_no_formula(coordinator, cast):
    make_membership(organisation=make_organisation(name="=1+1"))
    session.commit()
    assert "'=1+1" in coordinator.get("/adhesions/export.csv").data.decode("utf-8-sig")


# -- one member -------------------------------------------------------------------------------------------------------


@pytest.fixture
def held(cast):
    made = member("Seule", fee_cents=1000)
    session.commit()
    return made.id


def key_of(membership_id):
    return f"p{session.query(Membership.person_id).filter_by(id=membership_id).scalar()}"


def test_a_member_s_page_tells_periods_fee_and_reminder(coordinator, held, cast):
    session.add(MembershipReminder(membership_id=held, sent_at=session.get(Membership, held).created_at))
    session.commit()
    page = coordinator.get(f"/adhesions/{key_of(held)}").text
    for words in ("01/01/2026 – 31/12/2026", "10\u00a0€ à payer", "rappel envoyé le 20/07/2026", "Sans mail"):
        assert words in page


def test_who_never_joined_has_a_page_that_says_how(coordinator, cast):
    number = cast.gp_person.id
    assert "Jamais adhérent" in coordinator.get(f"/adhesions/p{number}").text


@pytest.mark.parametrize("key", ["p999999", "o999999", "x1"])
def test_a_member_who_does_not_exist_is_no_page(coordinator, cast, key):
    assert coordinator.get(f"/adhesions/{key}").status_code == 404


def test_a_past_period_is_noted_by_hand(coordinator, held):
    key = key_of(held)
    sent = {"college": "professionals", "starts_on": "2024-01-01", "ends_on": "2024-12-31", "fee": "", "once": "k1"}
    assert coordinator.post(f"/adhesions/{key}/ajouter", data=sent).location == f"/adhesions/{key}"
    assert session.query(Membership).filter_by(starts_on=date(2024, 1, 1)).count() == 1


def test_a_period_sent_twice_is_noted_once(coordinator, held):
    key = key_of(held)
    sent = {"college": "professionals", "starts_on": "2024-01-01", "ends_on": "2024-12-31", "fee": "", "once": "k1"}
    answers = [coordinator.post(f"/adhesions/{key}/ajouter", data=sent).status_code for _ in range(2)]
    assert answers == [303, 303]


def test_an_overlap_is_said_on_the_form(coordinator, held):
    sent = {"college": "professionals", "starts_on": "2026-06-01", "ends_on": "2026-07-31", "fee": "10", "once": "k"}
    answer = coordinator.post(f"/adhesions/{key_of(held)}/ajouter", data=sent)
    assert (answer.status_code, "du 01/01/2026 au 31/12/2026" in answer.text) == (409, True)


def test_the_form_proposes_the_days_that_follow(coordinator, held, cast):
    save({"person_fee_cents": 1250}, by=acting(cast.coordinator))
    session.commit()
    page = coordinator.get(f"/adhesions/{key_of(held)}/ajouter").text
    for value in ("2027-01-01", "2027-12-31", "12,50"):
        assert f'value="{value}"' in page


def test_an_amount_that_is_none_is_refused(coordinator, held):
    sent = {"college": "professionals", "starts_on": "2024-01-01", "ends_on": "2024-12-31", "fee": "dix"}
    answer = coordinator.post(f"/adhesions/{key_of(held)}/ajouter", data=sent)
    assert (answer.status_code, "par exemple 10 ou 12,50" in answer.text) == (422, True)


def test_a_period_is_corrected(coordinator, held):
    sent = {"college": "users", "starts_on": "2026-02-01", "ends_on": "2026-12-31", "fee": "5"}
    assert coordinator.post(f"/adhesions/periodes/{held}/corriger", data=sent).status_code == 303
    kept = session.get(Membership, held)
    assert (kept.college, kept.starts_on, kept.fee_cents) == (College.USERS, date(2026, 2, 1), 500)


def test_a_departure_is_noted_and_taken_back(coordinator, held):
    sent = {"left_on": "2026-07-20", "reason": "retired"}
    assert coordinator.post(f"/adhesions/periodes/{held}/depart", data=sent).status_code == 303
    assert "départ\u00a0: retraite" in coordinator.get(f"/adhesions/{key_of(held)}").text
    coordinator.post(f"/adhesions/periodes/{held}/rester")
    assert session.get(Membership, held).left_on is None


def test_a_departure_outside_the_period_is_said_under_its_field(coordinator, held):
    answer = coordinator.post(f"/adhesions/periodes/{held}/depart", data={"left_on": "2027-07-20", "reason": "other"})
    assert (answer.status_code, "à choisir dans la période" in answer.text) == (409, True)


def test_one_fee_is_noted_paid_and_taken_back(treasurer, held):
    treasurer.post(f"/adhesions/periodes/{held}/paiement")
    assert "Reçu n° 1, PDF" in treasurer.get(f"/adhesions/{key_of(held)}").text
    treasurer.post(f"/adhesions/periodes/{held}/paiement/reprendre")
    assert session.get(Membership, held).paid_on is None


def test_a_refusal_on_the_page_gives_its_reason(coordinator, held):
    session.get(Membership, held).receipt_number = 3
    session.commit()
    answer = coordinator.post(f"/adhesions/periodes/{held}/retirer")
    assert (answer.status_code, "notez un départ" in answer.text) == (409, True)


def test_a_period_noted_by_mistake_is_taken_away(coordinator, held):
    assert coordinator.post(f"/adhesions/periodes/{held}/retirer").status_code == 303
    assert session.get(Membership, held) is None


def test_an_agreement_given_on_paper_is_noted(coordinator, held, cast):
    publish(TextKind.STATUTES, "Un.", after_version=0, by=acting(cast.coordinator))
    session.commit()
    coordinator.post(f"/adhesions/{key_of(held)}/textes")
    assert session.query(Acceptance).one().person_id == session.get(Membership, held).person_id
