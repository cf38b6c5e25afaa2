"""`manage.py sessions`: what it lists, ends and refuses."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone

from identity.models import Account, ConsoleSession, Role, TemporarySession, User
from tests.commands.test_commands import run
from tests.events import logged
from tests.factories import make_role


@pytest.fixture
def role(account: Account) -> Role:
    return make_role(account, "deploy")


@pytest.fixture(autouse=True)
def sessions(ana: User, root: User, cleo: User, role: Role) -> None:
    """One of each in the account, and one next door."""
    in_an_hour = timezone.now() + timedelta(hours=1)
    soon = {"expires_at": in_an_hour, "source_ip": "192.0.2.7"}
    create = TemporarySession.objects.create
    create(id="ASIAANA", user=ana, operation="GetSessionToken", **soon)
    create(id="ASIAROOT", user=root, operation="GetSessionToken", **soon)
    create(id="ASIAROLE", role=role, operation="AssumeRole", name="work", **soon)
    create(id="ASIACLEO", user=cleo, operation="GetSessionToken", **soon)
    ConsoleSession.objects.create(session_key="ab12", user=ana, expire_date=in_an_hour)


def left() -> set[str]:
    return {row.pk for model in (ConsoleSession, TemporarySession) for row in model.objects.all()}


def test_the_list_tells_whose_session_it_is_and_shows_no_secret(role: Role) -> None:
    lines = run("sessions", "list", "example").splitlines()
    assert [line.split()[0] for line in lines] == ["ab12", "ASIAROOT", "ASIAROLE", "ASIAANA"]
    assert lines[2].split()[1::3] == [
        "AssumeRole",
        f"arn:aws:sts::{role.account_id}:assumed-role/deploy/work",
    ]


def test_json_has_exactly_the_documented_members(ana: User) -> None:
    shown = json.loads(run("sessions", "list", "example", "--user", "ANA", "--format", "json"))
    members = {"SessionId", "Kind", "Principal", "IssuedAt", "ExpiresAt", "SourceIp"}
    assert [set(one) for one in shown] == [members, members]
    assert {one["Principal"] for one in shown} == {ana.arn}


@pytest.mark.parametrize(
    ("which", "ended"),
    [
        (["--user", "ana"], {"ab12", "ASIAANA"}),
        (["--user", "root"], {"ASIAROOT"}),
        (["--role", "deploy"], {"ASIAROLE"}),
        (["--id", "ab12"], {"ab12"}),
        (["--id", "ASIAROLE"], {"ASIAROLE"}),
        (["--all"], {"ab12", "ASIAANA", "ASIAROOT", "ASIAROLE"}),
    ],
)
def test_what_is_named_ends_and_nothing_else(which: list[str], ended: set[str]) -> None:
    before = left()
    assert run("sessions", "end", "example", *which) == f"sessions ended: {len(ended)}\n"
    assert before - left() == ended
    assert logged().filter(name="EndSession").count() == len(ended)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["nowhere", "--all"], "no account `nowhere`"),
        (["example", "--user", "nobody"], "no such user or role: `nobody`"),
        (["example", "--user", ""], "no such user or role: ``"),
        (["example", "--role", "ana"], "no such user or role: `ana`"),
        (["example", "--id", "ASIACLEO"], "no live session `ASIACLEO`"),
        (["example", "--id", ""], "no live session ``"),
        (["example"], "one of the arguments"),
    ],
)
def test_what_is_not_there_ends_nothing(arguments: list[str], why: str) -> None:
    before = left()
    with pytest.raises(CommandError, match=why):
        run("sessions", "end", *arguments)
    assert left() == before
