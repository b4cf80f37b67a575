import pytest
from sqlalchemy import select

from cptsapp.accounts.models import Role
from cptsapp.core.db import Base, session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory import keepers
from cptsapp.directory.actions.merging import merge, undo
from cptsapp.directory.actions.people import correct_person
from cptsapp.directory.actions.pins import pin
from cptsapp.directory.merged import same_person
from cptsapp.directory.models import Person, Profession, SheetKind
from cptsapp.directory.queries.pins import pins_of
from cptsapp.snp.models import Slot
from cptsapp.snp.permissions import acts_for, own_identities
from tests.tools.factories import (
    acting,
    make_delegation,
    make_membership,
    make_person,
    make_practice,
    make_slot,
    make_user,
)

P = SheetKind.PERSON


@pytest.fixture
def twins(cast):
    """The sheet with the account, and another of the same person."""
    other = make_person(
        last_name="Renodin", first_name="Hélène", rpps="10001234567", adeli="851234567", phone="+33261914999"
    )
    return cast.gp_person, other


def _merge(cast, kept, other, *take):
    return merge(P, kept.id, other.id, take, by=acting(cast.coordinator))


def test_the_kept_sheet_takes_the_chosen_fields_and_the_numbers(cast, twins):
    kept, other = twins
    _merge(cast, kept, other, "rpps", "phone")
    assert (kept.last_name, kept.rpps, kept.phone) == ("Renaudin", "10001234567", "+33261914999")
    assert (other.rpps, other.adeli, other.merged_into_id) == (None, "851234567", kept.id)


def test_a_merge_carries_everything_without_moving_a_row(cast, twins):
    kept, other = twins
    practice = make_practice(other)
    slot = make_slot(practice)
    done = _merge(cast, kept, other)
    assert slot.person_id == other.id
    assert same_person({kept.id}) == {kept.id, other.id}
    assert {"1 exercice", "1 créneau"} <= set(done.taken["carried"])


def test_an_undone_merge_gives_both_sheets_back_as_they_were(cast, twins):
    kept, other = twins
    columns = [c.key for c in Person.__table__.columns if c.key != "updated_at"]
    before = [[getattr(sheet, name) for name in columns] for sheet in twins]
    done = _merge(cast, kept, other, "last_name", "rpps", "adeli", "phone")
    assert undo(done, by=acting(cast.coordinator)) == []
    assert [[getattr(sheet, name) for name in columns] for sheet in twins] == before


def test_what_was_corrected_since_stays_and_is_said(cast, twins):
    kept, other = twins
    done = _merge(cast, kept, other, "phone", "adeli")
    correct_person(kept, {"phone": "+33261914111"}, by=acting(cast.coordinator))
    assert undo(done, by=acting(cast.coordinator)) == ["phone"]
    assert (kept.phone, kept.adeli, other.adeli) == ("+33261914111", None, "851234567")


def test_a_correction_by_hand_goes_along_and_comes_back(cast, twins):
    kept, other = twins
    pin(P, other.id, "phone", "+33261914000", by=None)
    done = _merge(cast, kept, other, "phone")
    assert pins_of(P, [kept.id]) == {kept.id: {"phone": "+33261914000"}}
    undo(done, by=acting(cast.coordinator))
    assert pins_of(P, [kept.id]) == {}


def test_a_sheet_merged_before_follows_and_comes_back(cast, twins):
    kept, other = twins
    first = make_person()
    _merge(cast, other, first)
    done = _merge(cast, kept, other)
    assert first.merged_into_id == kept.id
    undo(done, by=acting(cast.coordinator))
    assert first.merged_into_id == other.id


def test_a_merge_is_not_undone_before_the_one_that_followed(cast, twins):
    kept, other = twins
    early = _merge(cast, other, make_person())
    _merge(cast, kept, other)
    with pytest.raises(Refusal, match="défaites d’abord"):
        undo(early, by=acting(cast.coordinator))


def test_a_merge_is_undone_once(cast, twins):
    done = _merge(cast, *twins)
    undo(done, by=acting(cast.coordinator))
    with pytest.raises(Refusal, match="déjà été défaite"):
        undo(done, by=acting(cast.coordinator))


def test_two_rpps_are_two_persons(cast, twins):
    kept, other = twins
    kept.rpps = "10009999999"
    with pytest.raises(Refusal, match="deux fiches distinctes"):
        _merge(cast, kept, other)


def test_memberships_of_the_same_days_are_refused(cast, twins):
    for sheet in twins:
        make_membership(sheet)
    with pytest.raises(Refusal, match="compterait double"):
        _merge(cast, *twins)


def test_who_signs_in_keeps_their_own_sheet(cast, twins):
    kept, other = twins
    with pytest.raises(Refusal, match="gardez cette fiche"):
        _merge(cast, other, kept)
    make_user(person_id=other.id)
    with pytest.raises(Refusal, match="compte ouvert"):
        _merge(cast, kept, other)


def test_a_sheet_is_merged_once(cast, twins):
    kept, other = twins
    _merge(cast, kept, other)
    with pytest.raises(Refusal, match="déjà été réunie"):
        _merge(cast, cast.other_gp_person, other)


def test_who_asked_to_be_kept_out_is_not_merged(cast, twins):
    kept, other = twins
    other.objected_on = cast.gp_practice.starts_on
    session.flush()
    with pytest.raises(Invisible):
        _merge(cast, kept, other)


def test_every_column_that_points_to_a_sheet_is_declared(app):
    """A new table of persons or structures must say what a merge carries of it, or that it is not counted."""
    pointing = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in ("person", "organisation")
    }
    declared = {
        (kept.column.class_.__tablename__, kept.column.key) for keeper in keepers.plugged() for kept in keeper.kept
    }
    assert pointing == declared


def test_the_kept_sheet_is_found_under_the_name_and_number_of_the_other(cast, twins, sign_in):
    kept, other = twins
    _merge(cast, kept, other)
    session.commit()
    client = sign_in(cast.coordinator)
    for typed in ("renodin", "10001234567"):
        assert "Renaudin" in client.get(f"/annuaire?q={typed}").text


def test_an_address_both_sheets_had_is_shown_once(cast, twins, sign_in):
    kept, other = twins
    make_practice(other, cast.gp_practice.place)
    kept_id = kept.id
    _merge(cast, kept, other)
    session.commit()
    assert sign_in(cast.coordinator).get(f"/annuaire/{kept_id}").text.count("<b>12, rue des Écoliers</b>") == 1


def test_who_signs_in_still_answers_for_what_was_posted_under_the_other_sheet(cast, twins):
    kept, other = twins
    slot = make_slot(make_practice(other))
    _merge(cast, kept, other)
    assert session.scalars(select(Slot.id).where(own_identities(acting(cast.gp)))).all() == [slot.id]


def test_a_secretary_of_the_other_sheet_acts_for_the_kept_one(cast, twins):
    kept, other = twins
    secretary = make_person(profession=Profession.STAFF)
    make_delegation(secretary, other)
    user = make_user(Role.SECRETARY, person_id=secretary.id)
    _merge(cast, kept, other)
    assert set(session.scalars(acts_for(acting(user)))) == {secretary.id, kept.id, other.id}
