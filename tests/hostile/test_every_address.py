"""Every address of the application, asked with numbers, words and arguments that no page of ours writes."""

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from tests.hostile.tools import DIGITS, HTML, LONG, NUL, RTL, SQL, TOLD, changed, everything

ODD_NUMBERS = ("0", "2147483648", "9223372036854775808", DIGITS, "-1", "abc", "%00", "٣")
ODD_WORDS = ("x", "%00", "%ff%fe", "..%2f..%2fetc%2fpasswd", LONG[:4000], "%E2%80%AE", "'%20OR%201=1", "%F0%9F%98%80")
ODD_VALUES = (NUL, LONG, "-1", DIGITS, "9999-12-31", "0001-01-01", HTML + SQL + RTL, "²")
ROLES = ("administrator", "coordinator", "gp", "secretary", "regulator", "treasurer")
# What queries of the pages are called; a name that a page does not know changes nothing there.
ARGUMENTS = (
    *("q", "ou", "depuis", "du", "au", "jour", "avant", "apres", "ref", "page", "pour", "objet", "fait", "forme"),
    *("creneau", "choisir", "suite", "autre", "mois", "annee", "campagne", "medecin", "semaine", "mesure", "type"),
    *("par", "categorie", "qui", "rattaches", "commune", "code", "profession", "etat", "personne", "kind", "before"),
    *(
        "adhesion",
        "college",
        "sorte",
        "cotisation",
        "choix",
        "tous",
        "sens",
        "structure",
        "issue",
        "appelant",
        "joints",
    ),
    *("genre", "fiche", "colonne", "pas", "mode", "participe", "approuvee", "renouveles", "payees", "faite", "ajoutes"),
    *("dossier", "a", "repondu", "envoye"),
)


def rules(app: Flask, method: str) -> list[Rule]:
    """The rules that answer this method, static files apart."""
    found = [rule for rule in app.url_map.iter_rules() if method in rule.methods]
    return sorted(found, key=lambda rule: rule.rule)


def path_of(rule: Rule, number: str, word: str) -> str:
    """An address of the rule."""
    path = ""
    for is_variable, part in rule._trace:
        if not is_variable:
            path += part
        elif "any" in type(rule._converters[part]).__name__.lower():
            path += next(iter(rule._converters[part].items))
        elif isinstance(rule._converters[part], IntegerConverter):
            path += number
        else:
            path += word
    return path.lstrip("|")


@pytest.fixture
def people(cast, sign_in):
    """A client for each of the roles."""
    return {role: sign_in(getattr(cast, role)) for role in ROLES}


def is_said(answer) -> bool:
    """Refused with a sentence, or answered."""
    return answer.status_code < 400 or bool(TOLD.search(answer.text)) or "X-Message" in answer.headers


@pytest.mark.database
def test_no_forged_number_opens_or_breaks_anything(app, people, subtests):
    for rule in [r for r in rules(app, "GET") if r.arguments]:
        for number, word in zip(ODD_NUMBERS, (*ODD_WORDS, *ODD_WORDS), strict=False):
            with subtests.test(rule.rule, number=number[:20], word=word[:20]):
                for client in (people["administrator"], people["gp"], people["regulator"]):
                    answer = client.get(path_of(rule, number, word))
                    assert answer.status_code in (200, 303, 308, 400, 403, 404, 405, 410)
                    assert is_said(answer)


@pytest.mark.database
def test_no_forged_number_changes_anything(app, people, subtests):
    numbered = [r for r in rules(app, "POST") if any(isinstance(c, IntegerConverter) for c in r._converters.values())]
    assert numbered
    for rule in numbered:
        before = everything()
        for number in ODD_NUMBERS:
            with subtests.test(rule.rule, number=number[:20]):
                for client in (people["coordinator"], people["regulator"]):
                    answer = client.post(path_of(rule, number, "x"), data={"once": "k"})
                    # 303: giving back a slot one does not hold leads on, and changes nothing.
                    assert answer.status_code in (303, 400, 403, 404, 405, 409, 422)
                    assert is_said(answer)
        assert changed(before, everything()) == set(), rule.rule


def test_no_argument_breaks_a_page(app, people, subtests):
    """Every argument at once, each with the same odd value: whichever a page reads, it reads it odd."""
    for rule in [r for r in rules(app, "GET") if not r.arguments]:
        readers = [client for client in people.values() if client.get(rule.rule).status_code == 200]
        for value in ODD_VALUES:
            with subtests.test(rule.rule, value=value[:20]):
                for client in readers[:2]:
                    answer = client.get(rule.rule, query_string=dict.fromkeys(ARGUMENTS, value))
                    assert answer.status_code in (200, 204, 303, 400, 403, 404, 414, 422)
                    assert "<script>alert" not in answer.text


def test_an_empty_form_creates_nothing(app, people, subtests):
    """Every POST without a single field: a sentence, and no row. What needs no field is named here."""
    for rule in [r for r in rules(app, "POST") if not r.arguments]:
        if rule.endpoint in NO_FIELD_NEEDED:
            continue
        for role, client in people.items():
            with subtests.test(rule.rule, role=role):
                before = everything()
                answer = client.post(rule.rule, data={})
                assert answer.status_code in (200, 204, 303, 400, 401, 403, 404, 409, 422)
                assert is_said(answer) or answer.status_code == 401
                if answer.status_code >= 400:
                    assert changed(before, everything()) == set()
                elif answer.status_code == 200:
                    assert changed(before, everything()) <= {"draft"}


NO_FIELD_NEEDED = frozenset({"accounts.sign_out", "accounts.end_other_sessions", "accounts.close_day"})


# -- requests that are not forms --------------------------------------------------------------------------------------


def posts(app: Flask) -> list[str]:
    """Every address that may be posted to, with numbers of nothing."""
    return [path_of(rule, "1", "x") for rule in rules(app, "POST")]


@pytest.mark.parametrize("token", ["", "forged", LONG, "a.b.c"])
def test_without_its_token_a_form_changes_nothing(app, people, subtests, token):
    before = everything()
    for path in posts(app):
        with subtests.test(path):
            answer = people["coordinator"].post(path, data={"csrf_token": token, "name": "x"})
            assert answer.status_code in (400, 403, 404, 405)
            assert "Rechargez-la et recommencez" in answer.text or answer.status_code != 400
    assert changed(before, everything()) == set()


def test_json_or_xml_is_no_form(app, people, subtests):
    before = everything()
    for path in posts(app):
        for kind, body in (
            ("application/json", '{"a": 1}'),
            ("text/xml", "<a/>"),
            ("", "a=1"),
            ("multipart/form-data", "--"),
        ):
            with subtests.test(path, kind=kind):
                answer = people["coordinator"].post(path, data=body, content_type=kind)
                assert answer.status_code in (400, 403, 404, 405, 415)
    assert changed(before, everything()) == set()


def test_too_much_is_413(people, subtests):
    before = everything()
    for path in ("/mes-creneaux/nouveau", "/mes-creneaux/profil", "/annuaire/nouveau", "/connexion"):
        with subtests.test(path):
            answer = people["coordinator"].post(path, data={"note": "x" * (2 * 1024 * 1024 + 1)})
            assert answer.status_code == 413
            assert "dépasse la taille permise" in answer.text
    assert changed(before, everything()) == set()


def test_many_fields_are_no_crash(people):
    fields = {f"f{n}": "x" for n in range(1200)}
    assert people["gp"].post("/mes-creneaux/profil", data=fields).status_code in (400, 413, 422, 303)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "PROPFIND"])
def test_a_method_that_no_page_uses_is_refused(people, method):
    answer = people["gp"].open("/mes-creneaux", method=method)
    assert answer.status_code in (400, 405)
    assert TOLD.search(answer.text)


@pytest.mark.parametrize(
    "headers", [{"HX-Request": "true"}, {"HX-Request": LONG}, {"Accept-Language": LONG}, {"Referer": "http://[::1"}]
)
def test_odd_headers_are_no_crash(people, headers):
    for path in ("/mes-creneaux", "/annuaire", "/compte", "/nulle-part"):
        assert people["coordinator"].get(path, headers=headers).status_code in (200, 404)


@pytest.mark.parametrize("cookie", ["", "x", LONG, "eyJfdXNlcl9pZCI6IngifQ.x.y", "\u00e9"])
def test_a_forged_cookie_opens_nothing(cast, client, cookie):
    answer = client.get("/mes-creneaux", headers={"Cookie": f"cptsapp={cookie}"})
    assert answer.status_code == 401
