"""Inline policies of groups and roles: as those of users, with sizes of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from identity.models import GroupPolicy, RolePolicy, User
from tests.factories import make_group, make_role
from tests.identity.operations.test_inline_policies import of_size, policy
from tests.refusals import refused

SIZES = {"group": 5120, "role": 10_240}


class Verbs:
    """The four verbs of one kind of holder, which is called `dev`."""

    def __init__(self, client: Any, kind: str, name: str = "dev") -> None:
        self._client, self.kind = client, kind
        self._holder = {f"{kind.title()}Name": name}

    def put(self, name: str, document: str) -> None:
        self._call("put_{}_policy", PolicyName=name, PolicyDocument=document)

    def get(self, name: str) -> Any:
        return self._call("get_{}_policy", PolicyName=name)

    def delete(self, name: str) -> None:
        self._call("delete_{}_policy", PolicyName=name)

    def listed(self) -> list[str]:
        found: list[str] = self._call("list_{}_policies")["PolicyNames"]
        return found

    def _call(self, verb: str, **more: Any) -> Any:
        return getattr(self._client, verb.format(self.kind))(**self._holder, **more)


@pytest.fixture(params=["group", "role"])
def on(request: pytest.FixtureRequest, iam: Any, ana: User) -> Verbs:
    (make_group if request.param == "group" else make_role)(ana.account, "dev")
    return Verbs(iam(ana), request.param)


def test_a_policy_is_answered_as_it_was_written(on: Verbs) -> None:
    document = json.dumps(json.loads(policy("arn:aws:s3:::ünïcode/* ~ %41+b")), indent=3)
    on.put("Own", document)
    on.put("OWN", document)
    found = on.get("own")
    assert (found[f"{on.kind.title()}Name"], found["PolicyName"]) == ("dev", "Own")
    assert found["PolicyDocument"] == json.loads(document)  # botocore decodes
    assert on.listed() == ["Own"]
    on.delete("oWn")
    assert on.listed() == []


def test_all_policies_of_a_holder_share_their_size(on: Verbs) -> None:
    most = SIZES[on.kind]
    too_big = f"Maximum policy size of {most} bytes exceeded for {on.kind} dev"
    with refused("LimitExceeded", too_big, 409):
        on.put("a", of_size(most + 1))
    on.put("a", of_size(most - 1000))
    on.put("b", of_size(1000))
    with refused("LimitExceeded", too_big, 409):
        on.put("c", of_size(100))
    on.put("A", of_size(most - 1000))


@pytest.mark.parametrize("document", ["{}", "nonsense", policy("user/ben"), policy(action="Get")])
def test_documents_that_are_not_fully_understood_are_refused(on: Verbs, document: str) -> None:
    with refused("MalformedPolicyDocument", status=400):
        on.put("p", document)
    assert on.listed() == []


def test_a_policy_that_is_not_there_cannot_be_found(on: Verbs) -> None:
    missing = f"The {on.kind} policy with name absent cannot be found."
    for verb in (on.get, on.delete):
        with refused("NoSuchEntity", missing, 404):
            verb("absent")


@pytest.mark.parametrize("name", ["absent", "theirs"])
def test_a_holder_that_is_not_there_cannot_be_found(
    on: Verbs, iam: Any, ana: User, cleo: User, name: str
) -> None:
    make_group(cleo.account, "theirs")
    make_role(cleo.account, "theirs", allow=["s3:*"])
    other = Verbs(iam(ana), on.kind, name)
    missing = f"The {on.kind} with name {name} cannot be found."
    calls = (
        lambda: other.put("test", policy()),
        lambda: other.get("test"),
        lambda: other.delete("test"),
        other.listed,
    )
    for call in calls:
        with refused("NoSuchEntity", missing, 404):
            call()
    assert RolePolicy.objects.filter(role__account=cleo.account).count() == 1
    assert not GroupPolicy.objects.exists()


def test_a_groups_policy_grants_to_its_members_at_once(iam: Any, ana: User, ben: User) -> None:
    make_group(ana.account, "dev", ben)
    on, client = Verbs(iam(ana), "group"), iam(ben)
    on.put("p", policy())
    client.get_user()
    on.delete("p")
    with refused("AccessDenied", status=403):
        client.get_user()


def test_only_its_service_changes_a_service_linked_role(iam: Any, ana: User) -> None:
    make_role(ana.account, "ItsRole", path="/aws-service-role/its.amazonaws.com/", allow=["s3:*"])
    own = Verbs(iam(ana), "role", "ItsRole")
    with refused("UnmodifiableEntity", status=400):
        own.put("p", policy())
    with refused("UnmodifiableEntity", status=400):
        own.delete("test")
    assert own.listed() == ["test"]
