"""An account as a file: complete, safe to apply, and without a secret."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from console.exporting import cloudformation, documents, hcl, terraform, users
from console.exporting.snapshot import Snapshot
from console.jobs import runner
from console.jobs.rows import Job, State
from identity.models import Account, User
from tests.console.pages import submit, text
from tests.factories import make_key, make_user

SignedIn = Callable[[User], Client]
TRUST_EC2 = {"Service": "ec2.amazonaws.com"}


def policy_of(action: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust_of(principal: Any) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def filled(account: Account, ana: User, iam: Any) -> str:
    """An account with one of everything; its ID."""
    client, at = iam(ana), f"arn:aws:iam::{account.pk}"
    own = policy_of("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*")
    arn = client.create_policy(
        PolicyName="Homes", PolicyDocument=own, Description='Says "hello" to ${all}'
    )["Policy"]["Arn"]
    client.create_group(GroupName="Ops")
    client.attach_group_policy(GroupName="Ops", PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    client.create_user(
        UserName="=li",
        Path="/staff/",
        PermissionsBoundary=arn,
        Tags=[{"Key": "a=b", "Value": "c=d;"[:3]}],
    )
    client.add_user_to_group(GroupName="Ops", UserName="=li")
    client.attach_user_policy(UserName="=li", PolicyArn=arn)
    client.put_user_policy(
        UserName="=li", PolicyName="own", PolicyDocument=policy_of("iam:*", f"{at}:user/*")
    )
    client.create_access_key(UserName="=li")
    client.create_role(
        RoleName="Base",
        AssumeRolePolicyDocument=trust_of({"AWS": f"{at}:user/staff/=li"}),
        MaxSessionDuration=7200,
        Description="The first",
    )
    client.create_role(
        RoleName="After", AssumeRolePolicyDocument=trust_of({"AWS": f"{at}:role/Base"})
    )
    client.create_role(RoleName="Web", AssumeRolePolicyDocument=trust_of(TRUST_EC2))
    client.create_instance_profile(InstanceProfileName="Web")
    client.add_role_to_instance_profile(InstanceProfileName="Web", RoleName="Web")
    client.create_service_linked_role(AWSServiceName="ops.apigateway.amazonaws.com")
    client.create_open_id_connect_provider(
        Url="https://idp.example.com", ClientIDList=["app"], ThumbprintList=["a" * 40]
    )
    client.update_account_password_policy(MinimumPasswordLength=12)
    return account.pk


def export(browser: Client, form: str) -> tuple[Job, bytes]:
    answer = submit(browser, "/iam/export", format=form)
    assert answer.status_code == 303, text(answer)
    assert runner.run_all() == 1
    job = Job.objects.get(pk=answer.headers["Location"].rpartition("/")[2])
    assert job.state == State.DONE, job.problem
    file: Any = browser.get(f"/jobs/{job.pk}/file")
    return job, b"".join(file.streaming_content)


def test_json_is_what_the_sdk_reads_from_the_api(
    filled: str, ana: User, signed_in: SignedIn, iam: Any
) -> None:
    _job, content = export(signed_in(ana), "json")
    client = iam(ana)
    pages = client.get_paginator("get_account_authorization_details").paginate()
    told: dict[str, list[Any]] = {}
    for page in pages:
        for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
            told.setdefault(name, []).extend(page[name])
    written = json.loads(content)
    assert written == json.loads(json.dumps(told, default=lambda moment: moment.isoformat()))


def test_terraform_names_the_account_it_is_applied_to(
    filled: str, ana: User, signed_in: SignedIn
) -> None:
    _job, content = export(signed_in(ana), "terraform")
    written = content.decode()
    _comment, _line, code = written.partition("\n")
    assert filled not in code
    assert '"arn:aws:iam::${local.account_id}:user/*"' in code
    assert "home/$${aws:username}/*" in code
    assert 'description = "Says \\"hello\\" to $${all}"' in code
    assert "permissions_boundary = aws_iam_policy.Homes.arn" in code
    assert "max_session_duration = 7200" in code
    assert 'aws_service_name = "ops.apigateway.amazonaws.com"' in code
    assert code.index('"aws_iam_role" "Base"') < code.index('"aws_iam_role" "After"')
    assert "aws_iam_role.Base,\n  ]" in code


def test_cloudformation_has_every_entity_once_and_in_an_order_that_works(
    filled: str, ana: User, signed_in: SignedIn
) -> None:
    job, content = export(signed_in(ana), "cloudformation")
    resources = json.loads(content)["Resources"]
    kinds = sorted(one["Type"].removeprefix("AWS::IAM::") for one in resources.values())
    assert kinds == [
        *("Group", "InstanceProfile", "ManagedPolicy", "OIDCProvider"),
        *("Role", "Role", "Role", "ServiceLinkedRole", "User", "User"),
    ]
    assert resources["Userli"]["DependsOn"] == ["GroupOps", "ManagedPolicyHomes"]
    assert resources["RoleAfter"]["DependsOn"] == ["RoleBase"]
    (own,) = resources["Userli"]["Properties"]["Policies"]
    resource = own["PolicyDocument"]["Statement"][0]["Resource"]
    assert resource == {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:user/*"}
    assert "Left out: the password policy" in str(job.log)


@pytest.mark.parametrize("form", ["json", "terraform", "cloudformation", "users"])
def test_no_file_holds_a_secret(filled: str, ana: User, signed_in: SignedIn, form: str) -> None:
    key = make_key(ana)
    _job, content = export(signed_in(ana), form)
    assert key.secret.encode() not in content
    assert b"AKIA" not in content


def test_users_as_a_table_exact_and_for_spreadsheets(
    filled: str, ana: User, signed_in: SignedIn
) -> None:
    browser = signed_in(ana)
    job, content = export(browser, "users")
    head, li, _ana = csv.reader(io.StringIO(content.decode()))
    assert head == list(users.COLUMNS)
    assert li[:6] == [
        "=li",
        "/staff/",
        "Ops",
        f"arn:aws:iam::{filled}:policy/Homes",
        f"arn:aws:iam::{filled}:policy/Homes",
        "a%3Db=c=d",
    ]
    assert users.tags(li[5]) == [{"Key": "a=b", "Value": "c=d"}]
    answer: Any = browser.get(f"/jobs/{job.pk}/file", {"form": "spreadsheet"})
    safe = b"".join(answer.streaming_content).decode()
    assert next(row for row in csv.reader(io.StringIO(safe)) if "li" in row[0])[0] == "'=li"


def test_who_may_not_read_the_account_cannot_export_it(
    account: Account, signed_in: SignedIn
) -> None:
    mia = make_user(account, "mia", allow=["iam:List*"])
    assert submit(signed_in(mia), "/iam/export", format="json").status_code == 403
    assert "Needs iam:GetAccountAuthorizationDetails." in text(signed_in(mia).get("/iam/export"))


def test_an_export_stops_where_a_right_is_missing(account: Account, signed_in: SignedIn) -> None:
    mia = make_user(account, "mia", allow=["iam:GetAccountAuthorizationDetails"])
    browser = signed_in(mia)
    answer = submit(browser, "/iam/export", format="terraform")
    runner.run_all()
    page = text(browser.get(answer.headers["Location"]))
    assert "not authorized to perform: iam:ListRoles" in page


# --- pure parts ----------------------------------------------------------------------------------


def role(name: str, *trusted: str) -> dict[str, Any]:
    return {
        "RoleName": name,
        "Arn": f"arn:aws:iam::111122223333:role/{name}",
        "Path": "/",
        "AssumeRolePolicyDocument": json.loads(trust_of({"AWS": list(trusted)})),
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
    }


def test_roles_that_trust_each_other_are_told_apart() -> None:
    at = "arn:aws:iam::111122223333:role/"
    one, other = role("one", f"{at}other"), role("other", f"{at}one")
    last = role("last", f"{at}first")
    whole = Snapshot("111122223333", [], [], [last, one, other, role("first")], [])
    ordered, circle = documents.in_order(whole.roles)
    assert [each["RoleName"] for each in ordered] == ["first", "last", "one", "other"]
    assert circle == ["one", "other"]
    assert "".join(terraform.configuration(whole)).count("# Trusts itself") == 2


def test_deleted_principals_are_left_out_and_statements_with_nobody_else() -> None:
    gone = "AIDA" + "Q" * 17
    mixed = {"AWS": [gone, "111122223333"]}
    trust = {"Statement": [{"Principal": {"AWS": gone}}, {"Principal": mixed}, {"Principal": "*"}]}
    left = documents.without_the_gone(trust)["Statement"]
    assert left == [{"Principal": {"AWS": ["111122223333"]}}, {"Principal": "*"}]


def test_a_large_account_becomes_several_templates_none_too_large() -> None:
    groups = [
        {
            "GroupName": f"g{number}",
            "Arn": f"arn:aws:iam::111122223333:group/g{number}",
            "Path": "/",
            "GroupPolicyList": [],
            "AttachedManagedPolicies": [],
        }
        for number in range(1, 1002)
    ]
    made = cloudformation.templates(Snapshot("111122223333", [], groups, [], []))
    sizes = [len(json.loads(template)["Resources"]) for template in made]
    assert sizes == [500, 500, 1]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ('a"b\\c\nd', '"a\\"b\\\\c\\nd"'),
        ("\b\f", '"\\u0008\\u000c"'),
        ("é", '"é"'),
        (["x"], '[\n    "x",\n  ]'),
        ({"a:b": 1}, '{\n    "a:b" = 1\n  }'),
        (True, "true"),
        (hcl.Expression("aws_iam_role.x.arn"), "aws_iam_role.x.arn"),
    ],
)
def test_values_in_terraforms_language(given: Any, written: str) -> None:
    assert hcl.value(given) == written


def test_names_of_resources_are_letters_and_each_once() -> None:
    names = hcl.Names()
    assert [names.new("r", name) for name in ("a.b", "a+b", "9", "a.b")] == [
        *("a_b", "a_b_2", "_9", "a_b_3")
    ]
