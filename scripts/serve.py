"""Run the web server and the worker together: ``serve.py demo`` or ``serve.py production``.

Prepares the database, starts both, prints the address, stops both on Ctrl-C or SIGTERM. If one of the two
dies the other is stopped and the exit status is 1: a web server without its worker would look well and send
no mail. Listens on HOST (127.0.0.1) and PORT (8000). RESET=1 throws the demonstration away first.
An installation that lasts runs the two as systemd services instead: see docs/operations.md.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
DEMO = ROOT / "instance" / "demo"
PREPARE = {
    "demo": [["demo", "prepare"]],
    "production": [["db", "upgrade"], ["setup-code"]],
}
START_SECONDS = 60
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1


class Stop(Exception):
    """Someone asked us to stop."""


def main(mode: str) -> int:
    """Prepare, start, watch, stop; return the exit status."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    problem = why_not_listen(host, port)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    os.umask(0o077)  # what the instance holds is for its owner alone
    environment = environment_of(mode, host, port)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        return _prepare(mode, environment) or _serve(host, int(port), environment)
    except Stop:
        return 0


def why_not_listen(host: str, port: str) -> str | None:
    """Why nothing can listen there, as one sentence, or None."""
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except (OSError, OverflowError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"Cannot listen on {host}, port {port}: {reason}. Choose another one with  HOST=  and  PORT=8001"
    return None


def environment_of(mode: str, host: str, port: str) -> dict[str, str]:
    """The variables the processes get: ours are the defaults, what the caller set wins."""
    ours = {"CPTSAPP_MODE": mode, "CPTSAPP_BASE_URL": url(host, port), "PYTHONUNBUFFERED": "1"}
    if mode == "demo":
        ours["CPTSAPP_INSTANCE"] = str(DEMO)
    forced = {"CPTSAPP_BIND": f"[{host}]:{port}" if ":" in host else f"{host}:{port}"}
    return ours | os.environ | forced


def url(host: str, port: str) -> str:
    """The address to open in a browser on this machine."""
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _prepare(mode: str, environment: dict[str, str]) -> int:
    if mode == "demo" and os.environ.get("RESET") == "1":
        _forget(Path(environment["CPTSAPP_INSTANCE"]))
    for command in PREPARE[mode]:
        status = subprocess.run(FLASK + command, cwd=ROOT, env=environment, check=False).returncode
        if status != 0:
            return status
    return 0


def _forget(instance: Path) -> None:
    """Throw a demonstration away; a folder that holds none is left alone, whatever the variable names."""
    if (instance / "cptsapp.sqlite").exists():
        shutil.rmtree(instance)


def _serve(host: str, port: int, environment: dict[str, str]) -> int:
    commands = {
        "web server": [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"],
        "worker": [*FLASK, "worker"],
    }
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            running[name] = _start(command, environment)
        _announce(host, port, environment, running)
        dead = _first_to_die(running)
        print(f"The {dead} stopped by itself (status {running[dead].returncode}): stopping.", file=sys.stderr)
        return 1
    finally:
        _stop_all(list(running.values()))


def _start(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C in the terminal reaches us only, and we stop both in good order.
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_end_with_us
    )


def _end_with_us() -> None:
    """Ask Linux to stop the process even if we are killed with no time to tidy up."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _announce(host: str, port: int, environment: dict[str, str], running: dict[str, "subprocess.Popen[bytes]"]) -> None:
    """Print the address once someone answers there."""
    end = time.monotonic() + START_SECONDS
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    while time.monotonic() < end and all(process.poll() is None for process in running.values()):
        try:
            socket.create_connection((target, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            print(f"\nOpen {environment['CPTSAPP_BASE_URL']} (Ctrl-C stops it)\n", flush=True)
            return


def _first_to_die(running: dict[str, "subprocess.Popen[bytes]"]) -> str:
    while True:
        for name, process in running.items():
            if process.poll() is not None:
                return name
        time.sleep(0.2)


def _stop_all(processes: list["subprocess.Popen[bytes]"]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for process in processes:
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stop


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
