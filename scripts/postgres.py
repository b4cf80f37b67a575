"""Run a command beside a private PostgreSQL: ``postgres.py COMMAND [ARGUMENT …]``.

The cluster lives in a temporary directory, listens on a socket there (no port to collide with), and goes
with the command. Its address stands in ``CPTSAPP_TEST_POSTGRESQL``. No systemd; PostgreSQL refuses to run
as root, so root starts it as the user ``postgres`` that Debian's package makes.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from system import postgresql_bin

# Made to be thrown away: nothing of it needs to outlive a power cut.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "listen_addresses": "",
    "lc_messages": "C",
}
START_SECONDS = 60
ROOM_BYTES = 2 * 1024**3
PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> int:
    """Run the command with a cluster up; return its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with cluster() as address:
        return subprocess.run(command, env=os.environ | {"CPTSAPP_TEST_POSTGRESQL": address}, check=False).returncode


@contextmanager
def cluster() -> Iterator[str]:
    """A fresh cluster; gives the SQLAlchemy address of its ``postgres`` database, stops it on the way out."""
    binaries = postgresql_bin()
    if binaries is None:
        sys.exit("PostgreSQL is missing: install it with  sudo apt-get install postgresql")
    home = Path(tempfile.mkdtemp(prefix="cptsapp-pg-", dir=_place()))
    try:
        _make(binaries, home)
        server = _start(binaries, home)
        try:
            _wait(binaries, home, server)
            yield f"postgresql+psycopg://postgres@/postgres?host={home}"
        finally:
            server.send_signal(signal.SIGINT)  # fast shutdown: ends the sessions, writes, leaves
            server.wait(START_SECONDS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _place() -> Path | None:
    """In memory when there is room: a copy of a database takes 15 ms there, 300 on the disk of a small machine."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES else None


def _make(binaries: Path, home: Path) -> None:
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(home, owner.pw_uid, owner.pw_gid)
    initdb = [str(binaries / "initdb"), "-D", str(home / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    made = subprocess.run(
        [*initdb, "--locale=C.UTF-8", "--no-sync"], capture_output=True, text=True, check=False, **_owner(home)
    )
    if made.returncode != 0:
        sys.exit("initdb failed:\n" + made.stderr)


def _start(binaries: Path, home: Path) -> "subprocess.Popen[bytes]":
    command = [str(binaries / "postgres"), "-D", str(home / "data"), "-k", str(home)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, start_new_session=True, preexec_fn=_end_with_us, **_owner(home)
        )


def _owner(home: Path) -> dict[str, Any]:
    """As whom, and where, PostgreSQL's programs run: never as root."""
    whom: dict[str, Any] = {"cwd": home, "stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:
        whom |= {"user": "postgres", "group": "postgres", "extra_groups": []}
    return whom


def _end_with_us() -> None:
    """Ask Linux to stop the server even if we are killed with no time to tidy up."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _wait(binaries: Path, home: Path, server: "subprocess.Popen[bytes]") -> None:
    ready = [str(binaries / "pg_isready"), "-q", "-h", str(home), "-U", "postgres"]
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.1)
    sys.exit("PostgreSQL did not start:\n" + (home / "log").read_text(errors="replace"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
