"""The mail of the days that come: one a person and a day, whatever falls."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cptsapp.conventions.mail import Reader
from cptsapp.conventions.partner_mail import addresses_of, office
from cptsapp.conventions.rules.alerts import WORDS, Told
from cptsapp.core import french
from cptsapp.core.french import NBSP
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory

KIND = "conventions.alert"


@dataclass(frozen=True, slots=True)
class Coming:
    """A day of a convention that comes: of which, with whom, who leads it, what falls."""

    convention_id: int
    checklist_id: int
    partners: str
    lead_id: int | None
    told: Told
    label: str = ""  # of the commitment, when it is a review

    @property
    def line(self) -> str:
        """« DAC Vendée Littoral : fin de la convention, le vendredi 18 septembre 2026 (dans 60 jours) »."""
        what = WORDS.get(self.told.milestone) or f"«{NBSP}{self.label}{NBSP}»"
        return f"{self.partners}{NBSP}: {what}, le {french.day_full(self.told.on)}"


def tell(coming: Sequence[Coming], today: date) -> int:
    """Queue what comes to the coordination, and to each who leads a convention theirs; how many mails were queued."""
    leads = addresses_of({each.lead_id for each in coming if each.lead_id is not None})
    house = office()
    lines: dict[str, list[Coming]] = defaultdict(list)
    readers: dict[str, Reader] = {}
    for each in coming:
        lead = leads.get(each.lead_id or 0)
        for reader in [*house, *([lead] if lead else [])]:
            address = reader.address.strip().lower()
            readers.setdefault(address, reader)
            if each not in lines[address]:
                lines[address].append(each)
    return sum(_queue(readers[address], lines[address], today) for address in readers)


def _queue(reader: Reader, coming: Sequence[Coming], today: date) -> bool:
    ordered = sorted(coming, key=lambda each: (each.told.on, each.line))
    text = texts.render("conventions/alert", coming=ordered, today=today, cpts=territory.settings())
    queued = queue(
        KIND,
        to_address=reader.address,
        to_user_id=reader.user_id,
        title=text.title,
        body=text.body,
        once_key=f"{KIND}/{today}/{reader.address.strip().lower()}",
    )
    return queued is not None
