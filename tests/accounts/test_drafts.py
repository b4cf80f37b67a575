"""A form posted too late: kept sealed for its author alone, found again after signing in."""

import re
from datetime import timedelta

import pytest

from cptsapp.accounts.actions import drafts
from cptsapp.accounts.models import Draft, SignIn
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from tests.accounts.tools import give_password, pass_door, text_of
from tests.tools.routes import own_map

LATE = "/territoire-de-test"


@pytest.fixture
def app(app):
    """The application with one form more, that shows what it was sent."""
    from flask import render_template_string, request
    from wtforms import StringField

    from cptsapp.http.access import signed_in
    from cptsapp.http.fields import BaseForm

    class NoteForm(BaseForm):
        note = StringField("Note")

    @signed_in
    def late():
        form = NoteForm()
        if form.is_valid():
            return "done", 200
        page = (
            "{% extends 'layout/page.html' %}{% block title %}T{% endblock %}"
            "{% block content %}{{ form.note(**{'aria-label': 'Note'}) }}{% endblock %}"
        )
        return render_template_string(page, form=form), 422 if request.method == "POST" else 200

    app._got_first_request = False
    own_map(app)
    app.add_url_rule(LATE, "late", late, methods=["GET", "POST"])
    return app


@pytest.fixture
def too_late(cast, sign_in):
    """A client whose session has just ended."""
    client = sign_in(cast.regulator)
    client.get("/compte")
    session.query(SignIn).update({"ended_at": clock.now()})
    session.commit()
    return client


def send(client, **data):
    return client.post(LATE, data={"note": "patiente à rappeler", **data})


def back_in(client, user):
    return pass_door(client, give_password(user))


def test_what_was_typed_is_kept_and_said(cast, too_late):
    answer = send(too_late)
    assert answer.status_code == 401
    assert "Votre texte est gardé" in text_of(answer)
    assert "patiente" not in text_of(answer)
    assert session.query(Draft).count() == 1


def test_it_is_sealed(cast, too_late):
    send(too_late)
    assert b"patiente" not in session.query(Draft).one().content


def test_so_is_the_address_it_was_sent_to(cast, too_late):
    too_late.post(f"{LATE}?q=guerineau", data={"note": "à rappeler"})
    draft = session.query(Draft).one()
    assert b"guerineau" not in draft.path
    assert LATE.encode() not in draft.path
    assert drafts.newest_of(draft.user_id).path == f"{LATE}?q=guerineau"


def test_htmx_is_told_too(cast, too_late):
    answer = too_late.post(LATE, data={"note": "à rappeler"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "gard%C3%A9" in answer.headers["X-Message"]


def test_its_author_finds_it_after_signing_in(cast, too_late):
    send(too_late)
    assert back_in(too_late, cast.regulator).location.startswith("/reprendre")
    page = text_of(too_late.get("/reprendre"))
    assert 'value="patiente à rappeler"' in page
    assert f'action="{LATE}"' in page


def test_reposting_shows_the_form_filled_and_does_nothing(cast, too_late):
    send(too_late)
    back_in(too_late, cast.regulator)
    draft_id = re.search(r'name="_draft" value="(\d+)"', text_of(too_late.get("/reprendre"))).group(1)
    answer = send(too_late, _resume="1", _draft=draft_id)
    assert answer.status_code == 422
    assert 'value="patiente à rappeler"' in text_of(answer)
    assert session.query(Draft).count() == 0


def test_it_is_not_shown_to_whoever_signs_in_next(cast, too_late):
    send(too_late)
    assert back_in(too_late, cast.other_regulator).location == "/"
    assert too_late.get("/reprendre").status_code == 303
    assert session.query(Draft).count() == 1


def test_another_cannot_throw_it_away(cast, too_late, sign_in):
    send(too_late)
    draft_id = session.query(Draft.id).scalar()
    answer = sign_in(cast.other_regulator).post(f"/reprendre/{draft_id}/jeter", data={})
    assert answer.status_code == 404
    assert session.query(Draft).count() == 1


def test_another_cannot_make_it_vanish_by_resuming(cast, too_late, sign_in):
    send(too_late)
    draft_id = session.query(Draft.id).scalar()
    sign_in(cast.other_regulator).post(LATE, data={"note": "x", "_resume": "1", "_draft": str(draft_id)})
    assert session.query(Draft).count() == 1


def test_its_author_may_throw_it_away(cast, too_late):
    send(too_late)
    back_in(too_late, cast.regulator)
    draft_id = session.query(Draft.id).scalar()
    assert too_late.post(f"/reprendre/{draft_id}/jeter", data={"suite": "/roles"}).status_code == 303
    assert session.query(Draft).count() == 0


def test_secrets_and_tokens_are_never_kept(cast, too_late):
    send(too_late, password="trois bateaux", pin="402917", code="123456")
    kept = drafts.newest_of(cast.regulator.id)
    assert [name for name, _ in kept.fields] == ["note"]


def test_the_forms_of_the_door_are_never_kept(cast, too_late):
    too_late.post("/compte/mot-de-passe", data={"current": "trois bateaux rouges", "again": "x"})
    assert session.query(Draft).count() == 0


def test_an_empty_form_is_not_kept(cast, too_late):
    assert "Votre texte est gardé" not in text_of(send(too_late, note="  "))
    assert session.query(Draft).count() == 0


def test_too_long_a_text_is_not_kept(cast, too_late):
    send(too_late, note="é" * 40_000)
    assert session.query(Draft).count() == 0


def test_without_a_former_session_nobody_is_the_author(cast, client, app):
    assert send(client).status_code == 401
    assert session.query(Draft).count() == 0


def test_an_invented_session_token_is_nobodys(cast, client):
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "invente"
    send(client)
    assert session.query(Draft).count() == 0


def test_twelve_hours_later_it_is_gone(cast, too_late, set_clock):
    send(too_late)
    set_clock(clock.now() + timedelta(hours=12, minutes=1))
    assert drafts.newest_of(cast.regulator.id) is None
    assert drafts.purge_expired(clock.now()) == 1
    assert session.query(Draft).count() == 0


def test_before_that_it_is_not_purged(cast, too_late):
    send(too_late)
    assert drafts.purge_expired(clock.now()) == 0


def test_the_five_latest_are_kept(cast):
    user_id = cast.regulator.id
    for number in range(7):
        drafts.keep(user_id, "/x", [("note", str(number))])
    kept = [row.id for row in session.query(Draft).order_by(Draft.id)]
    assert len(kept) == 5
    assert drafts.newest_of(user_id).fields == [("note", "6")]


def test_nobody_drops_a_draft_that_is_not_theirs(cast):
    drafts.keep(cast.regulator.id, "/x", [("note", "1")])
    draft_id = session.query(Draft.id).scalar()
    with pytest.raises(Invisible):
        drafts.drop(draft_id, cast.other_regulator.id)
