"""Settings, read once from the environment; a missing or odd value refuses to start.

The README has a table of them.
"""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
MODES = ("production", "demo", "test")


class BadSettings(ValueError):
    """The environment asks for something that cannot be; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment decides."""

    mode: str
    instance: Path
    database_url: str
    base_url: str
    smtp_url: str | None
    mail_from: str
    trusted_proxies: int
    clock: str | None
    secret_key: bytes
    keys_path: Path
    erasures_path: Path

    @property
    def is_secure(self) -> bool:
        """Whether people reach the application by https, so that cookies may say so."""
        return self.base_url.startswith("https://")


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment (or the mapping given). Raises BadSettings."""
    env = os.environ if environ is None else environ
    mode = _mode(env)
    instance = Path(env.get("CPTSAPP_INSTANCE", ROOT / "instance")).resolve()
    instance.mkdir(parents=True, exist_ok=True)
    return Settings(
        mode=mode,
        instance=instance,
        database_url=_database_url(env, instance),
        base_url=_base_url(env),
        smtp_url=_smtp_url(env),
        mail_from=env.get("CPTSAPP_MAIL_FROM", "ne-pas-repondre@cpts.example"),
        trusted_proxies=_count(env, "CPTSAPP_TRUSTED_PROXIES"),
        clock=_clock(env, mode),
        secret_key=_secret_key(instance),
        keys_path=Path(env.get("CPTSAPP_KEYS", instance / "keys.json")),
        erasures_path=Path(env.get("CPTSAPP_ERASURES", instance / "erasures.jsonl")),
    )


def _mode(env: Mapping[str, str]) -> str:
    mode = env.get("CPTSAPP_MODE", "production")
    if mode not in MODES:
        raise BadSettings(f"CPTSAPP_MODE is one of {', '.join(MODES)}, not {mode!r}")
    return mode


def _database_url(env: Mapping[str, str], instance: Path) -> str:
    url = env.get("CPTSAPP_DATABASE_URL") or f"sqlite:///{instance / 'cptsapp.sqlite'}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSettings("CPTSAPP_DATABASE_URL begins with sqlite:/// or postgresql+psycopg://")
    return url


def _base_url(env: Mapping[str, str]) -> str:
    url = env.get("CPTSAPP_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise BadSettings("CPTSAPP_BASE_URL is the address people type, https://…")
    return url


def _smtp_url(env: Mapping[str, str]) -> str | None:
    url = env.get("CPTSAPP_SMTP_URL") or None
    if url and urlsplit(url).scheme not in ("smtp", "smtps"):
        raise BadSettings("CPTSAPP_SMTP_URL is smtp://[user:password@]host:port or smtps://…")
    return url


def _count(env: Mapping[str, str], name: str) -> int:
    value = env.get(name, "0")
    if not value.isdigit():
        raise BadSettings(f"{name} is a number, not {value!r}")
    return int(value)


def _clock(env: Mapping[str, str], mode: str) -> str | None:
    clock = env.get("CPTSAPP_CLOCK") or None
    if clock and mode == "production":
        raise BadSettings("CPTSAPP_CLOCK sets a false clock: only with CPTSAPP_MODE=demo or test")
    return clock


def _secret_key(instance: Path) -> bytes:
    """The key that signs cookies, made at the first start."""
    path = instance / "secret.key"
    create_once(path, secrets.token_bytes(32))
    return path.read_bytes()


def create_once(path: Path, content: bytes) -> None:
    """Write a file for its owner alone unless it exists: of two processes that start together one wins, whole."""
    if path.exists():
        return
    handle, draft = tempfile.mkstemp(dir=path.parent)  # readable by its owner alone
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    os.unlink(draft)
