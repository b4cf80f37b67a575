"""/messages: what waits, what failed, and the button that tries again."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox import queries
from cptsapp.outbox.actions import queue
from cptsapp.outbox.models import Message, MessageState


@pytest.fixture
def reader(sign_in, cast):
    """The coordinator at the messages."""
    return sign_in(cast.coordinator)


def write(state=MessageState.WAITING, **values) -> int:
    message = queue(
        "try", to_address="helene.renaudin@cpts.example", title="17h00 pris", body="https://secret.example/lien"
    )
    message.state = state
    for name, value in values.items():
        setattr(message, name, value)
    session.commit()
    return message.id


def page(client, address="/messages"):
    return client.get(address).get_data(as_text=True)


def test_nothing_failed_says_so(reader):
    assert "Tout est parti" in page(reader)


def test_failed_message_shows_its_code_and_attempts(reader):
    write(MessageState.FAILED, attempts=8, last_error="451")
    assert "451, 8\u00a0essais" in page(reader)


def test_waiting_messages_have_their_page(reader):
    write()
    assert "17h00 pris" in page(reader, "/messages?etat=en-attente")


def test_text_is_never_shown(reader):
    write()
    assert "secret.example" not in page(reader, "/messages?etat=en-attente")


def test_retry_puts_it_back(reader):
    number = write(MessageState.FAILED, attempts=8)
    assert reader.post(f"/messages/{number}/relancer").status_code == 303
    message = session.get(Message, number)
    assert (message.state, message.attempts) == (MessageState.WAITING, 0)


def test_retry_of_a_message_that_left_is_refused(reader):
    number = write(MessageState.SENT, sent_at=clock.now())
    assert reader.post(f"/messages/{number}/relancer").status_code == 409


def test_stopped_worker_is_seen(app, reader):
    write(next_at=clock.now() - timedelta(minutes=12))
    assert queries.late_by() == timedelta(minutes=12)


def test_missing_server_is_said(reader):
    assert "Aucun serveur de messagerie" in page(reader)


def test_unknown_state_is_not_found(reader):
    assert reader.get("/messages?etat=partout").status_code == 404


def test_it_is_closed_to_who_may_not_read_it(cast, sign_in):
    assert sign_in(cast.gp).get("/messages").status_code == 403


def test_deliveries_are_those_of_the_thing(cast):
    queue("try", to_address="a@cpts.example", title="1", body="", about=cast.gp_person)
    queue("try", to_address="b@cpts.example", title="2", body="", about=cast.other_gp_person)
    assert [m.to_address for m in queries.deliveries_for("person", cast.gp_person.id)] == ["a@cpts.example"]


def test_a_key_used_once_queues_once(cast):
    for _ in range(2):
        queue("try", to_address="a@cpts.example", title="1", body="", once_key="reminder:1:2026-07-20")
    assert session.query(Message).count() == 1


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT count(*) FROM message WHERE state = 'failed'", "ix_message_failed"),
        ("SELECT min(next_at) FROM message WHERE state = 'waiting'", "ix_message_due"),
    ],
)
def test_counts_read_small_indexes(cast, database_kind, statement, index):
    if database_kind == "sqlite":
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
        assert index in str(plan)
