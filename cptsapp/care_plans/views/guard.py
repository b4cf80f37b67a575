"""Around every page of a private link: tried too often from one address it answers no more, and tells no other site."""

from flask import Response, request

from cptsapp.accounts import proof
from cptsapp.accounts.actions import throttle
from cptsapp.accounts.door import address
from cptsapp.care_plans.views.blueprint import blueprint
from cptsapp.http import errors

LINKS = "/ppcs/lien/"


def _is_link() -> bool:
    return request.url_rule is not None and request.url_rule.rule.startswith(LINKS)


@blueprint.before_request
def refuse_who_tries() -> Response | None:
    """429 once an address has opened too many dead links."""
    if _is_link() and throttle.is_over(throttle.LINK_ADDRESS, address()):
        return errors.page(429)
    return None


@blueprint.after_request
def count_dead(response: Response) -> Response:
    """A dead link is an attempt more; whatever the answer, the address of the page goes nowhere."""
    if _is_link():
        response.headers["Referrer-Policy"] = "no-referrer"
        if response.status_code == 404:
            proof.note_attempt(throttle.LINK_ADDRESS, address())
    return response
