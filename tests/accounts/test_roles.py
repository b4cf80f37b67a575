"""« Qui peut quoi », and its page of the documentation."""

from cptsapp.accounts import permissions
from cptsapp.accounts.cli import PAGE
from tests.accounts.tools import text_of


def test_the_page_shows_every_line_with_its_words(cast, sign_in):
    body = text_of(sign_in(cast.outsider).get("/roles"))
    for line in permissions.PERMISSIONS:
        assert line.label in body
    assert body.count('class="yes') == sum(w == "oui" for line in permissions.PERMISSIONS for w in line.words.values())


def test_the_readers_column_is_tinted(cast, sign_in):
    body = text_of(sign_in(cast.regulator).get("/roles"))
    assert body.count(' mine"') + body.count('"mine"') == len(permissions.PERMISSIONS) + 1


def test_only_managers_see_the_number_of_accounts(cast, sign_in):
    assert "10\u00a0comptes" in text_of(sign_in(cast.coordinator).get("/roles"))
    assert "comptes</a>" not in text_of(sign_in(cast.regulator).get("/roles"))


def test_the_documentation_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == permissions.as_markdown(), "flask --app wsgi roles docs"


def test_the_command_writes_it(app, tmp_path):
    result = app.test_cli_runner().invoke(args=["roles", "docs", "--to", str(tmp_path / "page.md")])
    assert result.exit_code == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == permissions.as_markdown()


def test_no_role_is_named_outside_the_table():
    """Roles are chosen by permission everywhere; `Role.X` lives in the table, its models and what seeds accounts."""
    import re
    from pathlib import Path

    root = Path(permissions.__file__).resolve().parents[1]
    allowed = {"accounts/models.py", "accounts/permissions.py"}
    named = re.compile(r"\bRole\.[A-Z_]+\b")
    found = {
        str(path.relative_to(root)) for path in root.rglob("*.py") if named.search(path.read_text(encoding="utf-8"))
    }
    assert {path for path in found - allowed if not path.startswith(("demo/", "operations/", "territory/"))} == set()
