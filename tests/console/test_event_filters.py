"""The activity log by address and by read or write, and as a CSV file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from identity.models import Account, Event, User
from tests.console.conftest import SignedIn
from tests.console.pages import text
from tests.events import logged


@pytest.fixture
def browser(signed_in: SignedIn, ana: User, account: Account) -> Client:
    for number, name in enumerate(("GetUser", "CreateUser", "DeleteUser")):
        Event.objects.create(
            account=account,
            source="iam.amazonaws.com",
            name=name,
            user_name="ana",
            source_ip=f"203.0.113.{number % 2}",
            read_only=number == 0,
            error_code="AccessDenied" if number == 2 else "",
        )
    return signed_in(ana)


def names(answer: Any) -> list[str]:
    return sorted(event.name for event in answer.context["page"].rows)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"address": "203.0.113.0"}, ["DeleteUser", "GetUser"]),
        ({"address": "203.0.113.1"}, ["CreateUser"]),
        ({"address": "203.0.113"}, []),
        ({"access": "read"}, ["GetUser"]),
        ({"access": "write"}, ["CreateUser", "DeleteUser"]),
        ({"access": "write", "errors_only": "on"}, ["DeleteUser"]),
        ({"period": "month"}, ["CreateUser", "DeleteUser", "GetUser"]),
    ],
)
def test_events_are_found_by_address_and_by_what_they_did(
    browser: Client, asked: dict[str, str], found: list[str]
) -> None:
    assert names(browser.get("/activity", asked)) == found


def test_an_event_leads_to_more_from_its_address(browser: Client) -> None:
    event = logged().get(name="CreateUser")
    page = browser.get(f"/activity/{event.id}")
    assert "More from this address" in text(page)
    assert "?address=203.0.113.1" in page.content.decode()


def test_the_file_holds_what_the_filter_finds_as_csv(browser: Client) -> None:
    answer: Any = browser.get("/activity/download?address=203.0.113.1&as=csv")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [(line["Event"], line["Who"], line["Read only"]) for line in lines] == [
        ("CreateUser", "ana", "false")
    ]
    assert lines[0]["Time"].endswith("Z")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bob", ["CreateUser", "TagUser"]),
        ("arn:aws:iam::123456789012:user/staff/bob", ["CreateUser", "TagUser"]),
        ("arn:aws:iam::123456789012:group/bob", []),
        ("arn:aws:iam::aws:policy/Edge", ["AttachUserPolicy"]),
        ("bo", []),
        ("userName", []),
        ('"', []),
    ],
)
def test_events_are_found_by_what_they_were_about(
    signed_in: SignedIn, account: Account, ana: User, asked: str, found: list[str]
) -> None:
    about = {
        "CreateUser": {"userName": "bob"},
        "TagUser": {"userName": "bob", "tags": []},
        "AttachUserPolicy": {"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/Edge"},
    }
    for name, parameters in about.items():
        Event.objects.create(
            account=account, source="iam.amazonaws.com", name=name, request_parameters=parameters
        )
    page = signed_in(ana).get("/activity", {"resource": asked})
    assert names(page) == sorted(found)
    if found == ["AttachUserPolicy"]:
        assert "Edge" in text(page).partition("Events")[2]


def test_the_zone_of_the_page_is_in_its_address(browser: Client) -> None:
    assert "UTC" in text(browser.get("/activity"))
    words = text(browser.get("/activity?zone=Asia/Tokyo"))
    assert "JST" in words
    assert "UTC Asia/Tokyo" in words
    assert "JST" not in text(browser.get("/activity?zone=Asia/Nowhere"))
    early = browser.get("/activity", {"zone": "Asia/Tokyo", "since": "2026-01-01T08:00"})
    assert early.context["form"].cleaned_data["since"].utcoffset() == timedelta(hours=9)
