"""Which policies a simulation leaves out or replaces: boundaries and PolicyExclusionList."""

from __future__ import annotations

import json
from typing import Any

import pytest

from identity.models import Account, User
from tests.factories import (
    attach,
    make_document,
    make_group,
    make_managed_policy,
    make_policy,
)
from tests.identity.operations.simulating import (
    ALLOW_ALL,
    DENY_ALL,
    boundary_of,
    sources,
)
from tests.refusals import refused


def test_the_attached_boundary_counts_unless_another_is_passed_in(
    simulate: Any, account: Account, ben: User
) -> None:
    make_policy(ben, "own", [ALLOW_ALL])
    assert boundary_of(simulate(source=ben)) is None
    ben.boundary = make_managed_policy(account, "limit", [DENY_ALL])
    ben.save()
    attached = simulate(source=ben)
    assert (attached["EvalDecision"], boundary_of(attached)) == ("explicitDeny", False)
    assert sources(attached) == [("limit", "Permissions Boundary Policy")]
    passed = simulate(source=ben, PermissionsBoundaryPolicyInputList=[make_document([ALLOW_ALL])])
    assert (passed["EvalDecision"], boundary_of(passed)) == ("allowed", True)
    denying = simulate(source=ben, PermissionsBoundaryPolicyInputList=[make_document([DENY_ALL])])
    assert sources(denying) == [
        ("PermissionsBoundaryPolicyInputList.1", "Permissions Boundary Policy")
    ]


def test_there_is_one_boundary_at_most(simulate: Any) -> None:
    with refused("InvalidInput"):
        simulate(ALLOW_ALL, PermissionsBoundaryPolicyInputList=[make_document([ALLOW_ALL])] * 2)


@pytest.fixture
def holder(account: Account, ben: User) -> User:
    """Ben with a policy of each kind, all of which allow everything, and such a boundary."""
    group = make_group(account, "staff", ben)
    make_policy(ben, "own", [ALLOW_ALL])
    make_policy(group, "shared", [ALLOW_ALL])
    attach(ben, make_managed_policy(account, "TeamRead", [ALLOW_ALL], path="/team/"))
    attach(group, make_managed_policy(None, "Shipped", [ALLOW_ALL]))
    ben.boundary = make_managed_policy(account, "limit", [ALLOW_ALL])
    ben.save()
    return ben


def inline(kind: str, holder: str, name: str) -> dict[str, Any]:
    identifier = {"PolicyName": name, "AttachmentType": kind, "AttachmentName": holder}
    return {"InlinePolicyIdentifier": identifier}


@pytest.mark.parametrize(
    ("identifier", "gone"),
    [
        ({"PolicyType": "inline"}, {"user_ben_own", "group_staff_shared"}),
        ({"PolicyType": "aws-managed"}, {"Shipped"}),
        ({"PolicyType": "user-managed"}, {"TeamRead"}),
        ({"PolicyType": "scp"}, set()),
        ({"PolicyType": "rcp"}, set()),
        ({"PolicyArn": "arn:aws:iam::aws:policy/Shipped"}, {"Shipped"}),
        ({"PolicyArn": "arn:aws:iam::aws:policy/Sh?pp*"}, {"Shipped"}),
        ({"PolicyArn": "arn:aws:iam::ACCOUNT:policy/team/TeamRead"}, {"TeamRead"}),
        ({"PolicyArn": "arn:aws:iam::ACCOUNT:policy/TeamRead"}, {"TeamRead"}),
        ({"PolicyArn": "arn:aws:iam::ACCOUNT:policy/nothing"}, set()),
        (inline("user", "ben", "own"), {"user_ben_own"}),
        (inline("group", "staff", "shared"), {"group_staff_shared"}),
        (inline("role", "ben", "own"), set()),
        (inline("user", "ben", "shared"), set()),
    ],
)
def test_policies_are_excluded_by_type_by_arn_or_by_name(
    simulate: Any, holder: User, identifier: dict[str, Any], gone: set[str]
) -> None:
    identifier = json.loads(json.dumps(identifier).replace("ACCOUNT", holder.account_id))
    every = {"user_ben_own", "group_staff_shared", "TeamRead", "Shipped", "PolicyInputList.1"}
    result = simulate(ALLOW_ALL, source=holder, PolicyExclusionList=[identifier])
    assert {name for name, _ in sources(result)} == every - gone
    assert boundary_of(result) is True


def test_a_boundary_is_excluded_by_its_type_and_not_by_its_arn(simulate: Any, holder: User) -> None:
    assert holder.boundary is not None
    by_arn = simulate(source=holder, PolicyExclusionList=[{"PolicyArn": holder.boundary.arn}])
    assert boundary_of(by_arn) is True
    by_type = [{"PolicyType": "permission-boundary"}]
    assert boundary_of(simulate(source=holder, PolicyExclusionList=by_type)) is None


@pytest.mark.parametrize(
    "identifier",
    [
        {"PolicyArn": "arn:aws:iam::aws:policy/a*b*"},
        {"PolicyArn": "arn:aws:iam::aws:policy/te*m/Read"},
        {"PolicyArn": "arn:aws:iam::*:policy/Read"},
        {"PolicyArn": "arn:aws:iam::111122223333:user/ben"},
        {"PolicyArn": "arn:aws:iam::aws:policy/Shipped", "PolicyType": "inline"},
    ],
)
def test_an_identifier_that_cannot_be_read_is_refused(
    simulate: Any, holder: User, identifier: dict[str, Any]
) -> None:
    with refused("InvalidInput", status=400):
        simulate(source=holder, PolicyExclusionList=[identifier])
