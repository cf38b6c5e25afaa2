"""The software that this one is made with, as installed: name, version, licence, home page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import metadata

from django.conf import settings

_LOCK = "requirements.lock"


@dataclass(frozen=True, slots=True)
class Notice:
    name: str
    version: str
    licence: str
    home: str


@cache
def notices() -> tuple[Notice, ...]:
    """Those of the lock file that are there; what another system would need is left out."""
    lines = (settings.BASE_DIR / _LOCK).read_text().splitlines()
    names = sorted(line.partition("==")[0] for line in lines if line[:1].isalpha())
    return tuple(notice for name in names if (notice := _notice(name)))


def _notice(name: str) -> Notice | None:
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    return Notice(told["Name"], told["Version"], _licence(told), _home(told))


def _licence(told: metadata.PackageMetadata) -> str:
    """As the package names it: an SPDX expression, a classifier, or the first line of its text."""
    if expression := told.get("License-Expression"):  # type: ignore[attr-defined]  # a Message has it
        return str(expression)
    classifiers = [one for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    if classifiers:
        return ", ".join(one.rpartition(" :: ")[2] for one in classifiers)
    text = str(told.get("License") or "")  # type: ignore[attr-defined]
    return text.splitlines()[0][:60] if text else "see the package"


def _home(told: metadata.PackageMetadata) -> str:
    if page := told.get("Home-page"):  # type: ignore[attr-defined]
        return str(page)
    for label_and_url in told.get_all("Project-URL") or []:
        label, _comma, url = label_and_url.partition(", ")
        if label.lower() in ("homepage", "source", "repository", "github"):
            return str(url)
    return ""
