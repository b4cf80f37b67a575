"""The reminder of what is owed: how many, under which titles. Never what is asked, nor of whom a plan speaks."""

from collections.abc import Sequence
from datetime import date

from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.outbox.models import Message
from cptsapp.territory import queries as territory

KIND = "commitments.reminder"


def remind(
    user_id: int, to_address: str, *, late: int, soon: int, titles: Sequence[tuple[str, int]], today: date
) -> Message | None:
    """Queue the reminder of a day, once a day and person; `titles`: those of the checklists, each with its count."""
    text = texts.render("dues/reminder", late=late, soon=soon, titles=titles, cpts=territory.settings())
    return queue(
        KIND,
        to_address=to_address,
        to_user_id=user_id,
        title=text.title,
        body=text.body,
        once_key=f"{KIND}/{user_id}/{today.isoformat()}",
    )
