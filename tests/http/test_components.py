"""The component page renders with the strictest settings, and the pages' own files are what they say they are."""

import hashlib
import re
from types import SimpleNamespace

import brotli
import pytest
from flask import Flask

from cptsapp.http.samples import sample_form
from cptsapp.settings import ROOT
from tests.tools.client import _Page

STATIC = ROOT / "static"
USER = SimpleNamespace(display_name="Léa Exemple", desk_id=2, desk_name="Régulation · Poste 2", is_authenticated=True)
PLACE = SimpleNamespace(name="CPTS Exemple", mark="EX", phone="02 61 91 40 00", desk_lock_minutes=3)
MENU = [SimpleNamespace(label="Créneaux", url="/creneaux", is_current=True)]


@pytest.fixture
def component_page(app: Flask) -> str:
    """The page of all components, as a desk would see it."""
    context = {
        "form": sample_form(),
        "now_ms": 1_784_550_720_000,
        "cpts": PLACE,
        "current_user": USER,
        "menu": MENU,
        "demo": True,
        "switch_url": "/poste/changer",
        "sign_out_url": "/quitter",
    }
    with app.test_request_context("/composants"):
        return app.jinja_env.get_template("components/demo_page.html").render(**context)


def test_the_component_page_has_no_fault(component_page):
    page = _Page()
    page.feed(component_page)
    assert page.faults(is_whole=True) == []


def test_an_invalid_field_says_so_to_everyone(component_page):
    tag = re.search(r'<input[^>]*id="birth_year"[^>]*>', component_page)
    assert tag
    assert 'aria-invalid="true"' in tag[0]
    assert 'aria-describedby="birth_year-error"' in tag[0]
    assert 'id="birth_year-error"' in component_page


def test_a_shared_desk_may_change_hands_by_a_post(component_page):
    assert re.search(r'<form method="post" action="/poste/changer"', component_page)
    assert 'action="/quitter"' not in component_page


def test_a_hold_counts_down_from_the_servers_clock(component_page):
    assert "1 min 42" in component_page
    assert 'data-now="1784550720000"' in component_page


def test_money_is_written_the_french_way(component_page):
    assert "8\u202f475,50\u00a0€" in component_page


def test_the_script_is_light_and_never_evaluates():
    script = (STATIC / "app.js").read_text()
    assert len(brotli.compress(script.encode())) <= 4_096
    assert not re.search(r"\beval\(|new Function|innerHTML|setTimeout\(['\"]", script)


def test_vendored_files_are_the_published_ones():
    listed = re.findall(r"\| `([^`]+)` \|.*`([0-9a-f]{64})` \|", (STATIC / "vendor" / "VERSIONS.md").read_text())
    kept = {path.name for path in (STATIC / "vendor").iterdir()} - {"VERSIONS.md"}
    assert {name for name, _ in listed} == kept
    for name, digest in listed:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest
