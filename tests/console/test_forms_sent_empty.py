"""Each form of the site map, sent empty: what is wrong stands at the field, above, and in the title
(console.md 6.1, A15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from lxml import html

from identity.models import Account, User
from tests import one_of_each
from tests.console.conftest import SignedIn
from tests.console.test_query_budget import named_pages

_TYPED = "//main//form[@method='post'][.//input[not(@type='hidden')] or .//textarea]"


def _parsed(answer: Any) -> Any:
    return html.document_fromstring(answer.content, html.HTMLParser(encoding="utf-8"))


def _forms(browser: Client, account: Account) -> Iterator[tuple[str, dict[str, str]]]:
    """Address and hidden fields of each form that something is typed into."""
    for _name, address in named_pages(account):
        answer = browser.get(address)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        for form in _parsed(answer).xpath(_TYPED):
            hidden = form.xpath(".//input[@type='hidden']")
            yield (
                form.get("action") or address,
                {one.get("name"): one.get("value", "") for one in hidden},
            )


def _faults(answer: Any) -> Iterator[str]:
    document = _parsed(answer)
    if not document.xpath("//*[@data-errors]"):
        yield "no summary"
    if not document.findtext(".//title").startswith("Error: "):
        yield "the title does not say so"
    ids = set(document.xpath("//@id"))
    for target in document.xpath("//*[@data-errors]//a/@href"):
        if target.removeprefix("#") not in ids:
            yield f"{target} leads nowhere"
    for field in document.xpath("//*[@aria-invalid='true']"):
        told = field.xpath("ancestor-or-self::*/@aria-describedby")  # of radios, the fieldset
        if not any(one in ids for one in " ".join(told).split()):
            yield f"{field.get('name')} is not described"
    for secret in document.xpath("//input[@type='password'][@value!='']"):
        yield f"{secret.get('name')} comes back"


@pytest.mark.django_db
def test_a_form_that_is_sent_empty_says_what_is_missing(
    account: Account, ana: User, signed_in: SignedIn
) -> None:
    one_of_each.fill(account)
    browser = signed_in(ana)
    wrong, seen = {}, 0
    for address, hidden in list(_forms(browser, account)):
        answer = browser.post(address, hidden)
        assert answer.status_code < 500, address
        if answer.status_code == 422:
            seen += 1
            if found := list(_faults(answer)):
                wrong[address] = found
    assert seen > 50
    assert wrong == {}
