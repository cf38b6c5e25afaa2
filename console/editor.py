"""The policy editor's tabs: one draft as JSON, as cards, or begun from an example.

A press on a tab or a card's button sends the whole form, so that nothing typed is lost without
scripts; what the cards say goes into the text at every press.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from console import json_format, policy_examples, policy_summary, statements
from console.forms.statements import StatementForm
from console.policy_examples import Example
from console.statements import Shown
from identity.catalogue import catalogue
from identity.errors import MalformedPolicyDocument
from identity.policy import parse
from identity.policy.operators import OPERATORS

JSON, VISUAL, EXAMPLES = "json", "visual", "examples"
TABS: dict[str, Promise] = {
    JSON: gettext_lazy("JSON"),
    VISUAL: gettext_lazy("Visual"),
    EXAMPLES: gettext_lazy("Examples"),
}
MOVES = ("tab", "card", "example", "format")
"""The names of buttons that change what the editor shows, and save nothing."""

_SESSION_KEY = "editor_tab"


@dataclass(frozen=True, slots=True)
class Editor:
    """What the page shows of the draft; `cards` is None for a text that has no statements."""

    tab: str
    cards: list[tuple[Shown, StatementForm | None]] | None
    summary: policy_summary.Shown | None

    @property
    def tabs(self) -> Iterable[tuple[str, Promise]]:
        return TABS.items()

    @property
    def examples(self) -> Sequence[Example]:
        return policy_examples.EXAMPLES

    @property
    def services(self) -> list[tuple[str, str]]:
        """What may be typed as a service, with its name."""
        return sorted((one.prefix, one.name) for one in catalogue().services.values())

    @property
    def operators(self) -> Iterable[str]:
        return OPERATORS

    @property
    def condition_keys(self) -> list[str]:
        return sorted(key.name for key in catalogue().global_keys.values())


def posted(request: HttpRequest) -> QueryDict:
    """What was sent, with the text as the cards, the buttons of the cards or an example made it."""
    given = request.POST.copy()
    text = str(given.get("document", "")).replace("\r\n", "\n")
    if "cards" in given:
        text = _with_cards(text, given)
    if example := policy_examples.named(given.get("example", "")):
        text = example.document
    pressed = str(given.get("card", ""))
    if pressed == "add":
        text = statements.added(text)
    elif pressed.isascii() and pressed.isdecimal() and len(pressed) < 4:
        text = statements.removed(text, int(pressed))
    elif "format" in given:
        text = _formatted(text, given)
    if "document" in given:
        given["document"] = text
    return given


def _formatted(text: str, given: QueryDict) -> str:
    """Indented; of what is no JSON the check says where it is broken."""
    try:
        return json_format.indented(text)
    except ValueError:
        given["check"] = "1"
        return text


def _with_cards(text: str, given: QueryDict) -> str:
    """From the last to the first, so that the places of those before stay the same."""
    for shown in reversed(statements.read(text) or []):
        if shown.card is None:
            continue
        form = StatementForm(given, number=shown.number, card=shown.card)
        if f"s{shown.number}-effect" in given and form.is_valid() and form.has_changed():
            text = statements.replaced(text, shown.number, form.card())
    return text


def shown(request: HttpRequest, form: BaseForm) -> Editor:
    """The editor for the text that stands in the form now, on the tab that was chosen."""
    tab = _tab(request)
    text = str(form["document"].value() or "").replace("\r\n", "\n")
    found = statements.read(text) if tab == VISUAL else None
    cards = None if found is None else [(one, _form(one)) for one in found]
    return Editor(tab, cards, _summary(text))


def _form(one: Shown) -> StatementForm | None:
    return StatementForm(number=one.number, card=one.card) if one.card else None


def _tab(request: HttpRequest) -> str:
    """The tab that was pressed, or was open; else the one that the reader chose last."""
    if "example" in request.POST:
        return JSON
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.get("tab") or given.get("tab_now") or request.session.get(_SESSION_KEY)
    if chosen not in TABS:
        return JSON
    if "tab" in given and chosen != EXAMPLES:
        request.session[_SESSION_KEY] = chosen
    return str(chosen)


def _summary(text: str) -> policy_summary.Shown | None:
    try:
        parse(text)
    except MalformedPolicyDocument:
        return None
    return policy_summary.shown(text)
