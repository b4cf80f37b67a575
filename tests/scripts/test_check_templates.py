"""The check of templates finds what a page must not hold, and leaves the rest alone."""

from pathlib import Path

import check_templates
import pytest

GOOD = """{% from 'parts.html' import row %}
{# onclick= in a comment is only a comment #}
<form hx-post="/a" hx-target="#list"><a href="/b" hx-get="/b">b</a></form>
<div hx-target:inherited="#list">
  <a href="/c" hx-get="/c" {% if x %}hidden{% endif %}>{{ row('x', hx_get='/d') }}</a></div>
<script src="/app.js"></script>
"""


@pytest.fixture
def findings(tmp_path: Path):
    """`findings(text)`: what is said of a template that stands beside parts.html."""
    (tmp_path / "parts.html").write_text("{% macro row(name) %}{{ name }}{% endmacro %}")

    def check(text: str) -> list[str]:
        (tmp_path / "page.html").write_text(text)
        return [finding.message for finding in check_templates.check_root(tmp_path)]

    return check


def test_a_good_page_has_no_finding(findings):
    assert findings(GOOD) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% if %}", "does not parse"),
        ("{% include 'none.html' %}", "there is no template none.html"),
        ("{% from 'parts.html' import column %}", "parts.html has no column"),
        ("{{ x|safe }}", "|safe lets HTML through"),
        ("{{ Markup(x) }}", "Markup lets HTML through"),
        ("{% autoescape false %}{% endautoescape %}", "autoescape is not to be switched"),
        ('<a onclick="f()">a</a>', "inline handler onclick="),
        ('<a style="color: red">a</a>', "inline style"),
        ("<style>a {}</style>", "<style> in the page"),
        ("<script>f()</script>", "<script> in the page"),
        ('<a href="javascript:f()">a</a>', "href needs eval"),
        ('<a hx-on:click="f()">a</a>', "hx-on:click needs eval"),
        ("<a hx-vals='js:{a: 1}'>a</a>", "hx-vals needs eval"),
        ('<a hx-trigger="click[ctrlKey]">a</a>', "a filter in hx-trigger"),
        ('<a hx-gett="/a">a</a>', "hx-gett is no attribute of htmx 4"),
        ("{{ f(hx_gett='/a') }}", "hx-gett is no attribute of htmx 4"),
        ('<a hx-get="/a" hx-disabled-elt="this">a</a>', "rename to hx-disable"),
        ('<div hx-target="#a"><a hx-get="/a">a</a></div>', "needs :inherited"),
    ],
)
def test_what_a_page_must_not_hold_is_named(findings, text, said):
    assert any(said in message for message in findings(text))


def test_the_line_is_that_of_the_template(findings, tmp_path):
    findings("{# one\ntwo #}\n<p>\n<a style='x'>a</a>")
    assert [finding.line for finding in check_templates.check_root(tmp_path)] == [4]
