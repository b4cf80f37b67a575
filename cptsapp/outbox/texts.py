"""Texts of the mails: plain French in `templates/mail/`, the subject on the first line, the body after a blank one."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cptsapp.core import french
from cptsapp.settings import ROOT

_FILTERS = {
    "hour": french.hour,
    "day_short": french.day_short,
    "day_long": french.day_long,
    "day_full": french.day_full,
    "phone": french.phone,
    "money": french.money,
}


@dataclass(frozen=True, slots=True)
class Text:
    """A mail's subject and body."""

    title: str
    body: str


_base_url = ""


def use_base_url(url: str) -> None:
    """Set the address that links in mails begin with; done once, when the application is made."""
    global _base_url  # one CPTS, one address a process
    _base_url = url.rstrip("/")


def address(path: str) -> str:
    """The whole address of a page, for a mail: `/mes-creneaux` → `https://…/mes-creneaux`."""
    return _base_url + path


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(  # noqa: S701  plain text: escaping would put &#39; in a mail
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(_FILTERS)
    environment.globals.update(count=french.count, address=address)
    return environment


def render(name: str, **context: Any) -> Text:
    """The text of `templates/mail/<name>.txt`. Raises jinja2.UndefinedError when a variable is missing."""
    written = _environment().get_template(f"mail/{name}.txt").render(context)
    title, _, body = written.lstrip("\n").partition("\n")
    return Text(" ".join(title.split(" ")).strip(), body.strip("\n") + "\n")
