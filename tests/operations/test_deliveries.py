"""The worker and a real SMTP server: what leaves, how, and what happens when it does not."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.operations.worker import Worker, transport_of
from cptsapp.outbox import actions
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outbox.private import wrap
from cptsapp.outbox.smtp import SmtpTransport, server_of
from tests.tools.settings import test_settings
from tests.tools.smtp import free_port, smtp_sink

pytestmark = pytest.mark.database


def test_waiting_message_leaves(worker, sink, write, read):
    number = write()
    worker.once()
    assert sink.recipients == ["helene.renaudin@cpts.example"]
    assert read(number).state is MessageState.SENT


def test_message_travels_whole(worker, sink, write):
    write()
    worker.once()
    mail = sink.messages[0]
    assert mail["Subject"] == "17h00 pris, réf. K7F3"
    assert mail.get_content().strip() == "Dr Hélène Renaudin, à 17h00."
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"].addresses[0].display_name == "CPTS Littoral d’Essai"
    assert mail.get_content_type() == "text/plain"


def test_message_of_later_waits(worker, sink, write):
    write(not_before=clock.now() + timedelta(minutes=1))
    worker.once()
    assert sink.messages == []


def test_sent_message_is_not_sent_again(worker, sink, write):
    write()
    worker.once()
    worker.once()
    assert len(sink.messages) == 1


def test_several_messages_leave_over_one_connection(worker, sink, write):
    for number in range(5):
        write(f"user{number}@cpts.example")
    worker.once()
    assert len(sink.messages) == 5


def test_refused_recipient_is_given_up_at_once(worker, sink, write, read):
    sink.answers["parti@cpts.example"] = "550 <parti@cpts.example> unknown"
    number = write("parti@cpts.example")
    worker.once()
    assert (read(number).state, read(number).last_error) == (MessageState.FAILED, "550")


def test_other_messages_leave_after_a_refusal(worker, sink, write):
    sink.answers["parti@cpts.example"] = "550 unknown"
    write("parti@cpts.example")
    write()
    worker.once()
    assert sink.recipients == ["helene.renaudin@cpts.example"]


def test_busy_server_is_asked_again_a_minute_later(worker, sink, write, read):
    sink.data_answer = "451 later"
    number = write()
    worker.once()
    assert read(number).state is MessageState.WAITING
    assert read(number).next_at == clock.now() + timedelta(minutes=1)


def test_ladder_ends_after_a_day(worker, sink, write, read, set_clock):
    sink.data_answer = "451 later"
    number = write()
    written_at = clock.now()
    while read(number).state is MessageState.WAITING:
        set_clock(read(number).next_at)
        worker.once()
    assert read(number).attempts == 8
    assert timedelta(hours=23) < clock.now() - written_at < timedelta(hours=25)


def test_server_away_keeps_the_message_and_slows_down(app, cast, write, read):
    number = write()
    worker = Worker(app, SmtpTransport(server_of(f"smtp://127.0.0.1:{free_port()}")), jobs=())
    assert worker.once() == 30
    assert (read(number).state, read(number).last_error) == (MessageState.WAITING, "ConnectionRefusedError")


def test_server_away_costs_one_attempt_a_round(app, cast, write, read):
    numbers = [write(f"user{n}@cpts.example") for n in range(3)]
    Worker(app, SmtpTransport(server_of(f"smtp://127.0.0.1:{free_port()}")), jobs=()).once()
    assert sum(read(n).attempts for n in numbers) == 1


def test_sender_refused_is_a_setting_to_mend_not_a_lost_message(worker, sink, write, read):
    sink.answers["ne-pas-repondre@cpts.example"] = "553 not you"
    number = write()
    worker.once()
    assert read(number).state is MessageState.WAITING


def test_error_never_holds_the_address(worker, sink, write, read):
    sink.answers["parti@cpts.example"] = "550 parti@cpts.example moved to ailleurs@cpts.example"
    number = write("parti@cpts.example")
    worker.once()
    assert "@" not in read(number).last_error


def test_address_that_no_mail_can_carry_is_given_up(worker, sink, write, read):
    number = write("a@cpts.example\nBcc: b@cpts.example")
    worker.once()
    assert (read(number).state, sink.messages) == (MessageState.FAILED, [])


def test_message_in_hand_is_not_taken_by_another_worker(cast, write):
    write()
    assert actions.claim() is not None
    session.commit()
    assert actions.claim() is None


def test_message_of_a_dead_worker_is_taken_again_with_the_same_id(worker, sink, write, set_clock):
    write()
    killed_before_it_could_note = actions.claim()
    session.commit()
    session.remove()
    worker.once()
    assert sink.messages == []
    set_clock(clock.now() + timedelta(minutes=10))
    worker.once()
    assert [m["Message-ID"] for m in sink.messages] == [killed_before_it_could_note.message_id]


def test_no_transaction_is_open_while_the_network_is_used(app, cast, sink, write):
    seen = []

    class Watching(SmtpTransport):
        def send(self, message):
            seen.append(session().in_transaction())
            super().send(message)

    write()
    Worker(app, Watching(server_of(sink.url)), jobs=()).once()
    assert seen == [False]


def test_password_is_not_said_in_clear_to_a_distant_server(monkeypatch):
    monkeypatch.setattr("cptsapp.outbox.smtp.LOOPBACK", ())
    with smtp_sink() as sink:
        transport = SmtpTransport(server_of(sink.url.replace("//", "//user:secret@")))
        with pytest.raises(Exception, match="SMTPNotSupportedError"):
            transport.send(None)


def test_without_server_messages_wait(app, cast, write, read):
    number = write()
    Worker(app, None, jobs=()).once()
    assert read(number).state is MessageState.WAITING


def test_demonstration_delivers_to_its_own_page(app, cast, write, read, instance, database_url):
    number = write()
    settings = test_settings(instance, database_url, "2026-07-20T14:32:00+02:00", CPTSAPP_MODE="demo")
    Worker(app, transport_of(settings), jobs=()).once()
    assert read(number).state is MessageState.SENT


@pytest.mark.parametrize(
    ("url", "host", "port", "user"),
    [
        ("smtp://mail.example", "mail.example", 25, None),
        ("smtps://a%40b:p@mail.example", "mail.example", 465, "a@b"),
        ("smtp://mail.example:587", "mail.example", 587, None),
    ],
)
def test_address_of_the_server(url, host, port, user):
    server = server_of(url)
    assert (server.host, server.port, server.user) == (host, port, user)


def test_dropped_message_never_leaves(worker, sink, write):
    number = write()
    session.query(Message).filter_by(id=number).update({"state": MessageState.DROPPED})
    session.commit()
    session.remove()
    worker.once()
    assert sink.messages == []


def test_private_link_is_sealed_in_the_table_and_whole_in_the_mail(worker, sink, write, read):
    number = write(body=f"Ouvrez {wrap('https://agenda.example/invitation/abc')}\n")
    assert "invitation" not in read(number).body
    worker.once()
    assert "https://agenda.example/invitation/abc" in sink.messages[0].get_content()


def test_link_that_no_longer_opens_is_given_up_and_stops_nobody(worker, sink, write, read):
    broken = wrap("https://agenda.example/invitation/abc").replace(".01", ".09", 1)
    number = write(body=broken)
    write("other@cpts.example")
    worker.once()
    assert (read(number).state, read(number).last_error) == (MessageState.FAILED, "SealBroken")
    assert sink.recipients == ["other@cpts.example"]
