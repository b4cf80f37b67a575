"""Pure rules of accounts: what a password may be, where a sign-in may lead."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from cptsapp.core.french import day_short, hour
from cptsapp.core.text import fold

APART = timedelta(days=7)  # between the two acts that together give an account away
PASSWORD_MIN = 12
PASSWORD_MAX = 200  # argon2 reads it all: longer is a way to keep the server busy
PIN_DIGITS = 6
PIN_ERRORS = 5  # then the password is asked for
TOTP_SECONDS = 30
TOTP_DIGITS = 6

# What the common lists have of twelve characters, and what a French CPTS would think of first (NIST 800-63B 5.1.1.2).
COMMON = frozenset(
    (
        "123456789012",
        "1234567890123",
        "azertyuiop123",
        "azertyuiopqs",
        "azertyuiop1234",
        "motdepasse12",
        "motdepasse123",
        "motdepasse1234",
        "motdepassemotdepasse",
        "administrateur",
        "administrateur1",
        "bonjourbonjour",
        "changezmoi123",
        "password1234",
        "passwordpassword",
        "qwertyuiop12",
        "qwertyuiop123",
        "soleilsoleil",
        "doudoudoudou",
        "loulouloulou",
        "jetaimejetaime",
        "medecintraitant",
        "regulation116117",
        "cptscptscpts",
        "iloveyou1234",
        "abcdefghijkl",
    )
)


def why_not_password(password: str, mail: str, display_name: str) -> str | None:
    """The French reason to refuse a password, or None. Length and guessability only, no mixture of signs (NIST)."""
    if len(password) < PASSWORD_MIN:
        return f"Au moins {PASSWORD_MIN} caractères : une phrase courte fait un bon mot de passe."
    if len(password) > PASSWORD_MAX:
        return f"{PASSWORD_MAX} caractères au plus."
    squeezed = fold(password).replace(" ", "")
    if password.lower() in COMMON or squeezed in COMMON or len(set(password)) < 4:
        return "Ce mot de passe est parmi les premiers qu’on essaierait. Prenez-en un autre."
    if _is_made_of(squeezed, mail, display_name):
        return "Ce mot de passe ressemble à votre nom ou à votre mail. Prenez-en un autre."
    return None


def _is_made_of(squeezed: str, mail: str, display_name: str) -> bool:
    """Whether little is left of the password once the name and the mail are taken away."""
    left = squeezed
    for part in sorted(fold(f"{mail} {display_name}").split(), key=len, reverse=True):
        if len(part) >= 3:
            left = left.replace(part, "")
    return len(left) < PASSWORD_MIN // 2


def why_not_pin(pin: str) -> str | None:
    """The French reason to refuse a desk's PIN, or None."""
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        return f"{PIN_DIGITS} chiffres, sans espace."
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if len(set(pin)) < 3 or steps in ({1}, {-1}):
        return "Ce code se devine : évitez les suites et les chiffres répétés."
    return None


def fold_mail(mail: str) -> str:
    """The mail as it is stored and compared: trimmed, lower case."""
    return mail.strip().lower()


def local_path(target: str | None) -> str:
    """The path if it leads to a page of this application, else "/": a sign-in never sends people elsewhere."""
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if any(ord(c) < 33 or c == "\\" for c in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def totp_step(now: datetime) -> int:
    """The number of the 30-second step (RFC 6238)."""
    return int(now.timestamp()) // TOTP_SECONDS


def initials(name: str) -> str:
    """ "LM" for « Léa Moreau »; titles are left out."""
    words = [w for w in name.replace("-", " ").split() if w not in ("Dr", "Pr", "M.", "Mme")]
    return "".join(word[0].upper() for word in (words[:1] + words[-1:] if len(words) > 1 else words))


SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


def device_label(user_agent: str) -> str:
    """What the list of one's sessions shows: "Firefox, Windows"; the whole string would single people out."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    return ", ".join(word for word in (browser, system) if word) or "Appareil inconnu"


def _first(known: Iterable[tuple[str, str]], text: str) -> str:
    return next((label for mark, label in known if mark in text), "")


# A gesture is told to the server at most once a minute, and noted at most once a minute.
DESK_MARGIN = timedelta(minutes=2)


def is_idle(seen_at: datetime, now: datetime, lock_minutes: int) -> bool:
    """Whether a desk's session was left without a gesture for longer than its lock allows."""
    return now - seen_at > timedelta(minutes=lock_minutes) + DESK_MARGIN


def last_seen_words(moment: datetime, now: datetime) -> str:
    """ "ce matin", "aujourd’hui à 14h12", "hier" or "sam. 18 juil.", both local."""
    days = (now.date() - moment.date()).days
    if days == 0:
        return "ce matin" if moment.hour < 12 <= now.hour else f"aujourd’hui à {hour(moment)}"
    return "hier" if days == 1 else day_short(moment.date())
