"""Addresses are compiled when they are first asked for, and are the same as Werkzeug's."""

from flask import url_for
from werkzeug.routing import Map, Rule

from cptsapp.http.routes import LazyRule


def test_the_routes_of_the_application_are_lazy(app):
    assert {type(rule) for rule in app.url_map.iter_rules()} == {LazyRule}


def test_nothing_is_compiled_before_an_address_is_asked_for(app, monkeypatch):
    asked = []
    monkeypatch.setattr(Rule, "_compile_builder", lambda rule, unknown=True: asked.append(rule.rule))
    made = Map([LazyRule("/annuaire/<int:number>", endpoint="sheet")])
    assert asked == []
    assert made.bind("").match("/annuaire/3") == ("sheet", {"number": 3})


def test_addresses_are_the_same():
    for kind in (Rule, LazyRule):
        adapter = Map([kind("/annuaire/<int:number>/<name>", endpoint="sheet")]).bind("cpts.example")
        assert adapter.build("sheet", {"number": 3, "name": "a b", "q": "é"}) == "/annuaire/3/a%20b?q=%C3%A9"
        assert adapter.build("sheet", {"number": 4, "name": "c"}) == "/annuaire/4/c"


def test_each_address_without_arguments_is_its_own_route(app):
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if not rule.arguments:
                assert url_for(rule.endpoint) in {known.rule for known in app.url_map.iter_rules(rule.endpoint)}
