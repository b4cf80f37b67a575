"""The pure rules: passwords, PINs, paths, labels."""

from datetime import UTC, datetime

import pytest

from cptsapp.accounts import rules

MAIL, NAME = "helene.renaudin@cpts.example", "Dr Hélène Renaudin"


@pytest.mark.parametrize("password", ["trois bateaux rouges", "correct horse battery", "12 rue des Écoliers"])
def test_a_phrase_is_a_good_password(password):
    assert rules.why_not_password(password, MAIL, NAME) is None


@pytest.mark.parametrize(
    "password",
    [
        "onze caract",
        "x" * 201,
        "motdepasse123",
        "MotDePasse123",
        "Mot de passe 123",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "helene.renaudin",
        "HélèneRenaudin1",
        "renaudin2026",
    ],
)
def test_a_short_common_or_personal_password_is_refused(password):
    assert rules.why_not_password(password, MAIL, NAME)


def test_twelve_characters_are_enough_and_eleven_are_not():
    assert rules.why_not_password("bateau-vert1", MAIL, NAME) is None
    assert rules.why_not_password("bateau-vert", MAIL, NAME)


@pytest.mark.parametrize("target", ["/roles", "/creneaux?q=tal&x=1", "/"])
def test_a_local_path_is_kept(target):
    assert rules.local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [None, "", "roles", "//x.example", "/\\x.example", "http://x.example/", "/a\nb", "/ab\\c", "/" * 2001],
)
def test_anything_else_leads_home(target):
    assert rules.local_path(target) == "/"


@pytest.mark.parametrize(
    ("name", "letters"), [("Léa Moreau", "LM"), ("Dr Hélène Renaudin", "HR"), ("Zoé", "Z"), ("Anne-Lise Le Goff", "AG")]
)
def test_initials_leave_titles_out(name, letters):
    assert rules.initials(name) == letters


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8", "Appareil inconnu"),
    ],
)
def test_a_device_has_a_short_label(agent, label):
    assert rules.device_label(agent) == label


def test_last_seen_in_words():
    now = datetime(2026, 7, 20, 14, 32, tzinfo=UTC)
    at = lambda day, hour: datetime(2026, 7, day, hour, 5, tzinfo=UTC)
    assert rules.last_seen_words(at(20, 9), now) == "ce matin"
    assert rules.last_seen_words(at(20, 13), now) == "aujourd’hui à 13h05"
    assert rules.last_seen_words(at(19, 9), now) == "hier"
    assert rules.last_seen_words(at(18, 9), now) == "sam. 18 juil."


def test_a_desk_is_idle_past_its_delay_and_the_margin():
    seen = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
    assert not rules.is_idle(seen, datetime(2026, 7, 20, 12, 5, tzinfo=UTC), 3)
    assert rules.is_idle(seen, datetime(2026, 7, 20, 12, 5, 1, tzinfo=UTC), 3)
