"""Walking the public form as a browser does: each page is sent with what the one before gave."""

import re
from datetime import timedelta
from typing import Any

from cptsapp.core import clock

COMMUNE = {"place": "Talmont-Saint-Hilaire"}
SEARCH = {"asker": "person", "reason": "retirement", "doctor_name": "Dr Martin, aux Sables", "needed_before": ""}
PEOPLE = {
    "p0-first_name": "Jeanne",
    "p0-last_name": "Guérineau",
    "p0-birth_date": "04/03/1947",
    "p0-long_term_illness": "yes",
    "p0-can_travel": "yes",
    "p0-home_visit": "no",
    "p0-social_cover": "no",
}
PAUL = {
    "p1-first_name": "Paul",
    "p1-last_name": "Guérineau",
    "p1-birth_date": "2 1 1945",
    "p1-long_term_illness": "no",
    "p1-can_travel": "no",
    "p1-home_visit": "exclusively",
    "p1-social_cover": "yes",
}
CONTACT = {"phone": "06 39 98 14 27", "mail": "jeanne.guerineau@courriel.example", "is_followed": "no"}
RELATIVE = {
    "asker_name": "Anne Guérineau",
    "asker_link": "sa fille",
    "asker_phone": "06 39 98 22 22",
    "asker_mail": "",
}
AGREEMENT = {"doctors": "y", "misas": "y"}
PAGES = [COMMUNE, SEARCH, PEOPLE, CONTACT, AGREEMENT]
PATH = "/medecin-traitant"


def kept(page) -> str:
    """The sealed answers that a page carries."""
    return re.search(r'name="kept" value="([^"]+)"', page.text)[1]


class Walk:
    """Someone at the form: `walk.send(COMMUNE)` sends the page on show; `walk.page` is what came back."""

    def __init__(self, client, set_clock, *, address: str = "127.0.0.1", seconds: int = 15):
        self.client, self.set_clock, self.address, self.pause = client, set_clock, address, seconds
        self.page = client.get(PATH, environ_overrides={"REMOTE_ADDR": address})

    def send(self, answers: dict[str, Any], **more: Any):
        """Send this page after a while."""
        self.set_clock(clock.now() + timedelta(seconds=self.pause))
        data = {"kept": kept(self.page), **answers, **more}
        self.page = self.client.post(PATH, data=data, environ_overrides={"REMOTE_ADDR": self.address})
        return self.page

    def whole(self, **changed: dict[str, Any]):
        """The five pages; `people=…` replaces the answers of a page."""
        names = ("commune", "search", "people", "contact", "agreement")
        for name, answers in zip(names, PAGES, strict=True):
            self.send(changed.get(name, answers))
        return self.page

    def until(self, name: str, **changed: dict[str, Any]):
        """Stand at the page of this name, those before it sent."""
        names = ("commune", "search", "people", "contact", "agreement")
        for each, answers in zip(names[: names.index(name)], PAGES, strict=False):
            self.send(changed.get(each, answers))
        return self.page
