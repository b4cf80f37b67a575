"""/journal: sentences, filters, pages, and the reading that is noted."""

from datetime import UTC, datetime, timedelta

import pytest

from cptsapp.audit import queries
from cptsapp.audit.actions import record, record_reading
from cptsapp.audit.models import AuditEvent, Category
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.tools.factories import acting


@pytest.fixture
def reader(sign_in, cast):
    """The coordinator at the journal."""
    return sign_in(cast.coordinator)


def write(kind, thing, by, **data):
    record(kind, thing, by=acting(by), **data)
    session.commit()


def page(client, address="/journal"):
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_event_is_a_sentence_with_its_author(cast, reader):
    write("slot.withdrawn", cast.gp_person, cast.gp)
    text = page(reader)
    assert "Créneau retiré" in text
    assert "Dr Hélène Renaudin" in text


def test_change_shows_before_and_after(cast, reader):
    write(
        "territory.settings", cast.gp_person, cast.coordinator, changes={"phone": ["01 99 00 11 22", "01 99 00 33 44"]}
    )
    text = page(reader)
    assert "<del>01 99 00 11 22</del>" in text
    assert "<b>01 99 00 33 44</b>" in text


def test_unknown_kind_stays_readable(cast, reader):
    write("booking.turned_upside_down", cast.gp_person, cast.gp)
    assert "Réservation, turned upside down" in page(reader)


def test_what_was_typed_is_escaped(cast, reader):
    write("neighbour.add", cast.gp_person, cast.gp, name="<b>CPTS</b>")
    assert "&lt;b&gt;CPTS" in page(reader)


@pytest.mark.parametrize(
    ("gesture", "shown", "hidden"), [("lectures", "identité", "retiré"), ("changements", "retiré", "identité")]
)
def test_gesture_filters(cast, reader, gesture, shown, hidden):
    write("slot.withdrawn", cast.gp_person, cast.gp)
    record_reading("booking.opened", cast.gp_person, by=acting(cast.gp))
    session.commit()
    text = page(reader, f"/journal?geste={gesture}")
    assert shown in text
    assert hidden not in text


def test_person_filters(cast, reader):
    write("slot.withdrawn", cast.gp_person, cast.gp)
    write("slot.posted", cast.gp_person, cast.other_gp)
    text = page(reader, f"/journal?qui={cast.gp.id}")
    assert "Créneau retiré" in text
    assert "Créneau publié" not in text


def test_days_filter_in_the_zone_of_the_cpts(cast, reader, set_clock):
    set_clock(datetime(2026, 7, 20, 22, 30, tzinfo=UTC))  # mardi 21, 0h30 à Paris
    write("slot.withdrawn", cast.gp_person, cast.gp)
    assert "Créneau retiré" in page(reader, "/journal?du=2026-07-21&au=2026-07-21")
    assert "Créneau retiré" not in page(reader, "/journal?au=2026-07-20")


def test_unreadable_filter_counts_as_none(cast, reader):
    write("slot.withdrawn", cast.gp_person, cast.gp)
    assert "Créneau retiré" in page(reader, "/journal?du=demain&qui=x&geste=y&apres=z")
    assert "Créneau retiré" in page(reader, f"/journal?qui={10**30}&apres=20260720T000000.000000-{10**30}")


def test_pages_follow_one_another_without_gap(cast, reader):
    for number in range(queries.PAGE_SIZE + 5):
        record("neighbour.add", cast.gp_person, by=acting(cast.gp), name=f"voisine-{number:03d}-")
    session.commit()
    first = page(reader, "/journal?geste=changements")
    after = first.split("apres=")[1].split('"')[0].split("&")[0]
    second = page(reader, f"/journal?geste=changements&apres={after}")
    shown = [
        n for n in range(queries.PAGE_SIZE + 5) if (f"voisine-{n:03d}-" in first) != (f"voisine-{n:03d}-" in second)
    ]
    assert len(shown) == queries.PAGE_SIZE + 5


def test_reading_is_noted(cast, reader):
    number = session.merge(cast.coordinator).id
    page(reader, "/journal?geste=lectures")
    event = session.query(AuditEvent).filter_by(kind="audit.read").one()
    assert (event.user_id, event.category, event.data) == (
        number,
        Category.READING,
        {"gesture": "reading"},
    )


def test_one_thing_has_its_page_with_counts(cast, reader):
    number = cast.gp_person.id
    write("person.changed", cast.gp_person, cast.gp)
    write("person.changed", cast.other_gp_person, cast.gp)
    text = page(reader, f"/journal/person/{number}")
    assert text.count("Professionnel, changed") == 1


@pytest.mark.parametrize("address", ["/journal/draft/1", "/journal/person/x", f"/journal/person/{10**30}"])
def test_thing_nobody_knows_is_not_found(cast, reader, address):
    assert reader.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/journal", "/journal.csv", "/journal/person/1"])
def test_it_is_closed_to_who_may_not_read_it(cast, sign_in, address):
    assert sign_in(cast.gp).get(address).status_code == 403


def test_export_holds_what_the_filter_shows(cast, reader):
    write("slot.withdrawn", cast.gp_person, cast.gp)
    write("slot.posted", cast.gp_person, cast.other_gp)
    text = reader.get(f"/journal.csv?qui={cast.gp.id}").data.decode("utf-8-sig")
    assert [line.split(";")[3] for line in text.splitlines()] == ["Quoi", "Créneau retiré"]


def test_export_runs_no_formula(cast, reader):
    cast.gp.display_name = "=HYPERLINK(1)"
    write("slot.withdrawn", cast.gp_person, cast.gp)
    assert ";'=HYPERLINK(1);" in reader.get("/journal.csv").data.decode("utf-8-sig")


def test_export_is_noted(cast, reader):
    reader.get("/journal.csv")
    assert session.query(AuditEvent).filter_by(kind="audit.exported").count() == 1


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (queries.Filter(), "ix_audit_event_at"),
        (queries.Filter(category=Category.QUESTION), "ix_audit_event_category"),
        (queries.Filter(user_id=1), "ix_audit_event_user"),
        (queries.Filter(subject_type="booking", subject_id=1), "ix_audit_event_subject"),
        (queries.Filter(from_on=clock.now().date() - timedelta(days=1)), "ix_audit_event_at"),
    ],
)
def test_each_filter_has_its_index_and_sorts_nothing(cast, database_kind, wanted, index):
    if database_kind != "sqlite":
        return  # PostgreSQL scans small tables whatever their indexes
    statement = queries._statement(wanted).limit(51).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = " ".join(row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
    assert index in plan
    assert "TEMP B-TREE" not in plan
