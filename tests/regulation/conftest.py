"""Clients of the desk, and slots to book."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Modality
from tests.tools.factories import make_slot

TYPED = {"regular_doctor": "no", "name": "Guérineau", "birth_year": "1947", "phone": "06 39 98 14 27", "once": "k1"}
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def desk(cast, sign_in):
    """Léa Moreau's browser."""
    return sign_in(cast.regulator)


@pytest.fixture
def other_desk(cast, sign_in):
    """Théo Baudry's browser."""
    return sign_in(cast.other_regulator)


@pytest.fixture
def slot(cast) -> int:
    """Dr Renaudin, Talmont, 16h32."""
    made = make_slot(session.merge(cast.gp_practice))
    session.commit()
    return made.id


@pytest.fixture
def later(cast) -> int:
    """Dr Benali, Les Sables, 17h32, two patients, by telephone."""
    at = clock.now() + timedelta(hours=3)
    practice = session.merge(cast.other_gp_practice)
    made = make_slot(practice, capacity=2, starts_at=at, modality=Modality.REMOTE)
    session.commit()
    return made.id
