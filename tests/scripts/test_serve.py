"""The server and the worker start together, stop together, and neither runs on without the other."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT = 30
WSGI = """
import os, signal, sys, time
from flask import Flask
from flask.cli import AppGroup

app = Flask(__name__)
demo = AppGroup("demo")
app.cli.add_command(demo)

@app.get("/")
def mode():
    return os.environ["CPTSAPP_MODE"]

@demo.command("prepare")
def prepare():
    os.makedirs(os.environ["CPTSAPP_INSTANCE"], exist_ok=True)
    print("prepared")

@app.cli.command("worker")
def worker():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    open("worker.new", "w").write(str(os.getpid()))
    os.rename("worker.new", "worker.pid")
    while True:
        time.sleep(0.1)
"""


@pytest.fixture
def port() -> str:
    """A port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return str(trial.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: str):
    """`start(**environment)`: the supervisor over an application of three lines."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "serve.py", tmp_path / "scripts")
    shutil.copy(ROOT / "gunicorn.conf.py", tmp_path)
    (tmp_path / "wsgi.py").write_text(WSGI)
    started: list[subprocess.Popen[str]] = []

    def run(**environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(tmp_path / "scripts" / "serve.py"), "demo"]
        environment = os.environ | {"PORT": port} | environment
        process = subprocess.Popen(command, env=environment, stdout=-1, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What the process printed, up to the line with the text."""
    printed = ""
    for line in process.stdout:
        printed += line
        if text in line:
            break
    return printed


def worker_of(folder: Path) -> int:
    """The number of the worker's process, once it runs."""
    file = folder / "worker.pid"
    end = time.monotonic() + LIMIT
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return int(file.read_text())


def is_open(port: str) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", int(port))) == 0


def wait_closed(port: str) -> bool:
    end = time.monotonic() + LIMIT
    while is_open(port) and time.monotonic() < end:
        time.sleep(0.1)
    return not is_open(port)


def test_the_address_is_printed_once_someone_answers_there(start, port):
    printed = read_until(start(), "Open ")
    assert "prepared" in printed
    assert f"http://127.0.0.1:{port} " in printed
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/").read() == b"demo"


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_both_stop_when_asked(start, port, asked):
    process = start()
    read_until(process, "Open ")
    process.send_signal(asked)
    assert process.wait(LIMIT) == 0
    assert not is_open(port)


def test_the_server_stops_when_the_worker_dies(start, port, tmp_path):
    process = start()
    os.kill(worker_of(tmp_path), signal.SIGKILL)
    assert "The worker stopped by itself" in process.communicate(timeout=LIMIT)[0]
    assert process.returncode == 1
    assert not is_open(port)


def test_nothing_runs_on_after_a_kill(start, port):
    process = start()
    read_until(process, "Open ")
    process.kill()
    assert wait_closed(port)


def test_a_port_in_use_is_named_in_one_line(start, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(port)))
        other.listen()
        process = start()
        said = process.communicate(timeout=LIMIT)[0]
    assert process.returncode == 1
    assert said.startswith(f"Cannot listen on 127.0.0.1, port {port}")
    assert said.count("\n") == 1


def test_a_reset_throws_the_demonstration_away(start, tmp_path):
    old = tmp_path / "instance" / "demo" / "old"
    old.parent.mkdir(parents=True)
    old.touch()
    (old.parent / "cptsapp.sqlite").touch()
    read_until(start(RESET="1"), "prepared")
    assert not old.exists()


def test_a_reset_leaves_what_is_no_demonstration(start, tmp_path):
    kept = tmp_path / "elsewhere" / "letters"
    kept.parent.mkdir()
    kept.touch()
    read_until(start(RESET="1", CPTSAPP_INSTANCE=str(kept.parent)), "prepared")
    assert kept.exists()
