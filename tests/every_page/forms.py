"""Every form that something is typed into, sent with nothing and with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.every_page.walk import Shown, kept, passing

_TYPED = "//main//form[@method='post'][.//input[not(@type='hidden')] or .//textarea]"
_FIELDS = ".//input[@name and not(@disabled)] | .//textarea[@name] | .//select[@name]"
_REFUSABLE = ".//textarea | .//select | .//input[not(@type) or @type='text' or @type='file']"
_SECRETS = ("private_key",)  # of a provider; passwords have a type of their own
_LONG = "wrong \N{GREEK SMALL LETTER OMEGA} <b> " * 60
_WRONG = {"email": "nobody@", "number": "-7", "date": "yesterday", "url": "nowhere"}


@dataclass(frozen=True)
class Sent:
    """What was typed into a form (choices, tokens and files aside), and the answer."""

    kind: str
    at: str
    can_be_wrong: bool
    typed: dict[str, str]
    status: int
    answer: Shown | None

    @property
    def told(self) -> str:
        return f"{self.kind} {self.at}"


def send_all(browser: Client, pages: Iterable[Shown]) -> list[Sent]:
    """Each form of the pages, twice; what one changes is taken back before the next."""
    return [
        sent
        for page in pages
        for form in page.document.xpath(_TYPED)
        for sent in _both(browser, page, form)
    ]


def _both(browser: Client, page: Shown, form: Any) -> Iterator[Sent]:
    address, hidden = form.get("action") or page.address, _hidden(form)
    for kind, fields in (("empty", {}), ("wrong", _wrong(form))):
        with passing():
            answer = browser.post(address, {**hidden, **_button(form), **fields})
            typed = {name: one for name, one in fields.items() if _is_kept(form, name)}
            shown = kept(answer, f"error {kind}", address)
            yield Sent(
                kind, address, bool(form.xpath(_REFUSABLE)), typed, answer.status_code, shown
            )


def _hidden(form: Any) -> dict[str, str]:
    found = form.xpath(".//input[@type='hidden']")
    return {one.get("name"): one.get("value", "") for one in found}


def _button(form: Any) -> dict[str, str]:
    """The one that sends the form for good, where it has a name."""
    named = form.xpath(".//button[@name!='check' and contains(@class, 'btn-primary')]")
    return {named[0].get("name"): named[0].get("value", "")} if named else {}


def _wrong(form: Any) -> dict[str, Any]:
    """By name: too long, of the wrong pattern, none of the choices."""
    fields = [one for one in form.xpath(_FIELDS) if one.get("type") != "hidden"]
    return {one.get("name"): _wrong_for(one) for one in fields if one.get("readonly") is None}


def _wrong_for(field: Any) -> Any:
    kind = field.get("type", "text") if field.tag == "input" else field.tag
    if kind == "file":
        return SimpleUploadedFile("wrong.bin", b"\0\xff wrong")
    if kind == "radio":
        return field.get("value")  # the last one counts: what has more fields to fill in
    if kind in ("select", "checkbox"):
        return "wrong"
    return _WRONG.get(kind, _LONG.strip())


def _is_kept(form: Any, name: str) -> bool:
    """Whether what stood in the field is to be there again."""
    field = form.xpath(f".//*[@name='{name}']")[0]
    if name in _SECRETS or field.tag == "select":
        return False
    return field.tag == "textarea" or field.get("type", "text") in ("text", "email", "number")


def faults(sent: Sent) -> Iterator[str]:
    """What section 6.1, A15, of the console's design asks of the answer."""
    assert sent.answer is not None
    document = sent.answer.document
    if not document.xpath("//*[@data-errors]"):
        yield "no summary"
    if not sent.answer.title.startswith("Error: "):
        yield "the title does not say so"
    yield from _links(document)
    yield from _descriptions(document)
    for secret in document.xpath("//input[@type='password'][@value!='']"):
        yield f"{secret.get('name')} comes back"
    yield from _lost(document, sent.typed)


def _links(document: Any) -> Iterator[str]:
    ids, links = set(document.xpath("//@id")), document.xpath("//*[@data-errors]//a/@href")
    yield from (f"{one} leads nowhere" for one in links if one.removeprefix("#") not in ids)
    if links and not document.xpath("//*[@aria-invalid='true']"):
        yield "no field is marked"


def _descriptions(document: Any) -> Iterator[str]:
    ids = set(document.xpath("//@id"))
    for field in document.xpath("//*[@aria-invalid='true']"):
        told = field.xpath("ancestor-or-self::*/@aria-describedby")  # of radios, the fieldset
        if not any(one in ids for one in " ".join(told).split()):
            yield f"{field.get('name')} is not described"


def _lost(document: Any, typed: dict[str, str]) -> Iterator[str]:
    for name, value in typed.items():
        fields = document.xpath(f"//main//*[@name='{name}']")
        back = [one.get("value") if one.tag == "input" else one.text_content() for one in fields]
        if value.strip() not in [(one or "").strip() for one in back]:
            yield f"what was typed into {name} is lost"
