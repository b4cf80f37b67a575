"""Install what a bare Debian or Ubuntu lacks: ``system.py venv chromium postgresql``.

As root it installs; as anyone else it names what to install in one line and fails.
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

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
APT = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0"]
TRIES = 4


def has_venv() -> bool:
    """Debian keeps the part of Python that makes environments in a package of its own."""
    return bool(importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"))


def browser() -> str:
    """Path of a browser for the tests; CHROMIUM chooses another one; empty when there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), "")


def has_chromium() -> bool:
    """Debian ships French apart; other builds of Chromium carry every language."""
    debian = Path("/usr/lib/chromium")
    return bool(browser()) and (not debian.is_dir() or (debian / "locales" / "fr.pak").exists())


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
    """Install the Debian packages of those names that are missing; return the exit status."""
    packages = missing(names)
    if not packages:
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("Missing: install it with  sudo apt-get install " + " ".join(packages), file=sys.stderr)
        return 1
    print("Installing " + " ".join(packages) + " …", flush=True)
    if _install(packages) and not missing(names):
        return 0
    print("Could not install: " + " ".join(packages), file=sys.stderr)
    return 1


def missing(names: list[str]) -> list[str]:
    """Debian packages to install for those of the names that this machine lacks."""
    return [package for name in names if not NEEDS[name][0]() for package in NEEDS[name][1]]


def _install(packages: list[str]) -> bool:
    """Package mirrors hiccup: try again, with a fresh list of packages each time."""
    for attempt in range(TRIES):
        time.sleep(10 * attempt)
        if _apt("update") and _apt("install", "--yes", "--no-install-recommends", *packages):
            return True
    return False


def _apt(*arguments: str) -> bool:
    """Run apt-get without a question; its many lines are shown only when it fails."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        [*APT, *arguments],
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
    sys.exit(main(sys.argv[1:]))
