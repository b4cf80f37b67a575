"""A slot to book in, and the regulator as actions take them."""

import pytest

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.snp.patients import Patient
from tests.tools.cast import Cast
from tests.tools.factories import acting, make_slot

GUERINEAU = Patient("Guérineau", 1947, "+33639981427")


@pytest.fixture
def regulator(cast: Cast) -> CurrentUser:
    """The first regulator."""
    return acting(cast.regulator)


@pytest.fixture
def other(cast: Cast) -> CurrentUser:
    """The second regulator."""
    return acting(cast.other_regulator)


@pytest.fixture
def slot(cast: Cast) -> int:
    """The id of Dr Renaudin's free slot, in two hours."""
    made = make_slot(cast.gp_practice)
    session.commit()
    return made.id


@pytest.fixture
def later(cast: Cast) -> int:
    """The id of Dr Benali's range of two patients, in two hours."""
    made = make_slot(cast.other_gp_practice, capacity=2)
    session.commit()
    return made.id
