"""When a message may be sent again."""

from cptsapp.outbox.models import Message, MessageState


def why_not_retry(message: Message) -> str | None:
    """The reason, or None."""
    if message.state is MessageState.FAILED:
        return None
    return "Ce message n’est pas en échec\u202f: il n’y a rien à relancer."
