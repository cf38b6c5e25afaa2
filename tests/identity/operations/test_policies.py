"""CreatePolicy, GetPolicy, ListPolicies, DeletePolicy."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity import quotas
from identity.models import Account, ManagedPolicy, PolicyVersion, User
from tests.factories import attach, make_document, make_managed_policy, make_role, make_user
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]
DOCUMENT = make_document(READ)
NOT_FOUND = "Policy {} was not found."


def arn_of(account: Account | str, name: str) -> str:
    owner = account if isinstance(account, str) else account.id
    return f"arn:aws:iam::{owner}:policy/{name}"


def of_size(size: int) -> str:
    """A document of exactly so many characters, none of them white space."""

    def document(resource: str) -> str:
        statement = {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{resource}"}
        text = make_document([statement])
        return json.dumps(json.loads(text), separators=(",", ":"))

    return document("a" * (size - len(document(""))))


# --- CreatePolicy -----------------------------------------------------------------------------


def test_a_new_policy_is_answered_in_full(iam: Any, ana: User) -> None:
    made = iam(ana).create_policy(
        PolicyName="Readers", Path="/team/", PolicyDocument=DOCUMENT, Description="May read."
    )["Policy"]
    assert made["Arn"] == arn_of(ana.account, "team/Readers")
    assert re.fullmatch(r"ANPA[A-Z2-7]{17}", made["PolicyId"])
    assert (made["PolicyName"], made["Path"]) == ("Readers", "/team/")
    assert (made["DefaultVersionId"], made["IsAttachable"]) == ("v1", True)
    assert (made["AttachmentCount"], made["PermissionsBoundaryUsageCount"]) == (0, 0)
    assert made["Description"] == "May read."
    assert datetime.now(UTC) - made["CreateDate"] < timedelta(minutes=1)
    assert "Tags" not in made


@pytest.mark.parametrize("name", ["readers", "READERS", "rEaDeRs"])
def test_a_name_is_taken_whatever_its_case_and_path(iam: Any, ana: User, name: str) -> None:
    client = iam(ana)
    client.create_policy(PolicyName="Readers", PolicyDocument=DOCUMENT)
    taken = f"A policy called {name} already exists. Duplicate names are not allowed."
    with refused("EntityAlreadyExists", taken, 409):
        client.create_policy(PolicyName=name, Path="/elsewhere/", PolicyDocument=DOCUMENT)


def test_a_policy_may_be_called_as_a_shipped_one_is(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.create_policy(PolicyName="AdministratorAccess", PolicyDocument=DOCUMENT)
    listed = client.list_policies(MaxItems=1000)["Policies"]
    same = [one["Arn"] for one in listed if one["PolicyName"] == "AdministratorAccess"]
    assert sorted(same) == [arn_of(o, "AdministratorAccess") for o in (ana.account, "aws")]


def test_two_accounts_may_have_policies_of_one_name(iam: Any, ana: User, cleo: User) -> None:
    for user in (ana, cleo):
        iam(user).create_policy(PolicyName="Readers", PolicyDocument=DOCUMENT)
    assert ManagedPolicy.objects.named("readers").count() == 2


@pytest.mark.parametrize("name", ["", "a" * 129, "a b", "añe", "a/b", "a\n", "a*", "a:b"])
def test_names_outside_the_pattern_are_refused(iam: Any, ana: User, name: str) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_policy(PolicyName=name, PolicyDocument=DOCUMENT)


@pytest.mark.parametrize(
    "path", ["", "x", "/x", "x/", "/a b/", "/é/", "/a:b/", "/a*/", "//", "/" + "a" * 511 + "/"]
)
def test_paths_of_policies_are_stricter_than_others(iam: Any, ana: User, path: str) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_policy(PolicyName="p", Path=path, PolicyDocument=DOCUMENT)


@pytest.mark.parametrize("description", ["a" * 1001, "\u0100", "\x01"])
def test_descriptions_outside_the_pattern_are_refused(
    iam: Any, ana: User, description: str
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_policy(PolicyName="p", PolicyDocument=DOCUMENT, Description=description)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("nonsense", "Syntax errors in policy."),
        (
            json.dumps({"Statement": READ}),
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (
            make_document([{"Effect": "Allow", "Action": "*"}]),
            "Policy statement must contain resources.",
        ),
        (
            make_document([{**READ[0], "Principal": "*"}]),
            "Policy document should not specify a principal.",
        ),
        (make_document([{**READ[0], "Resource": "li"}]), None),
    ],
)
def test_documents_that_are_not_fully_understood_are_refused(
    iam: Any, ana: User, document: str, message: str | None
) -> None:
    with refused("MalformedPolicyDocument", message, 400):
        iam(ana).create_policy(PolicyName="p", PolicyDocument=document)
    assert not ManagedPolicy.objects.of(ana.account).exists()


def test_a_document_has_6144_characters_without_white_space(iam: Any, ana: User) -> None:
    client = iam(ana)
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409):
        client.create_policy(PolicyName="p", PolicyDocument=of_size(6145))
    spacious = json.dumps(json.loads(of_size(6144)), indent=400)
    client.create_policy(PolicyName="p", PolicyDocument=spacious)


def test_the_account_holds_as_many_policies_as_its_quota(
    iam: Any, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(quotas.ADJUSTABLE, "PoliciesPerAccount", 1)
    client = iam(ana)
    client.create_policy(PolicyName="one", PolicyDocument=DOCUMENT)
    with refused("LimitExceeded", "Cannot exceed quota for PoliciesPerAccount: 1", 409):
        client.create_policy(PolicyName="two", PolicyDocument=DOCUMENT)
    client.delete_policy(PolicyArn=arn_of(ana.account, "one"))
    client.create_policy(PolicyName="two", PolicyDocument=DOCUMENT)


def test_tags_at_creation_need_a_permission_of_their_own(iam: Any, account: Account) -> None:
    client = iam(make_user(account, "dev", allow=["iam:CreatePolicy"]))
    tags = [{"Key": "team", "Value": "red"}]
    with refused("AccessDenied", status=403):
        client.create_policy(PolicyName="p", PolicyDocument=DOCUMENT, Tags=tags)
    client.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)


# --- GetPolicy --------------------------------------------------------------------------------


def test_a_policy_counts_its_uses_in_this_account_alone(
    iam: Any, ana: User, ben: User, cleo: User
) -> None:
    shipped = ManagedPolicy.objects.shipped().get(name="IAMFullAccess")
    attach(ben, shipped)
    attach(make_role(ana.account, "ci"), shipped)
    iam(ana).put_user_permissions_boundary(UserName="ben", PermissionsBoundary=shipped.arn)
    for user, counts in ((ana, (2, 1)), (cleo, (0, 0))):
        found = iam(user).get_policy(PolicyArn=shipped.arn)["Policy"]
        assert (found["AttachmentCount"], found["PermissionsBoundaryUsageCount"]) == counts
    assert found["Description"]


@pytest.mark.parametrize("verb", ["get_policy", "delete_policy", "list_policy_versions"])
def test_a_policy_that_is_not_there_cannot_be_found(iam: Any, ana: User, verb: str) -> None:
    make_managed_policy(ana.account, "There", READ)
    for missing in (arn_of(ana.account, "absent"), arn_of(ana.account, "there")):
        with refused("NoSuchEntity", NOT_FOUND.format(missing), 404):
            getattr(iam(ana), verb)(PolicyArn=missing)


@pytest.mark.parametrize("verb", ["get_policy", "delete_policy", "list_policy_versions"])
def test_of_a_policy_of_another_account_nobody_learns_whether_it_is_there(
    iam: Any, root: User, cleo: User, verb: str
) -> None:
    policy = make_managed_policy(cleo.account, "theirs", READ)
    for arn in (policy.arn, arn_of(cleo.account, "absent")):
        with refused("AccessDenied", status=403):
            getattr(iam(root), verb)(PolicyArn=arn)
    assert ManagedPolicy.objects.filter(pk=policy.pk).exists()


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::123456789012:user/li-and-more",
        "arn:aws:s3:::bucket-of-policies",
        "arn:aws-cn:iam::123456789012:policy/x",
        "arn:aws:iam::12345:policy/readers",
        "arn:aws:iam::123456789012:policy/",
        "arn:aws:iam::123456789012:policy/a\nb",
        "arn:aws:iam::123456789012:policy/a b",
        "arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:policy/x",
        "readers" * 4,
    ],
)
def test_what_is_no_arn_of_a_policy_is_said_to_be_none(iam: Any, root: User, arn: str) -> None:
    with refused("InvalidInput", f"ARN {arn} is not valid.", 400):
        iam(root).get_policy(PolicyArn=arn)


@pytest.mark.parametrize("arn", ["", "a" * 19, "a" * 2049])
def test_arns_outside_their_length_are_refused(iam: Any, root: User, arn: str) -> None:
    with refused("ValidationError", status=400):
        iam(root).get_policy(PolicyArn=arn)


# --- ListPolicies -----------------------------------------------------------------------------


def names(answer: Any) -> list[str]:
    return [policy["PolicyName"] for policy in answer["Policies"]]


def test_scopes_tell_the_accounts_own_from_the_shipped(iam: Any, ana: User, cleo: User) -> None:
    make_managed_policy(ana.account, "Own", READ)
    make_managed_policy(cleo.account, "Theirs", READ)
    client = iam(ana)
    assert names(client.list_policies(Scope="Local")) == ["Own"]
    shipped = names(client.list_policies(Scope="AWS", MaxItems=1000))
    assert "IAMFullAccess" in shipped
    assert "Own" not in shipped
    every = names(client.list_policies(MaxItems=1000))
    assert sorted(every) == sorted([*shipped, "Own"])
    assert names(client.list_policies(Scope="All", MaxItems=1000)) == every


def test_pages_show_every_policy_once_in_the_order_of_names(iam: Any, ana: User) -> None:
    for name in ("AdministratorAccess", "zz", "b" * 128):
        make_managed_policy(ana.account, name, READ)
    pages = iam(ana).get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 1})
    found = [(one["PolicyName"].lower(), one["Arn"]) for page in pages for one in page["Policies"]]
    assert len(found) == len(set(found)) == ManagedPolicy.objects.count()
    assert [name for name, _ in found] == sorted(name for name, _ in found)


def test_a_page_costs_the_same_whatever_is_in_it(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.list_policies()  # the first call of a key notes that it was used
    costs = []
    for size in (1, 50):
        with CaptureQueriesContext(connection) as queries:
            client.list_policies(MaxItems=size)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_lists_leave_out_description_and_tags(iam: Any, ana: User) -> None:
    client = iam(ana)
    tags = [{"Key": "a", "Value": "b"}]
    client.create_policy(PolicyName="p", PolicyDocument=DOCUMENT, Description="d", Tags=tags)
    (listed,) = client.list_policies(Scope="Local")["Policies"]
    shown = client.get_policy(PolicyArn=listed["Arn"])["Policy"]
    assert (shown.pop("Description"), shown.pop("Tags")) == ("d", tags)
    assert shown == listed


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["attached", "edge", "idle"]),
        ({"OnlyAttached": True}, ["attached", "edge"]),
        ({"OnlyAttached": True, "PolicyUsageFilter": "PermissionsPolicy"}, ["attached"]),
        ({"OnlyAttached": True, "PolicyUsageFilter": "PermissionsBoundary"}, ["edge"]),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, ["attached", "edge", "idle"]),
        ({"PathPrefix": "/eng/"}, ["edge", "idle"]),
        ({"PathPrefix": "/eng/deep/"}, ["idle"]),
        ({"PathPrefix": "/en/"}, []),
        ({"PathPrefix": "/eng/", "OnlyAttached": True}, ["edge"]),
    ],
)
def test_lists_are_narrowed_by_use_and_path(
    iam: Any, ana: User, ben: User, asked: dict[str, Any], found: list[str]
) -> None:
    attach(ben, make_managed_policy(ana.account, "attached", READ))
    edge = make_managed_policy(ana.account, "edge", READ, path="/eng/")
    make_managed_policy(ana.account, "idle", READ, path="/eng/deep/")
    client = iam(ana)
    client.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=edge.arn)
    assert names(client.list_policies(Scope="Local", **asked)) == found


def test_what_another_account_attached_is_not_attached_here(
    iam: Any, ana: User, cleo: User
) -> None:
    attach(cleo, ManagedPolicy.objects.shipped().get(name="IAMFullAccess"))
    assert names(iam(ana).list_policies(OnlyAttached=True)) == []
    assert names(iam(cleo).list_policies(OnlyAttached=True)) == ["IAMFullAccess"]


@pytest.mark.parametrize(
    "asked",
    [{"Scope": "Mine"}, {"PolicyUsageFilter": "x"}, {"PathPrefix": "x"}, {"MaxItems": 1001}],
)
def test_filters_outside_the_model_are_refused(iam: Any, ana: User, asked: dict[str, Any]) -> None:
    with refused("ValidationError", status=400):
        iam(ana).list_policies(**asked)


def test_a_marker_goes_on_in_its_own_list_only(iam: Any, ana: User, cleo: User) -> None:
    marker = iam(ana).list_policies(MaxItems=1)["Marker"]
    for user, asked in ((cleo, {}), (ana, {"Scope": "AWS"})):
        with refused("ValidationError", "Marker and Filter do not match", 400):
            iam(user).list_policies(Marker=marker, **asked)


# --- DeletePolicy -----------------------------------------------------------------------------


def test_a_deleted_policy_is_gone_with_its_versions(iam: Any, ana: User) -> None:
    policy = make_managed_policy(ana.account, "p", READ)
    iam(ana).delete_policy(PolicyArn=policy.arn)
    assert not PolicyVersion.objects.filter(policy_id=policy.pk).exists()
    ana.account.refresh_from_db()
    assert ana.account.policy_count == 0


def test_a_policy_in_use_stays(iam: Any, ana: User, ben: User) -> None:
    attached, edge = (make_managed_policy(ana.account, name, READ) for name in ("a", "e"))
    client = iam(ana)
    client.attach_user_policy(UserName="ben", PolicyArn=attached.arn)
    client.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=edge.arn)
    for policy in (attached, edge):
        with refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409):
            client.delete_policy(PolicyArn=policy.arn)
    client.detach_user_policy(UserName="ben", PolicyArn=attached.arn)
    client.delete_user_permissions_boundary(UserName="ben")
    for policy in (attached, edge):
        client.delete_policy(PolicyArn=policy.arn)


def test_a_policy_with_more_versions_stays(iam: Any, ana: User) -> None:
    policy = make_managed_policy(ana.account, "p", READ)
    client = iam(ana)
    client.create_policy_version(PolicyArn=policy.arn, PolicyDocument=DOCUMENT)
    several = (
        "This policy has more than one version. Before you delete a policy, you must delete the "
        "policy's versions. The default version is deleted with the policy."
    )
    with refused("DeleteConflict", several, 409):
        client.delete_policy(PolicyArn=policy.arn)
    client.delete_policy_version(PolicyArn=policy.arn, VersionId="v2")
    client.delete_policy(PolicyArn=policy.arn)


SHIPPED = arn_of("aws", "IAMFullAccess")


@pytest.mark.parametrize("who", ["ana", "root"])
@pytest.mark.parametrize(
    ("verb", "action", "more"),
    [
        ("delete_policy", "DeletePolicy", {}),
        ("create_policy_version", "CreatePolicyVersion", {"PolicyDocument": DOCUMENT}),
        ("create_policy_version", "CreatePolicyVersion", {"PolicyDocument": "nonsense"}),
        ("delete_policy_version", "DeletePolicyVersion", {"VersionId": "v1"}),
        ("set_default_policy_version", "SetDefaultPolicyVersion", {"VersionId": "v1"}),
        ("tag_policy", "TagPolicy", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("untag_policy", "UntagPolicy", {"TagKeys": ["a"]}),
    ],
)
def test_nobody_changes_a_shipped_policy(
    iam: Any, account: Account, ana: User, who: str, verb: str, action: str, more: dict[str, Any]
) -> None:
    user = ana if who == "ana" else account.root
    message = (
        f"User: {user.arn} is not authorized to perform: iam:{action} on resource: policy {SHIPPED}"
    )
    before = list(ManagedPolicy.objects.shipped().order_by("pk").values())
    with refused("AccessDenied", message, 403):
        getattr(iam(user), verb)(PolicyArn=SHIPPED, **more)
    assert list(ManagedPolicy.objects.shipped().order_by("pk").values()) == before
