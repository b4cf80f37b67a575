"""The evening's reminder: a count and a link, never a patient."""

from datetime import date

from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.snp.mail import Recipient

KIND = "outcome.reminder"


def remind(recipient: Recipient, count: int, day: date) -> bool:
    """Queue « 3 patients à renseigner » to someone, once a day; says whether it was queued."""
    text = texts.render("activity/outcomes", waiting=count)
    message = queue(
        KIND,
        to_address=recipient.address,
        to_user_id=recipient.user_id,
        title=text.title,
        body=text.body,
        once_key=f"{KIND}/{recipient.user_id}/{day.isoformat()}",
    )
    return message is not None
