"""The question of the page *Who can…?*: which action, on what."""

from __future__ import annotations

from console.forms.explain import QuestionForm


class WhoCanForm(QuestionForm):
    """Of everybody in the account."""
