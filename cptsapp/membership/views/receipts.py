"""The receipt of a fee, as a file."""

from flask import Response

from cptsapp.accounts.current import me
from cptsapp.http.access import requires
from cptsapp.membership.actions.memberships import member_of
from cptsapp.membership.queries import members
from cptsapp.membership.queries.periods import membership as membership_of
from cptsapp.membership.receipt import receipt as pdf_of
from cptsapp.membership.views.blueprint import blueprint
from cptsapp.territory import queries as territory


@blueprint.get("/adhesions/periodes/<int:membership_id>/recu.pdf")
@requires("membership.manage")
def receipt(membership_id: int) -> Response:
    """The PDF of a paid fee."""
    found = membership_of(membership_id)
    row = members.member(me(), member_of(found), territory.today())
    response = Response(pdf_of(found, row.name), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="recu-{found.receipt_number}.pdf"'
    return response
