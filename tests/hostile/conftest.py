"""People who send what no page would send."""

from dataclasses import dataclass

import pytest

from tests.tools.cast import Cast
from tests.tools.client import CheckedClient


@dataclass(frozen=True)
class Ids:
    """Numbers of the cast, which outlive every request."""

    practice: int
    other_practice: int
    person: int
    other_person: int


@pytest.fixture
def ids(cast: Cast) -> Ids:
    """The numbers that forms carry."""
    return Ids(cast.gp_practice.id, cast.other_gp_practice.id, cast.gp_person.id, cast.other_gp_person.id)


@pytest.fixture
def gp(cast: Cast, ids: Ids, sign_in) -> CheckedClient:
    """Dr Renaudin."""
    return sign_in(cast.gp)


@pytest.fixture
def other_gp(cast: Cast, ids: Ids, sign_in) -> CheckedClient:
    """Dr Benali, whose slots are not Dr Renaudin's."""
    return sign_in(cast.other_gp)


@pytest.fixture
def regulator(cast: Cast, ids: Ids, sign_in) -> CheckedClient:
    """The first regulator."""
    return sign_in(cast.regulator)


@pytest.fixture
def coordinator(cast: Cast, ids: Ids, sign_in) -> CheckedClient:
    """The coordinator."""
    return sign_in(cast.coordinator)


@pytest.fixture
def administrator(cast: Cast, ids: Ids, sign_in) -> CheckedClient:
    """The administrator."""
    return sign_in(cast.administrator)
