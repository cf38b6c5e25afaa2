"""The one door: what is refused, what is recorded, and what happens when a part of it breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from identity import authorization, journal, outbox
from identity.callers import Caller
from identity.calls import Call
from identity.errors import (
    AccessDenied,
    ActionNotAnswered,
    ConcurrentModification,
    EntityAlreadyExists,
    InternalFailure,
    ServiceUnavailable,
    ValidationError,
)
from identity.gateway import Client, perform
from identity.models import Event, User
from identity.operations import registry
from tests.events import logged


def call(user: User, action: str, **params: Any) -> Call:
    return Call(Caller(user), "iam", action, params)


def events() -> list[Event]:
    journal.drain()
    return list(logged().order_by("time"))


def break_operation(monkeypatch: pytest.MonkeyPatch, name: str, problem: Exception) -> None:
    def broken(*_: Any) -> None:
        raise problem

    operation = registry.TABLE["iam", name]
    changed = {
        field: getattr(operation, field) for field in registry.Operation.__dataclass_fields__
    }
    monkeypatch.setitem(
        registry.TABLE, ("iam", name), registry.Operation(**{**changed, "function": broken})
    )


def test_a_change_and_its_event_commit_together(ana: User) -> None:
    perform(call(ana, "CreateUser", UserName="li", Path="/staff/"))
    (event,) = logged()
    assert (event.name, event.source, event.read_only) == ("CreateUser", "iam.amazonaws.com", False)
    assert event.request_parameters == {"userName": "li", "path": "/staff/"}
    assert event.response_elements is not None
    assert event.response_elements["user"]["userName"] == "li"
    assert event.user_identity["arn"] == ana.arn


def test_a_change_that_fails_leaves_a_refusal_and_nothing_else(ana: User) -> None:
    with pytest.raises(EntityAlreadyExists):
        perform(call(ana, "CreateUser", UserName="ANA"))
    (event,) = events()
    assert event.error_code == "EntityAlreadyExists"
    assert not User.objects.filter(name="ANA").exists()


def test_when_the_event_cannot_be_written_the_change_is_undone(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_disk(*_: Any, **__: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(outbox, "add", no_disk)
    with pytest.raises(ServiceUnavailable):
        perform(call(ana, "CreateUser", UserName="li"))
    assert not User.objects.filter(name="li").exists()


def test_a_read_is_not_answered_when_its_event_cannot_be_kept(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_disk(_: Event) -> None:
        raise ServiceUnavailable("The audit log cannot be written.")

    monkeypatch.setattr(journal, "append", no_disk)
    with pytest.raises(ServiceUnavailable):
        perform(call(ana, "GetUser"))


def test_validation_comes_before_authorisation(ben: User) -> None:
    with pytest.raises(ValidationError):
        perform(call(ben, "CreateUser", UserName="no spaces"))


def test_authorisation_comes_before_the_rules_of_the_domain(ben: User) -> None:
    with pytest.raises(AccessDenied):
        perform(call(ben, "CreateUser", UserName="ben"))


def test_an_action_that_only_the_model_knows_says_so(ana: User) -> None:
    with pytest.raises(ActionNotAnswered, match="CreateDelegationRequest is known to IAM but"):
        perform(call(ana, "CreateDelegationRequest"))


def test_a_crash_in_an_operation_is_an_internal_failure_without_details(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_operation(monkeypatch, "GetUser", RuntimeError("the secret is 42"))
    with pytest.raises(InternalFailure) as refusal:
        perform(call(ana, "GetUser"))
    assert "42" not in refusal.value.message
    assert events()[0].error_code == "ServiceFailure"


def test_a_crash_in_the_policy_engine_refuses(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> None:
        raise RuntimeError("engine")

    monkeypatch.setattr(authorization, "decide", crash)
    with pytest.raises(InternalFailure):
        perform(call(ana, "CreateUser", UserName="li"))
    assert not User.objects.filter(name="li").exists()


def test_a_change_that_always_meets_another_gives_up_after_three_tries(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_operation(monkeypatch, "CreateUser", IntegrityError("unique"))
    with pytest.raises(ConcurrentModification):
        perform(call(ana, "CreateUser", UserName="li"))


def test_a_busy_database_is_service_unavailable(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    break_operation(monkeypatch, "CreateUser", OperationalError("database is locked"))
    with pytest.raises(ServiceUnavailable):
        perform(call(ana, "CreateUser", UserName="li"))


def test_the_client_of_the_console_speaks_boto3s_verbs(ana: User) -> None:
    client = Client(Caller(ana), call(ana, "GetUser").facts, "iam")
    assert client.get_user(UserName="ana")["User"]["Arn"] == ana.arn
    with pytest.raises(AttributeError, match="no verb `make_user`"):
        client.make_user()


def test_a_refusal_is_recorded_with_what_the_client_was_told(ben: User) -> None:
    with pytest.raises(AccessDenied) as refusal:
        perform(call(ben, "ListUsers"))
    (event,) = events()
    assert event.error_message == refusal.value.message
    assert event.user_name == "ben"
