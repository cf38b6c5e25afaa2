"""How the tags of the console's components draw their templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

STATUS_KINDS = ("ok", "warn", "err", "info", "off", "busy")
BUTTON_KINDS = ("", "primary", "danger", "small")


def render(context: Context, component: str, /, **values: Any) -> SafeString:
    """A component's template over a context of its own: nothing of the page leaks in but i18n."""
    engine = context.template.engine  # type: ignore[union-attr]  # set while a template renders
    return engine.get_template(f"components/{component}.html").render(context.new(values))


def known_kind(kind: str, allowed: Sequence[str] = STATUS_KINDS) -> str:
    if kind not in allowed:
        raise template.TemplateSyntaxError(f"kind `{kind}` is none of {', '.join(allowed)}")
    return kind
