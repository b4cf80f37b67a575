"""`flask worker` as a process of its own: killed, stopped, kept from the database."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.settings import ROOT


@pytest.fixture
def start(app, cast, sink, instance, database_url, clock_file):
    """`start(*options)` runs `flask worker` on the test's database, sending to the sink."""
    ours = {
        "CPTSAPP_MODE": "test",
        "CPTSAPP_INSTANCE": str(instance),
        "CPTSAPP_DATABASE_URL": database_url,
        "CPTSAPP_CLOCK": f"@{clock_file}",
        "CPTSAPP_SMTP_URL": sink.url,
    }
    started = []

    def _start(*options: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", *options]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **ours}, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield _start
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


def wait_for(condition) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it took more than 20 s"
        time.sleep(0.05)


@pytest.mark.database
def test_killed_before_it_could_note_the_delivery_it_sends_once_more_under_the_same_id(start, sink, write, set_clock):
    write()
    first = start()
    sink.after_data = lambda: os.kill(first.pid, signal.SIGKILL)
    assert first.wait(timeout=30) == -signal.SIGKILL
    sink.after_data = None
    set_clock(clock.now() + timedelta(minutes=10))
    start("--once").wait(timeout=30)
    start("--once").wait(timeout=30)
    assert len(sink.messages) == 2
    assert len({mail["Message-ID"] for mail in sink.messages}) == 1


def test_stops_in_good_order(start, sink, write):
    write()
    process = start()
    wait_for(lambda: sink.messages)
    process.terminate()
    assert process.wait(timeout=20) == 0
    assert "worker stopped" in process.stderr.read()


def test_writes_no_address_in_its_log(start, sink, write):
    sink.answers["parti@cpts.example"] = "550 <parti@cpts.example> unknown"
    write("parti@cpts.example")
    process = start("--once")
    process.wait(timeout=30)
    log = process.stderr.read()
    assert "550" in log
    assert "@cpts.example" not in log
