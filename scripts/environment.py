"""Keep .venv in step with the lock files: ``environment.py runtime`` or ``environment.py dev``.

Nothing is done, and nothing is asked of the network, while the lock file is the one last installed.
Standard library only: this runs before anything is installed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"runtime": "requirements.txt", "dev": "requirements-dev.txt"}
OLDEST = (3, 11)


def main() -> int:
    """Install the lock file of the kind asked for, unless it is there; return the exit status."""
    if sys.version_info < OLDEST:
        return _start_again_with_newer_python()
    kind = sys.argv[1]
    if _works() and _stamp(kind) == _digest(kind):
        return 0
    if not _works() and not _make():
        return 1
    if not _install(kind):
        print("The packages of %s could not be installed: is PyPI reachable?" % LOCKS[kind], file=sys.stderr)
        return 1
    # The development lock is made under the constraints of the other: it holds every package of it.
    for done in LOCKS if kind == "dev" else [kind]:
        _stamp_file(done).write_text(_digest(done))
    return 0


def _start_again_with_newer_python() -> int:
    """Debian's python3 may be too old while a newer one stands beside it."""
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which("python3.%d" % minor)
        if newer:
            os.execv(newer, [newer, *sys.argv])
    print("Python %d.%d or newer is needed; python3 is %s." % (*OLDEST, sys.version.split()[0]), file=sys.stderr)
    return 1


def _works() -> bool:
    """A half-made environment, or one whose Python is gone after an upgrade, does not count."""
    return PYTHON.exists() and _silent([str(PYTHON), "-c", "import pip"])


def _silent(command: "list[str]") -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def _make() -> bool:
    system = [sys.executable, str(ROOT / "scripts" / "system.py"), "venv"]
    if subprocess.run(system, check=False).returncode != 0:
        return False
    print("Making .venv …", flush=True)
    return subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode == 0


def _install(kind: str) -> bool:
    print("Installing %s …" % LOCKS[kind], flush=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    lock = ["--require-hashes", "-r", str(ROOT / LOCKS[kind])]
    return subprocess.run(pip + lock, stdin=subprocess.DEVNULL, check=False).returncode == 0


def _stamp_file(kind: str) -> Path:
    return VENV / (".installed-" + kind)


def _stamp(kind: str) -> str:
    return _stamp_file(kind).read_text() if _stamp_file(kind).exists() else ""


def _digest(kind: str) -> str:
    return hashlib.sha256((ROOT / LOCKS[kind]).read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
