"""What the desk does all day: opens the list, asks whether it changed, books. Everything on, as in production."""

import itertools
import re
from collections.abc import Iterator

from tests.bench.rig import Rig
from tests.bench.seed import FREE_IN_WINDOW, FREE_LATER

LIST = "/creneaux"
POLL = "/creneaux/suivi"
ETAG = re.compile(r'data-etag="([^"]+)"')


class Desk:
    """A regulator at work, in-process."""

    def __init__(self, rig: Rig) -> None:
        self._person = rig.person("regulator")
        self.page = self._person.plain(LIST)
        found = ETAG.search(self.page)
        assert found, "the list names no version"
        self.etag = found.group(1)
        self._free = _free_slots()
        self._numbers = itertools.count(1)

    def open_list(self) -> bytes:
        """The list, compressed."""
        return self._person.get(LIST).get_data()

    def poll(self) -> None:
        """The poll of a list that nothing has changed."""
        answer = self._person.get(POLL, **{"HX-Request": "true", "If-None-Match": self.etag})
        assert answer.status_code == 204, answer.status

    def book(self) -> None:
        """Book the next free slot for the next patient, as htmx sends it."""
        number = next(self._numbers)
        answer = self._person.post(
            f"{LIST}/{next(self._free)}/reserver",
            regular_doctor="no",
            name=f"Guérineau {number}",
            birth_year=str(1930 + number % 80),
            phone=f"06 39 98 {number // 100:02d} {number % 100:02d}",
            once=f"bench{number:05d}",
            seen="",
        )
        assert "data-undo-until" in answer.get_data(as_text=True), "no booking was made"


def _free_slots() -> Iterator[int]:
    """The numbers of the slots of the coming weeks, which the list does not show."""
    return iter(range(FREE_IN_WINDOW + 1, FREE_IN_WINDOW + FREE_LATER + 1))
