"""Install what a bare Debian or Ubuntu lacks: ``system.py venv chromium postgresql``.

As root it installs; as anyone else it names what to install in one line and fails. ``system.py --browser`` prints the
path of the browser for the tests, an empty line for the one that Playwright installed.
Standard library only: this runs before anything is installed.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APT = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0"]
OPTIONS = ["--yes", "--no-install-recommends"]
TRIES = 4


def has_venv() -> bool:
    """Debian keeps the part of Python that makes environments in a package of its own."""
    return bool(importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"))


def is_ubuntu() -> bool:
    """Ubuntu ships Chromium as a snap only, which tests cannot drive: Playwright's own build stands in."""
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text().splitlines()


def browser() -> str:
    """Path of the browser for the tests, CHROMIUM before all; empty for Playwright's own."""
    names = ("google-chrome",) if is_ubuntu() else ("chromium", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), "")


def has_chromium() -> bool:
    """Debian ships French apart; other builds of Chromium carry every language."""
    debian = Path("/usr/lib/chromium")
    if not browser():
        return any(Path.home().glob(".cache/ms-playwright/chromium-*"))
    return not debian.is_dir() or (debian / "locales" / "fr.pak").exists()


def postgresql_bin() -> Path | None:
    """Directory of the newest initdb, or None."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


def has_postgresql() -> bool:
    """Is a PostgreSQL server installed (running or not)?"""
    return postgresql_bin() is not None


NEEDS: dict[str, tuple[Callable[[], bool], list[str]]] = {
    "venv": (has_venv, [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]),
    "chromium": (has_chromium, ["chromium", "chromium-l10n"]),
    "postgresql": (has_postgresql, ["postgresql"]),
}


def main(names: list[str]) -> int:
    """Install what is missing of those names; return the exit status."""
    commands = missing(names)
    if not commands:
        return 0
    wanted = " && ".join("sudo " + " ".join(command) for command in commands)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("Missing: install it with  " + wanted, file=sys.stderr)
        return 1
    print("Installing: " + wanted.replace("sudo ", "") + " …", flush=True)
    if all(_insist(command) for command in commands) and not missing(names):
        return 0
    print("Could not install: " + wanted, file=sys.stderr)
    return 1


def missing(names: list[str]) -> list[list[str]]:
    """The commands that install those of the names that this machine lacks."""
    lacking = [name for name in names if not NEEDS[name][0]()]
    commands = []
    if "chromium" in lacking and is_ubuntu():
        lacking.remove("chromium")
        commands.append([".venv/bin/python", "-m", "playwright", "install", "--with-deps", "chromium"])
    if lacking:
        commands.insert(0, ["apt-get", "install", *(package for name in lacking for package in NEEDS[name][1])])
    return commands


def _insist(command: list[str]) -> bool:
    """Run as root. Package mirrors hiccup: try again, with a fresh list of packages each time."""
    for attempt in range(TRIES):
        time.sleep(10 * attempt)
        if command[0] != "apt-get" and _quietly(command):
            return True
        if command[0] == "apt-get" and _quietly([*APT, "update"]) and _quietly([*APT, *OPTIONS, *command[1:]]):
            return True
    return False


def _quietly(command: list[str]) -> bool:
    """Run without a question; the many lines are shown only when it fails."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--browser"]:
        print(browser())
        sys.exit()
    sys.exit(main(sys.argv[1:]))
