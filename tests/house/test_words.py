"""What no template and no stylesheet may hold: words, inline code, pairs of colours too close."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CONSOLE = sorted((ROOT / "console").rglob("*.py"))
CSS = (ROOT / "static/css/app.css").read_text()

FORBIDDEN = re.compile(r"\b(please|invalid|illegal|forbidden|click here|(?-i:OK))\b", re.IGNORECASE)
TO_ANOTHER_SITE = tuple(
    f'<form method="post" action="{{{{ {there} }}}}" data-send>' for there in ("acs", "to.url")
)
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _strings(text: str) -> Iterator[str]:
    """Every literal that a module hands to gettext."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in GETTEXT:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def _faults(paths: list[Path], found: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """What `found` finds in each file, those without a fault left out."""
    faults = {_name(path): found(path.read_text()) for path in paths}
    return {name: each for name, each in faults.items() if each}


def test_no_template_blames_anybody_or_begs_for_anything() -> None:
    assert (
        _faults(TEMPLATES, lambda text: FORBIDDEN.findall(text.replace("aria-invalid", ""))) == {}
    )


def test_no_sentence_of_the_console_blames_anybody_or_begs_for_anything() -> None:
    def blaming(text: str) -> list[str]:
        return [one for one in _strings(text) if FORBIDDEN.search(one)]

    assert _faults(CONSOLE, blaming) == {}


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"\sstyle\s*=|<style\b", id="inline style"),
        pytest.param(r"<script(?![^>]*\ssrc=)|javascript:", id="inline script"),
        pytest.param(r"<[^>]*\son[a-z]+\s*=", id="event attribute"),
        pytest.param(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off", id="unescaped output"),
        pytest.param(r"(?:href|src|action)\s*=\s*[\"']?(?:https?:)?//", id="other host"),
    ],
)
def test_every_template_stays_within_the_content_security_policy(pattern: str) -> None:
    assert _faults(TEMPLATES, re.compile(pattern, re.IGNORECASE).findall) == {}


def test_every_form_that_changes_something_carries_its_token() -> None:
    def without(text: str) -> list[str]:
        forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL | re.IGNORECASE)
        # What goes between us and an identity provider is another site's, and has none.
        ours = [form for form in forms if not form.startswith(TO_ANOTHER_SITE)]
        return [form for form in ours if "{% csrf_token %}" not in form]

    assert _faults(TEMPLATES, without) == {}


def test_no_module_of_the_console_vouches_for_markup() -> None:
    assert _faults(CONSOLE, re.compile("mark_safe").findall) == {}


@pytest.mark.parametrize(
    ("words", "found"),
    [("Please enter", True), ("Invalid name", True), ("Press OK", True), ("status ok", False)],
)
def test_the_words_test_would_notice(words: str, found: bool) -> None:
    assert bool(FORBIDDEN.search(words)) == found


# --- colours ---------------------------------------------------------------------------------

_TOKEN = re.compile(r"--([\w-]+):\s*(?:light-dark\((#\w{6}),\s*(#\w{6})\)|(#\w{6}))\s*;")
TOKENS = {name: (light or both, dark or both) for name, light, dark, both in _TOKEN.findall(CSS)}
TEXT, EDGE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
PAIRS = [
    *(
        (text, ground, TEXT)
        for text in ("text", "text-2")
        for ground in ("bg", "surface", "sunken")
    ),
    *((kind, ground, TEXT) for kind in ("ok", "warn", "err", "info") for ground in ("surface",)),
    *((kind, f"{kind}-bg", TEXT) for kind in ("ok", "warn", "err", "info")),
    *(("text", f"{kind}-bg", TEXT) for kind in ("ok", "warn", "err", "info")),
    *(("link", ground, TEXT) for ground in ("bg", "surface", "sunken", "sel", "err-bg", "ok-bg")),
    *(("on-primary", ground, TEXT) for ground in ("primary", "primary-h", "err", "err-h")),
    ("text", "sel", TEXT),
    ("disabled", "surface", TEXT),
    ("disabled", "bg", TEXT),
    ("on-nav", "nav", TEXT),
    ("nav-muted", "nav", TEXT),
    ("on-strip", "strip", TEXT),
    ("mark", "nav", EDGE),
    *(("border", ground, EDGE) for ground in ("surface", "bg", "sunken")),
    *(("focus", ground, EDGE) for ground in ("surface", "bg", "sunken")),
]


def _luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_the_standard_has_it() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_every_pair_of_colours_can_be_told_apart(
    front: str, ground: str, least: float, theme: int
) -> None:
    assert contrast(TOKENS[front][theme], TOKENS[ground][theme]) >= least


def test_colours_stand_in_the_tokens_alone() -> None:
    after_tokens = CSS.split("@layer base {", 1)[1].split("@media print", 1)[0]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?!-)", after_tokens) == []


def test_the_stylesheet_and_the_script_stay_within_their_budgets() -> None:
    script = (ROOT / "static/js/app.js").read_text()
    assert len(CSS) < 36_000
    assert len(script) < 18_000


def test_the_script_never_writes_markup() -> None:
    script = (ROOT / "static/js/app.js").read_text()
    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script) == []
    )
