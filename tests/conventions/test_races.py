"""Several act on one convention at the same moment: one passes, the other is told; nothing is done twice."""

import pytest

from cptsapp.conventions.actions.adoption import redraft
from cptsapp.conventions.actions.articles import Written, change_article, mark_of
from cptsapp.conventions.actions.signing import Signed, sign
from cptsapp.conventions.actions.term import run
from cptsapp.conventions.models import Article, Convention, ConventionState, Signature
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.conventions.test_term_acts import LAST
from tests.tools.convention_steps import TODAY, adopted, drafted, in_force, signed_by
from tests.tools.files import make_file
from tests.tools.races import at_once

ABOUT = Signed("Anne Pouvreau", "présidente", TODAY)


@pytest.fixture
def to_sign(cast):
    """An adopted convention: its number, its parties, what is read, a signed file."""
    convention = adopted()
    parties = [party.id for party in convention.parties]
    found = convention.id, parties, convention.checksum, make_file().id
    session.commit()
    return found


def state_of(convention_id):
    session.expire_all()
    return session.get_one(Convention, convention_id).state


@pytest.mark.database
def test_two_who_note_the_signature_of_one_party_note_it_once(app, to_sign):
    number, parties, checksum, file_id = to_sign
    acts = [lambda: sign(number, parties[0], ABOUT, checksum=checksum, file_id=file_id, by=None)] * 2
    assert at_once(app, *acts) == {"done": 1, "refused": 1}
    assert session.query(Signature).count() == 1


@pytest.mark.database
def test_both_parties_sign_at_once_and_it_is_in_force(app, to_sign):
    number, parties, checksum, file_id = to_sign
    acts = [
        lambda party=party: sign(number, party, ABOUT, checksum=checksum, file_id=file_id, by=None) for party in parties
    ]
    assert at_once(app, *acts) == {"done": 2}
    assert state_of(number) is ConventionState.IN_FORCE


@pytest.mark.database
def test_a_text_taken_up_while_it_is_signed_is_never_half_signed(app, to_sign):
    number, parties, checksum, file_id = to_sign
    at_once(
        app,
        lambda: sign(number, parties[0], ABOUT, checksum=checksum, file_id=file_id, by=None),
        lambda: redraft(number, by=None),
    )
    assert state_of(number) is ConventionState.DRAFT
    assert session.query(Signature).filter(Signature.cancelled_at.is_(None)).count() == 0


@pytest.mark.database
def test_two_editors_of_one_article_lose_nothing_unseen(app, cast):
    convention = drafted()
    article = session.query(Article).filter_by(convention_id=convention.id, number="1").one()
    number, article_id, read = convention.id, article.id, mark_of(article)
    session.commit()
    write = [
        lambda body=body: change_article(number, article_id, Written("1", "Objet", body), read=read, by=None)
        for body in ("A", "B")
    ]
    assert at_once(app, *write) == {"done": 1, "refused": 1}


@pytest.mark.database
def test_two_workers_renew_once(app, cast, set_clock):
    number = in_force().id
    session.commit()
    set_clock(LAST)
    at_once(app, *[lambda: run(clock.now())] * 2)
    session.expire_all()
    assert session.get_one(Convention, number).ends_on.year == 2028


@pytest.mark.database
def test_the_last_signature_is_refused_once_the_text_was_taken_up(app, to_sign):
    number, parties, checksum, file_id = to_sign
    signed_by(session.get_one(Convention, number), 0)
    session.commit()
    session.remove()
    acts = (
        lambda: sign(number, parties[1], ABOUT, checksum=checksum, file_id=file_id, by=None),
        lambda: redraft(number, by=None),
    )
    assert at_once(app, *acts) == {"done": 1, "refused": 1}
    assert state_of(number) in (ConventionState.DRAFT, ConventionState.IN_FORCE)
