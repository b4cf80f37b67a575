"""A GET writes nothing; a refused POST neither; what both must record goes in a second transaction."""

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.http.access import public
from cptsapp.http.app import after_commit, give_up, settle
from cptsapp.territory.models import Commune
from tests.tools.factories import make_commune, make_cpts
from tests.tools.routes import own_map

pytestmark = pytest.mark.database


@pytest.fixture
def routes(app: Flask) -> Flask:
    """The application, set up, with a few views of our own."""
    make_cpts()
    session.commit()
    app.config["WTF_CSRF_ENABLED"] = False

    @public
    def write():
        make_commune()
        return "written"

    @public
    def refuse():
        make_commune()
        raise Refusal("Non.")

    @public
    def record():
        after_commit(make_commune)
        return "read"

    app._got_first_request = False
    own_map(app)
    app.add_url_rule("/essai/ecrire", "write", write, methods=["GET", "POST"])
    app.add_url_rule("/essai/refuser", "refuse", refuse, methods=["POST"])
    app.add_url_rule("/essai/lire", "record", record)
    return app


def _count() -> int:
    return session.query(Commune).filter_by(code="85288").count()


def test_post_commits(routes, client):
    client.post("/essai/ecrire")
    assert _count() == 1


def test_refused_post_rolls_back(routes, client):
    assert client.post("/essai/refuser").status_code == 409
    assert _count() == 0


def test_get_cannot_write(routes, client):
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        client.get("/essai/ecrire")
    session.remove()
    assert _count() == 0


def test_get_records_in_a_second_transaction(routes, client):
    client.get("/essai/lire")
    assert _count() == 1


def test_after_a_refusal_the_rest_of_the_request_only_reads(routes, client):
    @public
    def late():
        give_up()
        make_commune(code="85300")
        return "too late"

    routes.add_url_rule("/essai/tard", "late", late, methods=["POST"])
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        client.post("/essai/tard")


def test_what_is_settled_stays(routes, client):
    @public
    def soon():
        make_commune()
        settle()
        return str(session.query(Commune).count())

    routes.add_url_rule("/essai/tot", "soon", soon, methods=["POST"])
    client.post("/essai/tot")
    assert _count() == 1
