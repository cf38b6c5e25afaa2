"""Calls without a signature: only where the service model leaves it out, validated all the same."""

from __future__ import annotations

import pytest
from django.test import Client

from identity import unsigned
from identity.errors import ActionNotAnswered, InternalFailure, ValidationError
from identity.unsigned import Unsigned

WEB = ("sts", "AssumeRoleWithWebIdentity")
PARAMS = {
    "RoleArn": "arn:aws:iam::123456789012:role/ops",
    "RoleSessionName": "li",
    "WebIdentityToken": "a.b.c",
}


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[Unsigned]:
    calls: list[Unsigned] = []

    def answer(call: Unsigned) -> unsigned.Result:
        calls.append(call)
        return {"SubjectFromWebIdentityToken": "li"}

    monkeypatch.setitem(unsigned.TABLE, WEB, answer)
    return calls


def test_an_unsigned_call_is_answered_at_the_endpoint(
    client: Client, answered: list[Unsigned]
) -> None:
    fields = {"Action": WEB[1], "Version": "2011-06-15", **PARAMS}
    response = client.post("/", "&".join(f"{k}={v}" for k, v in fields.items()), FORM)
    assert response.status_code == 200, response.content
    assert b"<SubjectFromWebIdentityToken>li<" in response.content
    assert answered[0].params == PARAMS


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "params", [{}, {**PARAMS, "RoleSessionName": "x"}, {**PARAMS, "DurationSeconds": 1}], ids=str
)
def test_parameters_are_validated_first(
    answered: list[Unsigned], params: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        unsigned.perform(Unsigned(*WEB, params))
    assert answered == []


def test_what_breaks_inside_is_our_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(unsigned.TABLE, WEB, lambda call: {"SourceIdentity": 1 // 0})
    with pytest.raises(InternalFailure):
        unsigned.perform(Unsigned(*WEB, PARAMS))


def test_an_action_that_nobody_answers_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(unsigned.TABLE, WEB, raising=False)
    with pytest.raises(ActionNotAnswered):
        unsigned.perform(Unsigned(*WEB, PARAMS))


@pytest.mark.parametrize("name", ["AssumeRole", "GetCallerIdentity"])
def test_a_signed_action_cannot_become_an_unsigned_one(name: str) -> None:
    with pytest.raises(ValueError, match="is signed"):
        unsigned.operation("sts", name)


@pytest.mark.django_db
def test_a_signed_action_still_wants_its_signature(client: Client) -> None:
    response = client.post("/", "Action=GetCallerIdentity&Version=2011-06-15", FORM)
    assert response.status_code == 403
