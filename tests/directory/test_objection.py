from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import db, session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.actions.merging import merge
from cptsapp.directory.actions.objections import lift, object_for
from cptsapp.directory.actions.people import correct_person, create_person
from cptsapp.directory.actions.sheet import note_exchange
from cptsapp.directory.models import (
    Channel,
    College,
    Membership,
    MovementKind,
    Objection,
    Organisation,
    Person,
    Practice,
    Profession,
    SheetKind,
)
from cptsapp.directory.queries.keeping_out import kept_out_counts, kept_out_total
from cptsapp.directory.rules.objections import Identity
from cptsapp.imports.models import Import, ImportItem
from cptsapp.ledger.models import LedgerLine
from cptsapp.membership.actions.applications import Decision, approve
from cptsapp.outbox import actions as outbox
from cptsapp.outreach.models import Call, CallCampaign, CallTarget, TargetState
from cptsapp.territory.queries import today
from tests.tools.factories import (
    acting,
    make_application,
    make_membership,
    make_movement,
    make_organisation,
    make_person,
    make_place,
    make_practice,
    make_slot,
    make_user,
)
from tests.tools.marks import MAIL, NAME, files_under, found_in, rows_of_every_table

FIRST, LAST = NAME.split()
RPPS = "10001234567"


@pytest.fixture
def nurse(cast):
    """A nurse with a mark for a name, who practises alone in a practice called after her."""
    house = make_organisation(name=f"Cabinet {LAST}", phone="+33639987731")
    place = make_place(organisation_id=house.id, name=NAME, phone="+33639987731")
    made = make_person(
        last_name=LAST, first_name=FIRST, profession=Profession.NURSE, mail=MAIL, phone="+33639987731", rpps=RPPS
    )
    make_practice(made, place)
    session.commit()
    return session.get_one(Person, made.id)


def _reviewed_and_called(cast, person):
    """What a file said of them, known and not yet known as theirs; and the note of a call."""
    now = person.created_at
    made = Import(
        kind="extract", state="applied", file_name="extrait.txt", file_bytes=1, extract_on=today(), columns={}
    )
    made.started_at = made.applied_at = now
    session.add(made)
    session.flush()
    said = {"import_id": made.id, "kind": "new", "lines": [2], "reason": "", "ours": {}}
    session.add(ImportItem(label=NAME, found={"record": {"last_name": LAST}}, person_id=person.id, **said))
    session.add(ImportItem(label="", found={"record": {"last_name": LAST, "rpps": RPPS}}, **said))
    session.add(ImportItem(label=f"{FIRST} {LAST}", found={"record": {"last_name": LAST}}, **said))
    session.add(ImportItem(label="Anne Roy", found={"record": {"last_name": "Roy", "rpps": "10009999999"}}, **said))
    campaign = CallCampaign(name="Essai", professions=[], communes=[], opening="Bonjour", starts_on=today())
    campaign.created_at, campaign.created_by_id = now, cast.coordinator.id
    session.add(campaign)
    session.flush()
    target = CallTarget(campaign_id=campaign.id, person_id=person.id, rank=1)
    session.add(target)
    session.flush()
    call = {"target_id": target.id, "caller_id": cast.coordinator.id, "called_at": now, "outcome": "informed"}
    session.add(Call(note=f"dit par {NAME}", **call))


def _object(cast, person):
    object_for(person.id, by=acting(cast.coordinator))


def test_nothing_that_names_the_person_is_left_anywhere(app, cast, nurse, instance):
    by = acting(cast.coordinator)
    correct_person(nurse, {"last_name": f"{LAST} Autre"}, by=by)
    correct_person(nurse, {"last_name": LAST}, by=by)
    note_exchange(nurse, today(), Channel.CALL, f"{NAME} part bientôt", by=by)
    _reviewed_and_called(cast, nurse)
    make_movement(nurse, kind=MovementKind.RETIREMENT, note=f"dit par {NAME}")
    make_user(Role.PRACTITIONER, person_id=nurse.id, mail=MAIL, display_name=NAME, is_active=False)
    make_application(last_name=LAST, first_name=FIRST, mail=MAIL, person_id=nurse.id, state="withdrawn")
    outbox.queue("essai", to_address=MAIL, title="Bonjour", body=NAME)
    outbox.queue("essai", to_address="bureau@cpts.example", title=f"Demande de {NAME}", body="À lire")
    other = make_person(last_name=LAST, first_name=FIRST, mail=MAIL)
    merge(SheetKind.PERSON, nurse.id, other.id, ["last_name", "mail"], by=by)
    session.commit()
    assert found_in(rows_of_every_table())
    _object(cast, nurse)
    session.commit()
    session.remove()
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    places = [*rows_of_every_table(), *files_under(instance)]
    session.remove()
    assert not found_in(places)
    assert session.scalars(select(ImportItem.label)).all() == ["Anne Roy"]
    assert session.scalars(select(CallTarget.state)).all() == [TargetState.REMOVED]


def test_profession_commune_and_dated_practices_stay_to_be_counted(cast, nurse):
    _object(cast, nurse)
    [practice] = session.scalars(select(Practice).where(Practice.person_id == nurse.id)).all()
    assert (nurse.profession, practice.ends_on, practice.place.commune_code) == (Profession.NURSE, None, "85288")
    [line] = kept_out_counts()
    assert (line.profession, line.commune, line.count) == (Profession.NURSE, "Talmont-Saint-Hilaire", 1)
    assert kept_out_total() == 1


def test_an_address_shared_with_others_stays(cast, nurse):
    practice = make_practice(nurse, cast.gp_practice.place)
    _object(cast, nurse)
    assert practice.place.phone == "+33261914027"


def test_a_structure_that_does_not_bear_the_name_stays(cast, nurse):
    house = make_organisation(name="MSP des Olonnes")
    place = make_place(organisation_id=house.id, phone="+33261914888")
    make_practice(nurse, place)
    _object(cast, nurse)
    assert (house.name, place.phone) == ("MSP des Olonnes", "+33261914888")
    assert session.scalar(select(Organisation.name).where(Organisation.name.contains(LAST))) is None


def test_what_was_done_keeps_a_number_for_a_name(cast, nurse):
    _object(cast, nurse)
    assert nurse.full_name == f"Personne n° {nurse.id}"


def test_the_trail_says_it_without_the_name(cast, nurse):
    _object(cast, nurse)
    line = session.scalars(select(AuditEvent).where(AuditEvent.kind == "person.objected")).one()
    assert (line.subject_id, line.data) == (nurse.id, {})


def test_a_merged_sheet_is_erased_with_the_one_it_became(cast, nurse):
    other = make_person(last_name=LAST, first_name=FIRST, adeli="851234567")
    merge(SheetKind.PERSON, nurse.id, other.id, [], by=acting(cast.coordinator))
    _object(cast, nurse)
    assert (other.last_name, other.adeli, other.objected_on) == ("", None, today())


@pytest.mark.parametrize("values", [{"rpps": RPPS}, {}], ids=["RPPS", "name"])
def test_who_objected_does_not_come_back_by_hand(cast, nurse, values):
    _object(cast, nurse)
    with pytest.raises(Refusal, match="demandé à ne pas figurer") as refusal:
        create_person(
            {"last_name": LAST, "first_name": FIRST, "profession": Profession.NURSE, **values},
            by=acting(cast.coordinator),
        )
    assert refusal.value.field == "last_name"


def test_nor_by_correcting_another_sheet(cast, nurse):
    _object(cast, nurse)
    with pytest.raises(Refusal, match="demandé à ne pas figurer"):
        correct_person(cast.gp_person, {"rpps": RPPS}, by=acting(cast.coordinator))


def test_who_objected_is_found_no_more(cast, nurse):
    _object(cast, nurse)
    with pytest.raises(Invisible):
        _object(cast, nurse)


def test_an_open_account_is_closed_first(cast):
    with pytest.raises(Refusal, match="compte ouvert"):
        _object(cast, cast.gp_person)


def test_a_member_leaves_first(cast, nurse):
    make_membership(nurse)
    with pytest.raises(Refusal, match="adhérente"):
        _object(cast, nurse)


def test_a_former_member_may_object(cast, nurse):
    make_membership(nurse, starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31))
    _object(cast, nurse)
    assert session.scalar(select(Membership.person_id)) == nurse.id


def test_slots_to_come_are_withdrawn_first(cast, nurse):
    make_slot(nurse.practices[0])
    with pytest.raises(Refusal, match="créneaux à venir"):
        _object(cast, nurse)


def test_an_application_is_answered_first(cast, nurse):
    make_application(person_id=nurse.id)
    with pytest.raises(Refusal, match="demande d’adhésion"):
        _object(cast, nurse)


def test_sums_are_paid_first(cast, nurse):
    now = nurse.created_at
    line = {"kind": "x", "account": "x", "source_type": "x", "source_id": 1, "created_at": now, "changed_at": now}
    session.add(LedgerLine(person_id=nurse.id, done_on=today(), amount_cents=1500, **line))
    session.flush()
    with pytest.raises(Refusal, match="sommes"):
        _object(cast, nurse)


def test_an_objection_is_lifted_by_saying_who_one_is(cast, nurse):
    _object(cast, nurse)
    identity = Identity(f"{LAST} {FIRST}".lower().replace("é", "e"), Profession.NURSE, frozenset({"85288"}), rpps=RPPS)
    lift(identity, by=acting(cast.coordinator))
    assert session.scalar(select(Objection.id)) is None
    [practice] = session.scalars(select(Practice).where(Practice.person_id == nurse.id)).all()
    assert practice.ends_on == today() - timedelta(days=1)
    made = {"last_name": LAST, "first_name": FIRST, "profession": Profession.NURSE, "rpps": RPPS}
    assert create_person(made, by=acting(cast.coordinator)).id != nurse.id


def test_nothing_is_lifted_for_who_never_objected(cast, nurse):
    with pytest.raises(Refusal, match="Aucune opposition"):
        lift(Identity("roy anne", Profession.NURSE, frozenset({"85288"})), by=acting(cast.coordinator))


def test_an_application_of_who_objected_is_received_and_its_approval_says_why_not(cast, nurse):
    _object(cast, nurse)
    number = make_application(last_name=LAST, first_name=FIRST, profession=Profession.NURSE, rpps=RPPS).id
    decision = Decision(None, College.PROFESSIONALS, today(), today(), 0)
    with pytest.raises(Refusal, match="demandé à ne pas figurer"):
        approve(number, decision, by=acting(cast.coordinator))
