"""Every address and endpoint that a template names exists."""

import re
from pathlib import Path

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ADDRESS = re.compile(r"""(?:href|action|hx-get|hx-post|hx_get|hx_post)=["'](/[^"'{}?#]*)["'?#]""")
ENDPOINT = re.compile(r"""url_for\(\s*["']([a-z_.]+)["']""")


def _found(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    return sorted(
        {
            (path.relative_to(TEMPLATES).as_posix(), found)
            for path in TEMPLATES.rglob("*.html")
            for found in pattern.findall(path.read_text())
            if path.name != "demo_page.html"
        }
    )


def test_addresses_written_in_templates_exist(app):
    urls = app.url_map.bind("localhost")
    lost = []
    for template, address in _found(ADDRESS):
        try:
            urls.match(address)
        except (MethodNotAllowed, RequestRedirect):
            continue
        except NotFound:
            lost.append((template, address))
    assert lost == []


def test_endpoints_named_by_templates_exist(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert [(t, e) for t, e in _found(ENDPOINT) if e not in endpoints] == []
