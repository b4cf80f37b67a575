"""What a professional's sheet in the directory shows of their slots: the panel it loads, and the page of the same."""

from flask import Response

from cptsapp.accounts.current import me
from cptsapp.activity.permissions import readable_person
from cptsapp.activity.queries import campaigns, figures
from cptsapp.activity.queries.figures import Filter
from cptsapp.activity.views.links import rows_url
from cptsapp.activity.views.shared import blueprint
from cptsapp.core import clock
from cptsapp.directory.queries import people
from cptsapp.http import htmx
from cptsapp.http.access import requires

CAMPAIGNS_SHOWN = 3


@blueprint.get("/campagnes/medecins/<int:person_id>")
@requires("campaign.read")
def takes_part(person_id: int) -> Response:
    """Slots published and taken in the last campaigns; a practitioner reads only their own."""
    person = people.person(me(), person_id)
    readable_person(me(), person.id)
    latest = campaigns.campaigns()[:CAMPAIGNS_SHOWN]
    wanted = Filter(campaign_ids=tuple(campaign.id for campaign in latest), person_id=person.id)
    cells = figures.cells(wanted, clock.now()) if latest else []
    sums = figures.grouped(cells, lambda cell: cell.campaign_id)
    return htmx.respond(
        "activity/takes_part.html",
        "activity/_takes_part.html",
        person=person,
        lines=[(campaign, sums[campaign.id]) for campaign in latest if campaign.id in sums],
        rows_url=lambda campaign_id: rows_url(Filter(campaign_id=campaign_id, person_id=person.id)),
    )
