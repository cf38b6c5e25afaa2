"""The catalogues of translations: whole, and with the placeholders of the English texts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
TAG = re.compile(r"</?[a-z]+")
CATALOGUES = sorted((ROOT / "console" / "locale").glob("*/LC_MESSAGES/django.po"))
Text = str | list[str] | tuple[str, ...] | None
Key = tuple[str | None, str]  # the context, and the text in the singular


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.parent.parent.name)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    with Path(request.param).open("rb") as file:
        return read_po(file)


def test_a_catalogue_has_every_message_and_no_other(catalogue: Catalog) -> None:
    kept = {key(message.context, message.id) for message in messages(catalogue)}
    assert sorted(map(str, wanted() - kept)) == [], "run makemessages (docs/translating.md)"
    assert sorted(map(str, kept - wanted())) == [], "run makemessages (docs/translating.md)"


def test_every_message_is_translated(catalogue: Catalog) -> None:
    assert [m.id for m in messages(catalogue) if m.fuzzy or not all(texts(m.string))] == []


def test_a_translation_has_the_placeholders_and_the_tags_of_its_message(catalogue: Catalog) -> None:
    assert [m.id for m in messages(catalogue) if parts_of(m.id) != parts_of(m.string)] == []


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def texts(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ("",))


def parts_of(text: Text) -> list[list[str]]:
    return [sorted(PLACEHOLDER.findall(one) + TAG.findall(one)) for one in texts(text)]


def key(context: str | None, text: Text) -> Key:
    return context, texts(text)[0]


@cache
def wanted() -> frozenset[Key]:
    """What the code and the templates say, without the help of GNU gettext."""
    return frozenset(found for source in sources() for found in said_in(source))


def sources() -> Iterator[str]:
    for package in ("console", "federation", "identity"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "gettext" in (text := path.read_text()):
                yield text
    for path in sorted((ROOT / "templates").rglob("*.*")):
        # Python to Django's eyes; a line's indent would be none to Python's.
        yield re.sub(r"^[ \t]+", "", templatize(path.read_text()), flags=re.MULTILINE)


def said_in(source: str) -> Iterator[Key]:
    for _line, text, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        yield key(context, text)
