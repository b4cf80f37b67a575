"""The real server on the test's own database: gunicorn with two processes, started and stopped by the test."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


@dataclass
class LiveServer:
    """A running server: its address, its process, its log."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path
    environment: dict[str, str]

    def worker_pids(self) -> list[int]:
        """The processes that answer requests, children of the master."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def kill_all(self) -> None:
        """kill -9 of the master and of all its children, as a power cut would."""
        for pid in [self.process.pid, *self.worker_pids()]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def live_server(instance: Path, database_url: str, clock: str, **more: str) -> Iterator[LiveServer]:
    """A server on this database for the time of the block; `more` are CPTSAPP_ variables."""
    server = start(instance, database_url, clock, **more)
    try:
        yield server
    finally:
        stop(server)


def start(instance: Path, database_url: str, clock: str, **more: str) -> LiveServer:
    """Start it and wait until it answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "CPTSAPP_MODE": "test",
        "CPTSAPP_INSTANCE": str(instance),
        "CPTSAPP_DATABASE_URL": database_url,
        "CPTSAPP_CLOCK": clock,
        "CPTSAPP_BASE_URL": url,
        "CPTSAPP_BIND": f"127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
        **more,
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else each start of each process compiles every module again
    log = instance / "server.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    server = LiveServer(url, process, log, environment)
    _wait(server)
    return server


def _wait(server: LiveServer) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        try:
            urllib.request.urlopen(server.url + "/connexion", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    stop(server)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text()[-3000:]}")


def stop(server: LiveServer) -> None:
    """Stop it in good order, or else at once."""
    if server.process.poll() is not None:
        return
    server.process.terminate()
    try:
        server.process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
