"""The one style sheet is what its parts give, weighs what it may, and holds the agreed colours."""

import re
from pathlib import Path

import brotli
import build_css
import pytest

SHEET = build_css.SHEET.read_text(encoding="utf-8")
LIGHT = {
    "bg": "#faf9f7",
    "surface": "#ffffff",
    "sunken": "#f3f1ed",
    "ink": "#1f1c19",
    "ink-2": "#514b44",
    "ink-3": "#6b645b",
    "control": "#8b8378",
    "accent": "#0b5c61",
    "warn": "#854700",
    "error": "#a51d18",
    "focus": "#0d7a80",
}
DARK = {
    "bg": "#171614",
    "surface": "#1f1d1b",
    "sunken": "#282522",
    "ink": "#efece7",
    "ink-2": "#c8c2b9",
    "ink-3": "#a59d93",
    "control": "#8a8279",
    "accent": "#6cc9c8",
    "warn": "#f0b866",
    "error": "#ff9d94",
    "focus": "#8ad8d6",
}


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _values(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})", block))


def test_the_committed_sheet_is_fresh():
    assert build_css.build() == SHEET


def test_it_weighs_at_most_12_kb():
    assert len(brotli.compress(SHEET.encode())) <= 12_000


def test_a_part_left_out_of_the_order_is_refused(tmp_path: Path):
    (tmp_path / "stray.css").write_text("a{}")
    with pytest.raises(ValueError, match="stray"):
        build_css.build(tmp_path)


def test_minifying_keeps_strings_and_meaning():
    assert build_css.minify('a  :hover { content: "a  { b"; top : calc(1px + 2px); }') == (
        'a :hover{content:"a  { b";top : calc(1px + 2px)}'
    )


@pytest.mark.parametrize(("index", "expected"), [(0, LIGHT), (1, DARK)], ids=["light", "dark"])
def test_the_colours_are_the_agreed_ones(index, expected):
    blocks = (build_css.STATIC / "css" / "tokens.css").read_text().split("prefers-color-scheme: dark")
    assert expected.items() <= _values(blocks[index]).items()


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "surface", "sunken"])
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("ink", 7),
        ("ink-2", 7),
        ("ink-3", 4.5),
        ("accent", 4.5),
        ("warn", 4.5),
        ("error", 4.5),
        ("control", 3),
        ("focus", 3),
    ],
)
def test_contrast_holds_on_every_ground(colours, ground, name, least):
    assert _contrast(colours[name], colours[ground]) >= least


def test_nothing_is_fetched_from_elsewhere():
    assert "url(" not in SHEET
    assert "@import" not in SHEET
