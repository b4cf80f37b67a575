"""What many pages share: the answer to a form that was refused, the number and the links of a page of a list."""

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from cptsapp.core.refusals import Refusal
from cptsapp.http.app import give_up
from cptsapp.http.fields import BaseForm

PAGES_MAX = 1000


def status_of(form: BaseForm, *, is_warned: bool = False) -> int:
    """200 for a page just opened, 422 for a form that was sent and comes back."""
    return 422 if is_warned or form.errors else 200


def refused(form: BaseForm, refusal: Refusal, page: Callable[[], Response]) -> Response:
    """The page of a form with what was typed, and the refusal under its field; nothing of the act is kept.

    `page` is called once the act is undone: what it reads is what stands.
    """
    give_up()
    form.refuse(refusal.message, refusal.field)
    return page()


def page_number() -> int:
    """The page asked for, from 1 on."""
    return min(max(request.args.get("page", 1, type=int), 1), PAGES_MAX)


def pages(is_last: bool, endpoint: str, page: int, **args: Any) -> dict[str, Any]:
    """The addresses of the pages before and after; empty for none."""
    return {
        "previous_url": url_for(endpoint, **args, page=page - 1) if page > 1 else "",
        "next_url": "" if is_last else url_for(endpoint, **args, page=page + 1),
    }
