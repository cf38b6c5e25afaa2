"""The console's page pieces: one tag per template of `templates/components/`.

Block tags wrap what stands between them; every one may end in `as name` to keep its output for
another tag's argument:

    {% buttons as key_actions %}{% button _("Create access key") href=url %}{% endbuttons %}
    {% panel _("Access keys") count=2 actions=key_actions %} … {% endpanel %}
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.forms import BaseForm, BoundField
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _

from console import fields
from console.component_templates import BUTTON_KINDS, known_kind, render
from console.templatetags import values

register = template.Library()
register.tags.update(values.register.tags)

MESSAGES_SHOWN = 3

_MESSAGE_KINDS = {"success": "ok", "warning": "warn", "error": "err"}


# --- page and layout -------------------------------------------------------------------------


@register.inclusion_tag("components/icon.html")
def icon(name: str, css: str = "icon") -> dict[str, str]:
    """A symbol of `static/img/icons.svg`, hidden from screen readers: words stand beside it."""
    return {"name": name, "css": css, "sprite": static("img/icons.svg")}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*parts: str) -> dict[str, Any]:
    """Label and address by turns, ending in the label of this page.

    {% breadcrumbs _("Users") users_url user.UserName %}
    """
    *pairs, here = parts
    links = zip(pairs[::2], pairs[1::2], strict=True)
    return {"links": [{"label": label, "url": url} for label, url in links], "here": here}


@register.simple_block_tag(takes_context=True)
def panel(
    context: Context,
    content: str,
    title: str = "",
    *,
    count: int | str | None = None,
    description: str = "",
    actions: str = "",
    danger: bool = False,
    id: str = "",  # noqa: A002  # the attribute's own name
) -> SafeString:
    """A card with an h2; `id` is needed only when two panels of a page have the same title."""
    return render(
        context,
        "panel",
        content=content,
        title=title,
        count=count,
        description=description,
        actions=actions,
        danger=danger,
        id=id or f"panel-{slugify(title)}",
    )


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Any], current: str, label: str = "") -> dict[str, Any]:
    """Links to the pages of one object; an item has `key`, `label`, `url` and may have `count`."""
    return {"items": items, "current": current, "label": label or _("Sections")}


@register.inclusion_tag("components/pager.html")
def pager(page: Any, label: str = "") -> dict[str, Any]:
    """Keyset pages: `page` has `previous_url`, `next_url` and the row numbers `first`, `last`."""
    return {"page": page, "label": label or _("Pages")}


@register.inclusion_tag("components/button.html")
def columns_link(table: str) -> dict[str, str]:
    """To the choice of the table's columns (console/tables.py)."""
    return {"text": _("Columns"), "href": reverse("table-preferences", args=[table])}


@register.simple_block_tag(takes_context=True)
def empty(context: Context, content: str, heading: str, sentence: str = "") -> SafeString:
    """An empty state; between the tags at most two buttons."""
    words = {"heading": heading, "sentence": sentence}
    return render(context, "empty", content=content, blank=not content.strip(), **words)


@register.simple_block_tag(takes_context=True)
def table(context: Context, content: str, caption: str, *, stacked: bool = False) -> SafeString:
    """Between the tags: `<thead>` with `th scope=col`, `<tbody>` with `th scope=row` for names.

    One that is `stacked` shows the cells of a row below each other where there is little width; its
    cells tell in `data-label` what the head would.
    """
    return render(context, "table", content=content, caption=caption, stacked=stacked)


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: Context, content: str, label: str, value: str = "", *, hint: str = "", name: str = "q"
) -> SafeString:
    """A GET form with one search field; between the tags further selects."""
    return render(
        context, "filter_bar", content=content, label=label, value=value, hint=hint, name=name
    )


# --- buttons and forms -----------------------------------------------------------------------


@register.simple_block_tag(takes_context=True)
def buttons(context: Context, content: str) -> SafeString:
    """A row of buttons, the primary one last in a page header and first under a form."""
    return render(context, "buttons", content=content)


@register.inclusion_tag("components/button.html")
def button(
    text: str,
    href: str = "",
    *,
    kind: str = "",
    icon: str = "",
    label: str = "",
    disabled_reason: str = "",
) -> dict[str, str]:
    """A link that looks like a button; with a reason it is drawn, not usable, and says why.

    `label` ends the name for screen readers where several buttons have the same text.
    """
    kind = known_kind(kind, BUTTON_KINDS)
    more = {"label": label, "disabled_reason": disabled_reason}
    return {"text": text, "href": href, "kind": kind, "icon": icon} | more


@register.inclusion_tag("components/submit.html")
def submit(
    text: str,
    *,
    kind: str = "primary",
    name: str = "",
    value: str = "",
    form: str = "",
    formaction: str = "",
    label: str = "",
    disabled_reason: str = "",
) -> dict[str, str]:
    """A submit button of the form around it, or of the form whose id is `form`."""
    kind = known_kind(kind, BUTTON_KINDS)
    shown = {"text": text, "kind": kind, "label": label, "disabled_reason": disabled_reason}
    return shown | {"name": name, "value": value, "form": form, "formaction": formaction}


@register.inclusion_tag("components/field.html")
def field(field: BoundField, *, tiles: bool = False, filters: bool = False) -> dict[str, Any]:
    """Label, hint, control and errors, tied together; `tiles` draws radio choices as cards.

    A field that `filters` a list does not say that it is optional: none of them is needed.

    Django itself puts `aria-invalid` and, from the hint's and the errors' ids, `aria-describedby`
    on the control.
    """
    return {
        "field": field,
        "control": field.as_widget(),
        "layout": fields.layout(field),
        "optional": fields.optional(field) and not filters,
        "tiles": tiles,
        "described_by": field.aria_describedby,
    }


@register.inclusion_tag("components/password_field.html")
def password_field(field: BoundField, rules: Iterable[Any] = ()) -> dict[str, Any]:
    """A password with a Show button and, if given, the account's rules as a list.

    A rule is a sentence, or has `text` and may have `test` (length, upper, lower, digit or
    symbol), `least` (how many, 1 by default) and `met` (what the server found).
    """
    rules = list(rules)
    described = [field.aria_describedby or "", f"{field.auto_id}_rules" if rules else ""]
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(filter(None, described))}
    control = field.as_widget(attrs=attrs if any(described) else None)
    return {"field": field, "control": control, "optional": fields.optional(field), "rules": rules}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong, on top of the form, with links to the fields; nothing when all is well."""
    problems = fields.problems(form) if form.is_bound else []
    single = problems[0]["text"] if len(problems) == 1 and not problems[0]["target"] else ""
    service_message = getattr(form, "service_message", "")
    return {"problems": problems, "single": single, "service_message": service_message}


# --- messages --------------------------------------------------------------------------------


def _shown(message: Message) -> dict[str, str]:
    kind = _MESSAGE_KINDS.get(message.level_tag, "info")
    return {"kind": kind, "text": message.message, "role": "alert" if kind == "err" else "status"}


@register.inclusion_tag("components/flash.html", takes_context=True)
def flash(context: Context) -> dict[str, Any]:
    """The messages of Django's framework, newest first; more than three fold away."""
    request = context.get("request")
    found = [_shown(message) for message in messages.get_messages(request)] if request else []
    found.reverse()
    return {"shown": found[:MESSAGES_SHOWN], "earlier": found[MESSAGES_SHOWN:]}


@register.simple_block_tag(takes_context=True)
def alert(
    context: Context, content: str, kind: str, title: str = "", *, live: bool = False
) -> SafeString:
    """A message in place; `live` for one that answers what the reader just did."""
    return render(context, "alert", content=content, kind=known_kind(kind), title=title, live=live)
