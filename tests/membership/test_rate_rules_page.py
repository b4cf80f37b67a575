"""/adhesions/taux/regles: whom the rate counts; what a change would do is shown before it is done."""

from datetime import date

import pytest
from sqlalchemy import func, select

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import PracticeMode, Profession
from cptsapp.membership.actions.rate import set_rules
from cptsapp.membership.models import RateRules
from cptsapp.membership.rules.rate import USUAL_PROFESSIONS, CountingRules
from tests.membership.rate import URL, fraction, know_since, professional
from tests.membership.test_races import REFUSED, at_once
from tests.tools.factories import acting

RULES = f"{URL}/regles"


@pytest.fixture
def coordinator(sign_in, cast):
    """A coordinator's client, where three salaried nurses are not counted, one of them a member."""
    know_since(date(2024, 1, 12))
    for number in range(3):
        professional(member=number == 0, practice={"mode": PracticeMode.SALARIED})
    session.commit()
    return sign_in(cast.coordinator)


def form(**changes):
    usual = {
        "professions": [p.value for p in USUAL_PROFESSIONS],
        "modes": ["liberal", "locum"],
        "locum_months": "3",
        "after": "0",
        "seen": "",
    }
    return {**usual, **changes}


def send(client, **changes):
    return client.post(RULES, data=form(**changes))


def save(client, **changes):
    """Send the form twice, as people do: what it would do, then the button that does it."""
    page = send(client, **changes).text
    seen = page.split('name="seen" type="hidden" value="')[1].split('"')[0]
    return send(client, **changes, seen=seen, save="1")


def count() -> int:
    return session.scalar(select(func.count()).select_from(RateRules)) or 0


SALARIED = {"modes": ["liberal", "salaried", "locum"]}


def test_what_it_would_do_is_shown_and_nothing_is_done(coordinator):
    page = send(coordinator, **SALARIED).text
    assert "2 → 5\u00a0professionnels, 0 → 1\u00a0adhérent" in page
    assert "Enregistrer ces règles" in page
    assert count() == 0


def test_once_saved_every_day_is_counted_by_them(coordinator):
    assert save(coordinator, **SALARIED).status_code == 303
    assert fraction(coordinator.get(URL).text) == (1, 5)
    assert fraction(coordinator.get(f"{URL}?jour=2025-06-30").text) == (0, 5)


def test_what_one_was_not_shown_is_not_saved(coordinator):
    page = send(coordinator, **SALARIED, seen="gp liberal 3", save="1")
    assert page.status_code == 200
    assert count() == 0


def test_the_rules_in_force_change_nothing(coordinator):
    page = send(coordinator).text
    assert "Rien ne change" in page
    assert "Enregistrer ces règles" not in page


def test_saving_the_rules_in_force_writes_no_row(coordinator):
    assert save(coordinator).status_code == 303
    assert count() == 0


def test_who_set_them_and_when_is_said(coordinator):
    save(coordinator, **SALARIED)
    page = coordinator.get(URL).text
    assert "Règles du 20 juillet 2026 par Sophie Arnaud" in page
    history = coordinator.get(RULES).text
    assert "<b>Du 20 juillet 2026, par Sophie Arnaud</b> — en vigueur" in history
    assert "<b>Règles d’origine</b>" in history


def test_the_trail_says_what_was_changed(coordinator):
    save(coordinator, **SALARIED)
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "rate.rules")).one()
    assert event.data["changes"] == {"modes": ["Libéraux, Remplaçants", "Libéraux, Salariés, Remplaçants"]}


def test_who_read_former_rules_is_refused_in_words(coordinator):
    save(coordinator, **SALARIED)
    answer = save(coordinator, locum_months="0")
    assert answer.status_code == 409
    assert "viennent d’être changées" in answer.text
    assert "Du 20 juillet 2026, par Sophie Arnaud" in answer.text
    assert count() == 1


def test_having_read_them_one_may_change_them(coordinator):
    save(coordinator, **SALARIED)
    after = save(coordinator, locum_months="0").text.split('name="after" type="hidden" value="')[1].split('"')[0]
    assert save(coordinator, locum_months="0", after=after).status_code == 303
    assert count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"professions": []}, "Choisissez une profession au moins."),
        ({"modes": []}, "Choisissez une pratique au moins."),
        ({"locum_months": ""}, "Donnez un nombre de mois"),
        ({"locum_months": "25"}, "De 0 à 24 mois."),
    ],
)
def test_what_lacks_is_said_under_its_field(coordinator, changes, sentence):
    answer = send(coordinator, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_before_any_import_the_effect_is_not_known(sign_in, cast):
    page = send(sign_in(cast.coordinator), **SALARIED).text
    assert "n’est pas encore connu" in page


def test_rules_are_set_one_after_the_other(app, cast):
    by = acting(cast.coordinator)
    first = set_rules(CountingRules(locum_months=0), after=0, by=by)
    assert first is not None
    second = set_rules(CountingRules(), after=first.id, by=by)
    assert second is not None
    assert second.id > first.id


@pytest.mark.database
def test_rules_set_on_former_ones_are_refused(app, cast):
    by = acting(cast.coordinator)
    set_rules(CountingRules(professions=frozenset({Profession.GP})), after=0, by=by)
    with pytest.raises(Refusal, match="viennent d’être changées"):
        set_rules(CountingRules(locum_months=1), after=0, by=by)


@pytest.mark.database
def test_two_who_set_rules_at_once_make_one_row(app, cast):
    by = acting(cast.coordinator)
    session.commit()
    acts = [lambda n=n: set_rules(CountingRules(locum_months=n), after=0, by=by) for n in (0, 1)]
    assert at_once(app, *acts) == {"done": 1, REFUSED: 1}
    assert count() == 1


@pytest.mark.parametrize("who", ["treasurer", "board_member", "gp"])
def test_others_do_not_set_them(sign_in, cast, who):
    assert sign_in(getattr(cast, who)).get(RULES).status_code == 403
