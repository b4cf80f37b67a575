"""What newcomers read says what the code does: settings, needs, pictures, links, packages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\bCPTSAPP_[A-Z]+(?:_[A-Z]+)*\b")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
SCREEN_WORDS = re.compile(r"\*\*([^*]+)\*\*")


def test_the_readme_names_every_variable_that_is_read():
    sources = [ROOT / "cptsapp" / "settings.py", ROOT / "gunicorn.conf.py", *(ROOT / "tests").rglob("*.py")]
    read = {name for path in sources for name in VARIABLE.findall(path.read_text())}
    assert read <= set(VARIABLE.findall((ROOT / "README.md").read_text()))


@pytest.mark.parametrize("name", ["README.md", "docs/operations.md"])
def test_no_document_names_a_variable_that_nobody_reads(name):
    sources = [*(ROOT / "cptsapp").rglob("*.py"), ROOT / "gunicorn.conf.py", *(ROOT / "tests").rglob("*.py")]
    read = {found for path in sources for found in VARIABLE.findall(path.read_text())}
    assert set(VARIABLE.findall((ROOT / name).read_text())) <= read


def test_the_needs_are_fresh():
    done = subprocess.run([sys.executable, "scripts/needs.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    targets = [target for target in LINK.findall(path.read_text()) if "://" not in target]
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_picture_is_shown():
    shown = {Path(target).name for path in DOCUMENTS for target in LINK.findall(path.read_text())}
    assert {path.name for path in (ROOT / "docs" / "pictures").iterdir()} <= shown


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "guide").glob("*.md")), ids=lambda path: path.name)
def test_the_words_of_a_guide_are_those_of_the_screens(path):
    folders = [*(ROOT / "templates").rglob("*.*"), *(ROOT / "cptsapp").rglob("*.py")]
    screens = _plain(" ".join(source.read_text() for source in folders))
    words = {_plain(found) for found in SCREEN_WORDS.findall(path.read_text())}
    assert sorted(word for word in words if word not in screens) == []


def test_contributing_names_every_package():
    packages = {path.parent.name for path in (ROOT / "cptsapp").glob("*/__init__.py")}
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert sorted(name for name in packages if name not in text) == []


def _plain(text: str) -> str:
    """Spaces of every kind as one, so that typography and Jinja's ways of writing it do not matter."""
    text = re.sub(r"\{\{\s*'\\u(?:00a0|202f)'\s*\}\}|\\u(?:00a0|202f)|&nbsp;", " ", text)
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)
