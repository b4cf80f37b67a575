"""« Comptes »: the list, the invitation, the sheet; what a manager may and may not do."""

from datetime import date

from sqlalchemy import event

from cptsapp.accounts.models import Role, RoleGrant, SignIn, User
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import db, session
from cptsapp.outbox.models import Message
from tests.accounts.tools import give_password, post, text_of
from tests.tools.factories import make_person, make_user

TODAY = "2026-07-20"


def grants(user_id: int) -> list[tuple[Role, date, date | None]]:
    rows = session.query(RoleGrant).filter_by(user_id=user_id).order_by(RoleGrant.id)
    return [(row.role, row.starts_on, row.ends_on) for row in rows]


def invite(client, **overrides):
    data = {"display_name": "Nadia Nouvelle", "mail": "nadia@cpts.example", "roles": ["regulator"], "once": "abc"}
    return post(client, "/comptes/inviter", {**data, **overrides}, page="/comptes/inviter")


def test_the_list_is_for_those_who_manage(cast, sign_in):
    assert sign_in(cast.administrator).get("/comptes").status_code == 200
    assert sign_in(cast.coordinator).get("/comptes").status_code == 200
    assert sign_in(cast.regulator).get("/comptes").status_code == 403


def test_words_find_names_and_mails_without_accents(cast, sign_in):
    body = text_of(sign_in(cast.coordinator).get("/comptes?q=lea+mor"))
    assert "Léa Moreau" in body
    assert "Théo Baudry" not in body


def test_a_role_filters(cast, sign_in):
    body = text_of(sign_in(cast.coordinator).get("/comptes?role=secretary"))
    assert "Agnès Pallier" in body
    assert "Théo Baudry" not in body


def test_those_who_never_signed_in_are_found(cast, sign_in):
    client = sign_in(cast.coordinator)
    body = text_of(client.get("/comptes?etat=attente"))
    assert "Théo Baudry" in body
    assert "user2@" not in body.replace("Sophie Arnaud</b>", "") or "Sophie Arnaud</a></td>" not in body


def test_closed_accounts_have_their_own_list(cast, sign_in):
    session.merge(cast.regulator).is_active = False
    session.commit()
    client = sign_in(cast.coordinator)
    assert "Léa Moreau" not in text_of(client.get("/comptes"))
    assert "Léa Moreau" in text_of(client.get("/comptes?etat=ferme"))


def test_an_odd_filter_is_ignored(cast, sign_in):
    assert sign_in(cast.coordinator).get("/comptes?role=roi&etat=x").status_code == 200


def test_htmx_gets_the_list_alone(cast, sign_in):
    body = text_of(sign_in(cast.coordinator).get("/comptes?q=moreau", headers={"HX-Request": "true"}))
    assert body.strip().startswith('<div id="liste">')


def test_the_list_costs_the_same_with_thirty_more(cast, sign_in):
    client = sign_in(cast.coordinator)

    def cost() -> int:
        seen = []
        listener = lambda *args: seen.append(args[2])
        event.listen(db.engine, "before_cursor_execute", listener)
        client.get("/comptes")
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    before = cost()
    for _ in range(30):
        make_user(Role.REGULATOR)
    session.commit()
    assert cost() == before


def test_an_invitation_creates_the_account_and_queues_the_mail(cast, sign_in):
    answer = invite(sign_in(cast.coordinator))
    user = session.query(User).filter_by(mail="nadia@cpts.example").one()
    assert answer.location == f"/comptes/{user.id}"
    assert session.query(Message).one().to_address == "nadia@cpts.example"


def test_a_double_submit_invites_once(cast, sign_in):
    client = sign_in(cast.coordinator)
    assert invite(client).location == invite(client).location
    assert session.query(Message).count() == 1


def test_a_mail_in_use_is_refused_with_what_was_typed(cast, sign_in):
    mail = cast.regulator.mail
    answer = invite(sign_in(cast.coordinator), mail=mail)
    assert answer.status_code == 409
    assert "Nadia Nouvelle" in text_of(answer)
    assert session.query(Message).count() == 0


def test_an_incomplete_invitation_is_refused(cast, sign_in):
    client = sign_in(cast.coordinator)
    assert invite(client, display_name="").status_code == 422
    assert invite(client, mail="pas une adresse").status_code == 422
    assert invite(client, roles=[]).status_code == 422
    assert invite(client, roles=["roi"]).status_code == 422


def test_an_account_is_tied_to_its_person(cast, sign_in):
    person = make_person()
    session.commit()
    person_id = person.id
    invite(sign_in(cast.coordinator), person_id=str(person_id))
    assert session.query(User).filter_by(person_id=person_id).count() == 1


def test_a_forged_person_is_refused(cast, sign_in):
    assert invite(sign_in(cast.coordinator), person_id="9999").status_code == 409


def act(client, user_id: int, what: str, **data):
    return post(client, f"/comptes/{user_id}/{what}", data, page=f"/comptes/{user_id}")


def test_a_role_is_given_from_a_day(cast, sign_in):
    user_id = cast.regulator.id
    answer = act(sign_in(cast.coordinator), user_id, "roles", role="secretary", starts_on="2026-08-01")
    assert answer.status_code == 303
    assert (Role.SECRETARY, date(2026, 8, 1), None) in grants(user_id)


def test_the_same_role_twice_at_once_is_refused(cast, sign_in):
    user_id = cast.regulator.id
    answer = act(sign_in(cast.coordinator), user_id, "roles", role="regulator", starts_on="2026-08-01")
    assert answer.status_code == 409
    assert len(grants(user_id)) == 1


def test_a_role_from_a_past_day_is_refused(cast, sign_in):
    client = sign_in(cast.coordinator)
    assert act(client, cast.regulator.id, "roles", role="secretary", starts_on="2026-07-19").status_code == 409


def test_a_role_that_ends_before_it_begins_is_refused(cast, sign_in):
    data = {"role": "secretary", "starts_on": "2026-08-02", "ends_on": "2026-08-01"}
    assert act(sign_in(cast.coordinator), cast.regulator.id, "roles", **data).status_code == 409


def test_nobody_gives_themselves_a_role(cast, sign_in):
    user_id = cast.coordinator.id
    answer = act(sign_in(cast.coordinator), user_id, "roles", role="regulator", starts_on=TODAY)
    assert answer.status_code == 409
    assert len(grants(user_id)) == 1


def test_the_only_manager_may_since_nobody_else_could(cast, sign_in):
    session.query(RoleGrant).filter(RoleGrant.role == Role.ADMINISTRATOR).delete()
    session.commit()
    answer = act(sign_in(cast.coordinator), cast.coordinator.id, "roles", role="regulator", starts_on=TODAY)
    assert answer.status_code == 303


def end(client, user_id: int, day: str = "", now: bool = False):
    grant_id = session.query(RoleGrant.id).filter_by(user_id=user_id).scalar()
    data = {f"fin-{grant_id}-ends_on": day} | ({"maintenant": "1"} if now else {})
    return act(client, user_id, f"roles/{grant_id}/fin", **data)


def test_a_role_ends_on_a_day_that_day_included(cast, sign_in):
    client, regulator = sign_in(cast.coordinator), sign_in(cast.regulator)
    assert end(client, cast.regulator.id, TODAY).status_code == 303
    assert "Régulation" in text_of(regulator.get("/compte"))


def test_a_role_taken_away_now_no_longer_serves(cast, sign_in):
    client, regulator = sign_in(cast.coordinator), sign_in(cast.regulator)
    end(client, cast.regulator.id, now=True)
    assert "aucun" in text_of(regulator.get("/compte"))


def test_a_past_last_day_is_refused(cast, sign_in):
    answer = end(sign_in(cast.coordinator), cast.regulator.id, "2026-07-01")
    assert answer.status_code == 409
    assert "Ce jour est passé" in text_of(answer)


def test_a_last_day_that_is_no_day_is_refused(cast, sign_in):
    assert end(sign_in(cast.coordinator), cast.regulator.id, "jamais").status_code == 422


def test_the_last_who_manages_keeps_the_role(cast, sign_in):
    end(sign_in(cast.administrator), cast.coordinator.id, now=True)
    answer = end(sign_in(cast.administrator), cast.administrator.id, now=True)
    assert answer.status_code == 409
    assert "Plus personne" in text_of(answer)


def test_another_accounts_role_is_invisible(cast, sign_in):
    grant_id = session.query(RoleGrant.id).filter_by(user_id=cast.regulator.id).scalar()
    answer = act(sign_in(cast.coordinator), cast.other_regulator.id, f"roles/{grant_id}/fin", maintenant="1")
    assert answer.status_code == 404


def test_closing_ends_the_sessions(cast, sign_in):
    client, regulator = sign_in(cast.coordinator), sign_in(cast.regulator)
    assert act(client, cast.regulator.id, "fermer").status_code == 303
    assert regulator.get("/compte").status_code == 401


def test_a_closed_account_reopens_with_its_roles(cast, sign_in):
    client = sign_in(cast.coordinator)
    act(client, cast.regulator.id, "fermer")
    act(client, cast.regulator.id, "rouvrir")
    assert session.get(User, cast.regulator.id).is_active
    assert len(grants(cast.regulator.id)) == 1


def test_one_does_not_close_ones_own(cast, sign_in):
    assert act(sign_in(cast.coordinator), cast.coordinator.id, "fermer").status_code == 409


def test_the_last_who_manages_is_not_closed(cast, sign_in):
    client = sign_in(cast.administrator)
    session.query(RoleGrant).filter_by(role=Role.COORDINATOR).update({"ends_on": date(2026, 12, 31)})
    session.commit()
    closing = sign_in(cast.coordinator)
    assert act(closing, cast.administrator.id, "fermer").status_code == 409
    assert client.get("/compte").status_code == 200


def test_someone_with_a_password_is_not_invited_again(cast, sign_in):
    give_password(cast.regulator)
    assert act(sign_in(cast.coordinator), cast.regulator.id, "inviter").status_code == 409


def test_a_lost_telephone_is_forgotten_recorded_and_told(cast, sign_in):
    client, regulator = sign_in(cast.coordinator), sign_in(cast.regulator)
    act(client, cast.regulator.id, "second-facteur")
    assert session.get(User, cast.regulator.id).totp_secret is None
    assert regulator.get("/compte").status_code == 401
    assert session.query(AuditEvent).filter_by(kind="user.second_factor_reset").count() == 1
    assert session.query(Message).one().kind == "accounts.second_factor_reset"


def test_ones_own_telephone_is_not_forgotten_here(cast, sign_in):
    answer = act(sign_in(cast.coordinator), cast.coordinator.id, "second-facteur")
    assert answer.status_code == 409


def correct(client, user_id: int, **data):
    return post(client, f"/comptes/{user_id}", data, page=f"/comptes/{user_id}")


def test_a_corrected_mail_is_told_to_the_former(cast, sign_in):
    user_id, former = cast.regulator.id, cast.regulator.mail
    correct(sign_in(cast.coordinator), user_id, display_name="Léa Moreau-Petit", mail="lea@cpts.example")
    assert session.query(Message).filter_by(kind="accounts.address_changed").one().to_address == former
    assert session.get(User, user_id).mail == "lea@cpts.example"


def test_a_correction_to_a_mail_in_use_is_refused(cast, sign_in):
    mail = cast.gp.mail
    answer = correct(sign_in(cast.coordinator), cast.regulator.id, display_name="Léa", mail=mail)
    assert answer.status_code == 409


def test_an_account_that_does_not_exist_is_404(cast, sign_in):
    assert sign_in(cast.coordinator).get("/comptes/9999").status_code == 404


def test_no_session_survives_its_token(cast, sign_in):
    sign_in(cast.regulator)
    assert session.query(SignIn).one().token_hash
