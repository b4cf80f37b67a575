"""People at work in the tests of posting, and the season of 2026."""

from datetime import date

import pytest

from cptsapp.core.db import session
from tests.tools.factories import make_campaign


@pytest.fixture
def gp(cast, sign_in):
    """The client of Dr Renaudin."""
    return sign_in(cast.gp)


@pytest.fixture
def secretary(cast, sign_in):
    """The client of her secretary."""
    return sign_in(cast.secretary)


@pytest.fixture
def coordinator(cast, sign_in):
    """The client of the coordinator."""
    return sign_in(cast.coordinator)


@pytest.fixture
def season(cast):
    """The summer campaign's number."""
    made = make_campaign(name="Été 2026", starts_on=date(2026, 7, 13), ends_on=date(2026, 9, 10))
    session.commit()
    return made.id
