"""The register of movements: noting, correcting, cancelling, the numbers and the lists behind them."""

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from cptsapp.accounts.models import Role
from cptsapp.accounts.permissions import scopes_of
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Movement, MovementKind, Practice, PracticeMode, Profession
from cptsapp.directory.queries import movements as queries
from cptsapp.directory.rules.movements import Way
from cptsapp.territory.models import Commune
from tests.tools.factories import acting, make_commune, make_movement, make_person, make_place, make_practice, make_user
from tests.tools.queries import count_queries

SAID = {"who": "Renaudin", "kind": "retirement", "starts_on": "2026-12-31", "once": "abc"}


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


@pytest.fixture
def ids(cast):
    """Numbers outlive the session that a request closes."""
    return SimpleNamespace(
        gp=cast.gp_person.id,
        other=cast.other_gp_person.id,
        practice=cast.gp_practice.id,
        other_practice=cast.other_gp_practice.id,
    )


def note(client, **changes):
    return client.post("/annuaire/mouvements/nouveau", data={**SAID, **changes})


def the_movement():
    return session.scalars(select(Movement)).one()


def register(cast, profession=None):
    return queries.register(acting(session.merge(cast.coordinator)), profession)


def gps(cast):
    found = register(cast).line(Profession.GP).balance
    return found.today, found.losses, found.gains, found.later


# -- noting -----------------------------------------------------------------------------------------------------------


def test_a_movement_is_noted_of_whom_one_writes(coordinator, ids):
    answer = note(coordinator, note="dit le 12 mars")
    movement = the_movement()
    assert answer.location == f"/annuaire/{ids.gp}"
    assert (movement.person_id, movement.kind) == (ids.gp, MovementKind.RETIREMENT)
    assert (movement.starts_on, movement.is_confirmed) == (date(2026, 12, 31), False)
    assert "Retraite le 31/12/2026, à confirmer" in coordinator.get(answer.location).text


def test_a_movement_is_noted_from_a_sheet(coordinator, ids):
    page = coordinator.get(f"/annuaire/mouvements/nouveau?personne={ids.gp}").text
    assert 'value="Dr Hélène Renaudin"' in page
    note(coordinator, who="Dr Hélène Renaudin")
    assert the_movement().person_id == ids.gp


@pytest.mark.database
@pytest.mark.parametrize(("asked", "status"), [("99999999999", 200), ("x", 200), ("999999", 404)])
def test_a_number_of_no_sheet_presets_nobody(coordinator, asked, status):
    assert coordinator.get(f"/annuaire/mouvements/nouveau?personne={asked}").status_code == status


def test_a_namesake_is_told_from_the_other_by_the_number_of_the_sheet(coordinator, cast):
    number = make_person(last_name="Renaudin", first_name="Paul").id
    session.commit()
    answer = note(coordinator)
    assert answer.status_code == 409
    assert f"n°\u00a0{number} Dr Paul Renaudin" in answer.text
    note(coordinator, who=f"n° {number}")
    assert the_movement().person_id == number


def test_someone_is_named_by_rpps(coordinator, cast, ids):
    cast.other_gp_person.rpps = "10001234565"
    session.commit()
    note(coordinator, who="100 0123 4565")
    assert the_movement().person_id == ids.other


def test_a_double_submit_notes_once(coordinator):
    note(coordinator)
    note(coordinator)
    assert the_movement()


def test_who_replaces_is_noted(coordinator, ids):
    note(coordinator, kind="maternity", ends_on="2027-05-01", replaced_by="benali")
    movement = the_movement()
    assert (movement.replaced_by_id, movement.ends_on) == (ids.other, date(2027, 5, 1))


def test_the_trail_does_not_say_which_movement(coordinator):
    note(coordinator, kind="maternity", note="secret")
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "movement.note")).one()
    assert event.data == {"starts_on": "2026-12-31"}


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"who": ""}, 422, "Dites de qui il s’agit."),
        ({"who": "zzz"}, 409, "Personne de ce nom"),
        ({"who": "Dr"}, 409, "Personne de ce nom"),
        ({"who": "9999999999"}, 409, "Personne de ce nom"),
        ({"who": "n° 999999999"}, 409, "Personne de ce nom"),
        ({"who": "Pallier"}, 409, "pas les secrétariats"),
        ({"starts_on": ""}, 422, "Donnez la date."),
        ({"kind": "holiday"}, 422, "is-invalid"),
        ({"note": "2 85 06 85 194 001 37"}, 422, "numéro de sécurité sociale"),
        ({"replaced_by": "Renaudin"}, 409, "ne se remplace pas elle-même"),
        ({"replaced_by": "zzz"}, 409, "Personne de ce nom"),
        ({"ends_on": "2027-01-31"}, 409, "n’a pas de dernier jour"),
        ({"kind": "leave", "ends_on": "2026-12-01"}, 409, "vient avant le premier"),
    ],
)
def test_a_wrong_movement_is_not_noted(coordinator, changes, status, sentence):
    answer = note(coordinator, **changes)
    assert answer.status_code == status
    assert sentence in answer.text
    assert session.scalar(select(func.count()).select_from(Movement)) == 0


def test_the_same_movement_twice_is_refused(coordinator, cast):
    make_movement(cast.gp_person)
    session.commit()
    answer = note(coordinator)
    assert answer.status_code == 409
    assert "déjà noté à cette date" in answer.text


# -- correcting and cancelling ----------------------------------------------------------------------------------------


def test_a_movement_is_corrected(coordinator, cast, ids):
    number = make_movement(cast.gp_person, replaced_by_id=ids.other).id
    session.commit()
    path = f"/annuaire/mouvements/{number}/modifier"
    assert 'value="Dr Sarah Benali"' in coordinator.get(path).text
    data = {
        "who": "Dr Hélène Renaudin",
        "kind": "retirement",
        "starts_on": "2027-03-31",
        "replaced_by": "Dr Sarah Benali",
    }
    coordinator.post(path, data=data)
    movement = session.get(Movement, number)
    assert (movement.starts_on, movement.replaced_by_id) == (date(2027, 3, 31), ids.other)


def test_a_movement_is_corrected_after_the_replacement_objected(coordinator, cast):
    gone = make_person(objected_on=date(2026, 7, 1), last_name="")
    number = make_movement(cast.gp_person, replaced_by_id=gone.id).id
    session.commit()
    path = f"/annuaire/mouvements/{number}/modifier"
    assert coordinator.get(path).status_code == 200
    coordinator.post(path, data={"who": "Dr Hélène Renaudin", "kind": "retirement", "starts_on": "2027-03-31"})
    assert session.get(Movement, number).replaced_by_id is None


def test_a_cancelled_movement_is_kept_struck_and_counts_no_more(coordinator, cast, ids):
    number = make_movement(cast.gp_person).id
    session.commit()
    coordinator.post(f"/annuaire/mouvements/{number}/annuler")
    assert session.get(Movement, number).cancelled_at is not None
    assert "<del>Retraite le 31/12/2026</del>" in coordinator.get(f"/annuaire/{ids.gp}").text
    assert gps(cast) == (2, 0, 0, 2)


@pytest.mark.parametrize("act", ["modifier", "annuler"])
def test_what_is_cancelled_is_not_changed(coordinator, cast, act):
    number = make_movement(cast.gp_person, cancelled_at=clock.now()).id
    session.commit()
    answer = coordinator.post(f"/annuaire/mouvements/{number}/{act}", data={**SAID, "starts_on": "2027-01-01"})
    assert answer.status_code == 409
    assert session.get(Movement, number).starts_on == date(2026, 12, 31)


# -- a departure ends practices, when asked ---------------------------------------------------------------------------


def test_a_confirmed_departure_asks_before_it_ends_the_practices(coordinator, cast, ids):
    answer = note(coordinator, is_confirmed="y")
    number = the_movement().id
    assert answer.location == f"/annuaire/mouvements/{number}/exercices"
    assert session.get(Practice, ids.practice).ends_on is None
    assert "ce jour compris" in coordinator.get(answer.location).text
    coordinator.post(answer.location, data={"practices": [ids.practice]})
    assert session.get(Practice, ids.practice).ends_on == date(2026, 12, 31)
    assert gps(cast) == (2, 1, 0, 1)


def test_what_is_not_ticked_goes_on(coordinator, cast, ids):
    number = make_movement(cast.gp_person, is_confirmed=True).id
    session.commit()
    coordinator.post(f"/annuaire/mouvements/{number}/exercices", data={})
    assert session.get(Practice, ids.practice).ends_on is None


def test_a_departure_of_long_ago_ends_them_yesterday(coordinator, cast, ids):
    number = make_movement(cast.gp_person, is_confirmed=True, starts_on=date(2026, 6, 30)).id
    session.commit()
    coordinator.post(f"/annuaire/mouvements/{number}/exercices", data={"practices": [ids.practice]})
    assert session.get(Practice, ids.practice).ends_on == date(2026, 7, 19)


@pytest.mark.parametrize("values", [{}, {"is_confirmed": True, "kind": MovementKind.MATERNITY}])
def test_only_a_sure_departure_ends_practices(coordinator, cast, values, ids):
    number = make_movement(cast.gp_person, **values).id
    session.commit()
    answer = coordinator.post(f"/annuaire/mouvements/{number}/exercices", data={"practices": [ids.practice]})
    assert answer.status_code == 409
    assert "Seul un départ confirmé" in answer.text


def test_the_practice_of_another_is_not_ended(coordinator, cast, ids):
    number = make_movement(cast.gp_person, is_confirmed=True).id
    session.commit()
    answer = coordinator.post(f"/annuaire/mouvements/{number}/exercices", data={"practices": [ids.other_practice]})
    assert answer.status_code == 422
    assert session.get(Practice, ids.other_practice).ends_on is None


# -- the numbers ------------------------------------------------------------------------------------------------------


def test_today_less_departures_plus_arrivals(cast):
    make_movement(cast.gp_person)
    make_movement(kind=MovementKind.ARRIVAL, starts_on=date(2026, 10, 1))
    session.commit()
    assert gps(cast) == (2, 1, 1, 2)


def test_a_leave_or_a_replacement_is_no_loss(cast):
    make_movement(cast.gp_person, kind=MovementKind.MATERNITY, starts_on=date(2026, 9, 1))
    make_movement(cast.other_gp_person, kind=MovementKind.REPLACEMENT, starts_on=date(2026, 9, 1))
    session.commit()
    assert gps(cast) == (2, 0, 0, 2)
    assert [entry.way for entry in register(cast).entries] == [None, None]


def test_an_end_of_practice_counts_without_movement(cast):
    cast.gp_practice.ends_on = date(2026, 12, 31)
    session.commit()
    assert gps(cast) == (2, 1, 0, 1)
    assert [entry.words for entry in register(cast).entries] == ["fin d’exercice notée"]


def test_a_departure_and_the_end_of_the_practice_are_one(cast):
    cast.gp_practice.ends_on = date(2026, 12, 31)
    make_movement(cast.gp_person)
    session.commit()
    assert gps(cast) == (2, 1, 0, 1)
    assert [entry.words for entry in register(cast).entries] == ["retraite"]


def test_what_comes_after_the_twenty_four_months_does_not_count(cast):
    make_movement(cast.gp_person, starts_on=date(2028, 7, 20))
    make_movement(cast.other_gp_person, starts_on=date(2028, 7, 19))
    session.commit()
    assert gps(cast) == (2, 1, 0, 1)


def test_neither_locums_nor_staff_nor_other_territories_are_counted(cast):
    away = make_commune(code="85191", name="La Roche-sur-Yon", is_own=False)
    make_practice(mode=PracticeMode.LOCUM)
    make_practice(make_person(profession=Profession.STAFF))
    make_practice(place=make_place(commune_code=away.code))
    session.commit()
    assert gps(cast)[0] == 2
    assert register(cast).total.balance.today == 2


def test_someone_merged_is_counted_once_with_their_movements(cast, ids):
    gone = make_person(merged_into_id=ids.gp)
    make_practice(gone)
    make_movement(gone)
    session.commit()
    assert gps(cast) == (2, 1, 0, 1)


def test_who_objected_is_nowhere(cast):
    gone = make_person(objected_on=date(2026, 7, 1))
    make_practice(gone)
    make_movement(gone)
    session.commit()
    assert gps(cast) == (2, 0, 0, 2)


def test_the_quarters_are_those_of_the_profession(cast):
    nurse = make_person(profession=Profession.NURSE)
    make_practice(nurse)
    make_movement(nurse, starts_on=date(2026, 9, 30))
    session.commit()
    of_nurses, of_gps = register(cast, Profession.NURSE).quarters, register(cast, Profession.GP).quarters
    assert [(quarter.label, own.later) for quarter, own in of_nurses][:2] == [("T3 26", 1), ("T4 26", 0)]
    assert {own.later for _, own in of_gps} == {2}


def test_a_departure_gone_by_while_the_practice_goes_on_is_said(coordinator, cast):
    make_movement(cast.gp_person, starts_on=date(2026, 6, 30))
    session.commit()
    assert "1\u00a0départ passé, exercice toujours ouvert" in coordinator.get("/annuaire/mouvements").text


# -- the pages --------------------------------------------------------------------------------------------------------


def test_each_number_opens_the_list_it_counts(coordinator, cast):
    make_movement(cast.gp_person)
    make_movement(make_person(last_name="Venue"), kind=MovementKind.ARRIVAL, starts_on=date(2026, 10, 1))
    session.commit()
    page = coordinator.get("/annuaire/mouvements").text
    assert 'href="/annuaire/mouvements/liste?profession=gp&amp;sens=departs">−1</a>' in page
    assert 'href="/annuaire/mouvements/liste?profession=gp&amp;sens=arrivees">+1</a>' in page
    leaving = coordinator.get("/annuaire/mouvements/liste?profession=gp&sens=departs").text
    today = coordinator.get("/annuaire/mouvements/aujourdhui?profession=gp").text
    assert 'href="/annuaire/mouvements/aujourdhui?profession=gp">2</a>' in page
    assert ("Renaudin" in today, "Benali" in today, "Venue" in today) == (True, True, False)
    assert "Renaudin" in leaving
    assert "Venue" not in leaving


def test_a_profession_at_a_time(coordinator, cast):
    nurse = make_person(last_name="Soigne", profession=Profession.NURSE)
    make_practice(nurse)
    make_movement(nurse)
    make_movement(cast.gp_person)
    session.commit()
    page = coordinator.get("/annuaire/mouvements?profession=nurse").text
    assert "Infirmiers\u00a0: 1 aujourd’hui, 0 le 20/07/2028." in page
    assert "Soigne" in page
    assert "Renaudin" not in page


def test_the_list_behind_every_number_has_as_many_rows(cast):
    make_movement(cast.gp_person)
    make_movement(cast.gp_person, kind=MovementKind.DEPARTURE, starts_on=date(2027, 3, 1))
    make_movement(kind=MovementKind.ARRIVAL, starts_on=date(2026, 10, 1))
    session.commit()
    found = register(cast)
    for line in (*found.lines, found.total):
        assert len(found.present_of(line.profession)) == line.balance.today
        assert len(found.entries_of(line.profession, Way.LOSS)) == line.balance.losses
        assert len(found.entries_of(line.profession, Way.GAIN)) == line.balance.gains


def test_the_file_is_the_list_without_notes(coordinator, cast, ids):
    make_movement(cast.gp_person, note="secret", replaced_by_id=ids.other)
    session.commit()
    answer = coordinator.get("/annuaire/mouvements/liste.csv?sens=departs")
    text = answer.data.decode("utf-8-sig")
    who = "31/12/2026;Dr Hélène Renaudin;médecin généraliste;Talmont-Saint-Hilaire"
    assert f"{who};retraite;−1;;à confirmer;Dr Sarah Benali" in text
    assert "secret" not in text
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "movements.exported")).one()
    assert event.data == {"format": "csv", "rows": 1, "filter": {"sens": "departs"}}


def test_an_empty_register_says_where_to_begin(coordinator):
    for practice in session.scalars(select(Practice)):
        session.delete(practice)
    session.commit()
    assert "Rien à compter encore" in coordinator.get("/annuaire/mouvements").text


def test_unknown_filters_filter_nothing(coordinator, cast):
    make_movement(cast.gp_person)
    session.commit()
    assert "Renaudin" in coordinator.get("/annuaire/mouvements/liste?profession=wizard&sens=up").text


def test_the_register_costs_as_many_queries_with_thirty_movements(coordinator, cast):
    make_movement(cast.gp_person)
    session.commit()
    coordinator.get("/annuaire/mouvements")
    with count_queries() as few:
        coordinator.get("/annuaire/mouvements")
    for _ in range(30):
        make_movement(make_practice().person)
    session.commit()
    with count_queries() as many:
        coordinator.get("/annuaire/mouvements")
    assert len(many) == len(few)


@pytest.mark.parametrize("role", list(Role))
def test_the_register_is_for_who_keeps_the_directory(sign_in, cast, role):
    user = make_user(role)
    session.commit()
    client, may = sign_in(user), "directory.manage" in scopes_of({role})
    for path in ("", "/liste", "/aujourdhui", "/nouveau"):
        assert (client.get(f"/annuaire/mouvements{path}").status_code == 200) == may


def test_nobody_signed_out_reads_the_register(client, cast):
    assert client.get("/annuaire/mouvements").status_code == 401


def test_an_unknown_movement_is_a_404(coordinator):
    assert coordinator.get("/annuaire/mouvements/999999/modifier").status_code == 404
    assert session.scalar(select(func.count()).select_from(Commune)) == 2


def test_professions_that_nothing_happens_to_are_folded(coordinator, cast):
    make_practice(make_person(profession=Profession.NURSE), make_place())
    make_movement(cast.gp_person)
    session.commit()
    before, _, folded = coordinator.get("/annuaire/mouvements").text.partition('<details class="folded">')
    assert ">Généralistes</a>" in before
    assert ">Infirmiers</a>" in folded.partition("</details>")[0]
