"""How the domain says no, in a French sentence that the screen shows as it is."""


class Refusal(Exception):
    """A rule or a lost race forbids the act now (409). Nothing has been changed."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invisible(Exception):
    """The thing does not exist for this user (404): the answer does not tell whether it exists for another."""


class Forbidden(Exception):
    """The user is known, and this is not theirs to do (403)."""


def refuse_if(reason: str | None) -> None:
    """Raise `Refusal` with the reason a `why_not_…` gave, or do nothing when it gave none."""
    if reason is not None:
        raise Refusal(reason)
