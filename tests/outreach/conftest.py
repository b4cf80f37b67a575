"""A campaign over three nurses, an assistant and a volunteer who call."""

from dataclasses import dataclass

import pytest

from cptsapp.accounts.models import Role, User
from cptsapp.core.db import session
from cptsapp.outreach.models import CallTarget
from tests.tools.cast import Cast
from tests.tools.factories import make_call_campaign, make_nurse, make_user

NAMES = (("Céline", "Draouet"), ("Nora", "Lamine"), ("Éric", "Poupelin"))


@dataclass
class Calls:
    """What a test acts upon; numbers, because a request closes the session."""

    campaign_id: int
    person_ids: list[int]
    target_ids: list[int]
    assistant_id: int
    volunteer_id: int
    coordinator_id: int

    @property
    def assistant(self) -> User:
        """Who calls from the office."""
        return session.get_one(User, self.assistant_id)

    @property
    def volunteer(self) -> User:
        """A practitioner chosen as a caller."""
        return session.get_one(User, self.volunteer_id)

    @property
    def coordinator(self) -> User:
        """Who prepares campaigns."""
        return session.get_one(User, self.coordinator_id)

    @property
    def url(self) -> str:
        """The calling page."""
        return f"/appels/{self.campaign_id}"

    def ending(self, rank: int) -> str:
        """Where the outcome of a person's call is posted."""
        return f"{self.url}/personnes/{self.target_ids[rank]}/issue"

    def target(self, rank: int) -> CallTarget:
        """A person's line, read again."""
        return session.get_one(CallTarget, self.target_ids[rank], populate_existing=True)


@pytest.fixture
def calls(cast: Cast) -> Calls:
    """Céline in Talmont, Nora and Éric in Les Sables; the volunteer is a practitioner chosen as a caller."""
    assistant = make_user(Role.ASSISTANT, display_name="Maxime Roy-Essai")
    towns = ("85288", "85194", "85194")
    people = [
        make_nurse(town, first_name=first, last_name=last, mail=f"{last.lower()}@cpts.example")
        for town, (first, last) in zip(towns, NAMES, strict=True)
    ]
    campaign = make_call_campaign(
        *people, callers=(assistant, cast.gp), name="Infirmiers, deux communes", created_by_id=cast.coordinator.id
    )
    targets = session.query(CallTarget.id).filter_by(campaign_id=campaign.id).order_by(CallTarget.rank)
    users = (assistant.id, cast.gp.id, cast.coordinator.id)
    made = Calls(campaign.id, [p.id for p in people], [row.id for row in targets], *users)
    session.commit()
    return made
