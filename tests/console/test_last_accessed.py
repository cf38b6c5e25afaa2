"""The tab that says which services a user, group or role may use and when each was last used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity.models import Account, LastAccess, Role, User
from tests.console.conftest import SignedIn
from tests.console.pages import text
from tests.factories import (
    ADMINISTRATOR,
    attach,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)

URL = "/iam/users/li/last-accessed"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def li(account: Account) -> User:
    """Reads users by an own policy and S3 by that of a group."""
    user = make_user(account, "li", allow=["iam:GetUser", "iam:ListUsers"])
    readers = make_group(account, "readers", user)
    attach(readers, make_managed_policy(account, "Buckets", allowing("s3:*")))
    return user


def allowing(*actions: str) -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]


def tried(who: User | Role, service: str, action: str, days_ago: int = 0) -> None:
    LastAccess.objects.create(
        account=who.account,
        principal=who.unique_id,
        service=service,
        action=action,
        region="us-east-1",
        time=timezone.now() - timedelta(days=days_ago, minutes=1),
    )


def prefixes(answer: Any) -> list[str]:
    return [row.prefix for row in answer.context["rows"]]


def test_services_stand_with_their_policies_and_their_last_use_used_ones_first(
    browser: Client, li: User
) -> None:
    tried(li, "s3", "GetObject", days_ago=3)
    answer = browser.get(URL)
    assert prefixes(answer) == ["s3", "iam"]
    used, unused = answer.context["rows"]
    assert [policy.name for policy in used.policies] == ["Buckets"]
    assert [(policy.name, policy.source) for policy in unused.policies] == [("test", "User li")]
    words = text(answer)
    assert "3 days ago" in words
    assert "Not in 400 days" in words


def test_opened_a_service_says_which_actions_were_used_and_which_never(
    browser: Client, li: User
) -> None:
    tried(li, "iam", "GetUser", days_ago=2)
    assert "1 of 2" in text(browser.get(URL))
    words = text(browser.get(URL, {"open": "iam"}))
    assert "GetUser 2 days ago" in words
    assert "1 action never used ListUsers" in words


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"unused": "30"}, ["s3"]),
        ({"unused": "90"}, []),
        ({"unused": "rubbish"}, ["iam", "s3"]),
        ({"q": "S3"}, ["s3"]),
        ({"q": "identity and"}, ["iam"]),
        ({"q": "zzz"}, []),
    ],
)
def test_services_are_narrowed_by_name_and_by_how_long_they_were_not_used(
    browser: Client, li: User, asked: dict[str, str], found: list[str]
) -> None:
    tried(li, "s3", "GetObject", days_ago=40)
    tried(li, "iam", "GetUser")
    assert prefixes(browser.get(URL, asked)) == found


def test_of_a_group_the_member_who_was_last_is_named(
    browser: Client, li: User, account: Account
) -> None:
    tried(li, "s3", "GetObject", days_ago=1)
    words = text(browser.get("/iam/groups/readers/last-accessed"))
    assert "s3" in words
    assert "li" in words.split("1 day ago")[1]
    assert "Create a smaller policy" not in words


def test_a_roles_sessions_count_for_the_role(browser: Client, account: Account) -> None:
    tried(make_role(account, "deploy", allow=["iam:GetUser"]), "iam", "GetUser")
    answer = browser.get("/iam/roles/deploy/last-accessed")
    assert "1 of 1" in text(answer)
    assert "from=role%3Adeploy" in answer.content.decode()


def test_an_administrators_services_come_in_pages_there_and_back(
    browser: Client, account: Account
) -> None:
    make_user(account, "boss", allow=ADMINISTRATOR)
    first = browser.get("/iam/users/boss/last-accessed?size=50")
    assert len(first.context["rows"]) == 50
    second = browser.get(first.wsgi_request.path + first.context["page"].next_url)
    back = browser.get(second.wsgi_request.path + second.context["page"].previous_url)
    assert prefixes(back) == prefixes(first)
    assert not set(prefixes(second)) & set(prefixes(first))
    assert prefixes(browser.get("/iam/users/boss/last-accessed?size=50&after=gone")) == prefixes(
        first
    )


def test_the_file_has_a_line_a_service_and_keeps_formulas_from_spreadsheets(
    browser: Client, li: User
) -> None:
    tried(li, "s3", "GetObject")
    exact = browser.get(f"{URL}/csv").content.decode()
    assert exact.splitlines()[0] == "Service,Name,Policies,Last used,Used by,Region"
    assert exact.splitlines()[1].startswith("s3,s3,Buckets,20")
    make_policy(li, "=cmd", allowing("sts:AssumeRole"))
    safe = browser.get(f"{URL}/csv?q=sts&for=spreadsheets").content.decode()
    assert "'=cmd" in safe
    assert ",=cmd" in browser.get(f"{URL}/csv?q=sts").content.decode()


def test_who_may_not_ask_reads_which_right_is_missing(
    signed_in: SignedIn, account: Account, li: User
) -> None:
    reader = signed_in(make_user(account, "reader", allow=["iam:GetUser"]))
    assert "Needs iam:GenerateServiceLastAccessedDetails" in text(reader.get(URL))
    assert "Needs iam:GenerateServiceLastAccessedDetails" in text(reader.get(f"{URL}/csv"))
    asker = make_user(
        account, "asker", allow=["iam:GetUser", "iam:GenerateServiceLastAccessedDetails"]
    )
    words = text(signed_in(asker).get(URL))
    assert "Needs iam:ListPoliciesGrantingServiceAccess" in words
    assert "s3" in words


def test_the_tab_costs_as_much_for_all_services_as_for_two(
    browser: Client, account: Account, li: User
) -> None:
    make_user(account, "boss", allow=ADMINISTRATOR)

    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"/iam/users/{name}/last-accessed?size=100").status_code == 200
        return len(captured)

    assert queries("boss") <= queries("li") + 1
