"""The colours that a role can be shown in: each has a name, which is always there too."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

DEFAULT = "slate"

COLOURS = (
    ("slate", _("Slate")),
    ("indigo", _("Indigo")),
    ("teal", _("Teal")),
    ("green", _("Green")),
    ("ochre", _("Ochre")),
    ("rust", _("Rust")),
    ("crimson", _("Crimson")),
    ("plum", _("Plum")),
)
_NAMES = {name for name, _label in COLOURS}

# What AWS's links to switch roles carry: six hexadecimal digits of its own five colours.
_OF_AWS = {"f2b0a9": "crimson", "fbbf93": "rust", "fad791": "ochre", "b7ca9d": "green"}
_OF_AWS["99bce3"] = "indigo"


def named(text: str) -> str:
    """A name of ours, also for a colour of AWS's; the plainest for anything else."""
    text = text.strip().lower().removeprefix("#")
    return text if text in _NAMES else _OF_AWS.get(text, DEFAULT)
