"""Bringing an account in: what the check says, what is done, and what hostile files do not do."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from console.importing.tables import read_users
from console.importing.wishes import UnreadableError, read_details
from console.jobs import runner
from console.jobs.rows import Job, State
from identity.models import Account, Group, InstanceProfile, ManagedPolicy, Role, User
from tests.console.pages import hidden, submit, text
from tests.console.test_export import filled as filled
from tests.console.test_export import policy_of, trust_of
from tests.events import logged
from tests.factories import ADMINISTRATOR, make_group, make_managed_policy, make_user

SignedIn = Callable[[User], Client]
THERE = "999988887777"


def file(content: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("x", content.encode() if isinstance(content, str) else content)


def check(browser: Client, content: str | bytes, **more: str) -> Job:
    """The job that has checked the file."""
    answer = submit(browser, "/iam/import", file=file(content), move="on", **more)
    assert answer.status_code == 303, text(answer)
    return finished(answer)


def finished(answer: Any) -> Job:
    assert runner.run_all() == 1
    job = Job.objects.get(pk=answer.headers["Location"].rpartition("/")[2])
    assert job.state == State.DONE, job.problem
    return job


def bring_in(browser: Client, checked: Job) -> Job:
    return finished(submit(browser, f"/iam/import/{checked.pk}"))


def rows(browser: Client, job: Job) -> dict[str, tuple[str, str]]:
    """Outcome and details of each row."""
    page: Any = browser.get(f"/iam/import/{job.pk}")
    return {f"{row[0]} {row[1]}": (row[2], row[3]) for row in page.context["page"].rows}


def outcomes(browser: Client, job: Job) -> dict[str, str]:
    return {name: outcome for name, (outcome, _details) in rows(browser, job).items()}


def details_of(**lists: Any) -> str:
    return json.dumps(lists)


AT = f"arn:aws:iam::{THERE}"
FILES = [{"PolicyName": "Files", "PolicyArn": f"{AT}:policy/Files"}]


def from_aws() -> str:
    """As the AWS CLI prints an account; the role that trusts comes before the trusted one."""
    group = {"GroupName": "Ops", "Arn": f"{AT}:group/Ops", "Path": "/"}
    return details_of(
        UserDetailList=[_li()],
        GroupDetailList=[group | {"AttachedManagedPolicies": FILES, "GroupPolicyList": []}],
        RoleDetailList=_roles(),
        Policies=_policies(),
    )


def _li() -> dict[str, Any]:
    unknown = {"PolicyName": "Moon", "PolicyArn": "arn:aws:iam::aws:policy/AmazonMoonAccess"}
    own = {"PolicyName": "own", "PolicyDocument": json.loads(policy_of("iam:*", f"{AT}:user/li"))}
    return {
        "UserName": "li",
        "Arn": f"{AT}:user/staff/li",
        "Path": "/staff/",
        "GroupList": ["Ops"],
        "AttachedManagedPolicies": [*FILES, unknown],
        "UserPolicyList": [own],
        "Tags": [{"Key": "team", "Value": "red"}],
        "PermissionsBoundary": {"PermissionsBoundaryArn": f"{AT}:policy/Files"},
    }


def _roles() -> list[dict[str, Any]]:
    trust = json.loads(trust_of({"AWS": f"{AT}:role/Base"}))
    machines = json.loads(trust_of({"Service": "ec2.amazonaws.com"}))
    profiles = [{"InstanceProfileName": "Web", "Path": "/"}]
    after = {"RoleName": "After", "Arn": f"{AT}:role/After", "Path": "/"}
    base = {"RoleName": "Base", "Arn": f"{AT}:role/Base", "Path": "/"}
    return [
        after | {"AssumeRolePolicyDocument": trust},
        base | {"AssumeRolePolicyDocument": machines, "InstanceProfileList": profiles},
    ]


def _policies() -> list[dict[str, Any]]:
    document = json.loads(policy_of("s3:*"))
    version = {"VersionId": "v3", "IsDefaultVersion": True, "Document": document}
    older = {"VersionId": "v1", "IsDefaultVersion": False, "Document": {}}
    files = {"PolicyName": "Files", "Arn": f"{AT}:policy/Files", "Path": "/"}
    shipped = {"PolicyName": "x", "Arn": "arn:aws:iam::aws:policy/x", "PolicyVersionList": []}
    return [files | {"DefaultVersionId": "v3", "PolicyVersionList": [older, version]}, shipped]


def test_a_check_says_what_would_be_done_and_does_nothing(
    account: Account, ana: User, signed_in: SignedIn
) -> None:
    browser = signed_in(ana)
    found = rows(browser, check(browser, from_aws()))
    assert {name: outcome for name, (outcome, _words) in found.items()} == {
        "policy Files": "create",
        "group Ops": "create",
        "user li": "create",
        "role Base": "create",
        "role After": "create",
    }
    assert "Left out: the policy arn:aws:iam::aws:policy/AmazonMoonAccess" in found["user li"][1]
    assert "CreateUser, PutUserPolicy" in found["user li"][1].replace("AttachUserPolicy, ", "")
    assert not User.objects.filter(name="li").exists()
    assert not Role.objects.filter(account=account).exists()


def test_an_account_of_aws_is_brought_in_as_this_accounts_own(
    account: Account, ana: User, signed_in: SignedIn, own_journal: Any
) -> None:
    browser = signed_in(ana)
    done = bring_in(browser, check(browser, from_aws()))
    assert set(outcomes(browser, done).values()) == {"created"}
    li = User.objects.get(name="li")
    files = ManagedPolicy.objects.get(name="Files")
    assert (li.path, li.boundary, li.tags.get().value) == ("/staff/", files, "red")
    assert li.memberships.get().group == Group.objects.get(name="Ops")
    assert f"arn:aws:iam::{account.pk}:user/li" in li.policies.get().document
    base = Role.objects.get(name="Base")
    assert base.unique_id in Role.objects.get(name="After").trust_policy
    assert InstanceProfile.objects.get(name="Web").role == base
    own_journal.drain()
    assert logged().get(name="CreateUser").user_name == "ana"


def test_a_second_import_of_the_same_finds_nothing_to_do(ana: User, signed_in: SignedIn) -> None:
    browser = signed_in(ana)
    bring_in(browser, check(browser, from_aws()))
    again = check(browser, from_aws())
    assert set(outcomes(browser, again).values()) == {"skip"}
    page = text(browser.get(f"/iam/import/{again.pk}"))
    assert "There is nothing to import." in page


def test_an_export_comes_back_as_it_was(
    filled: str, ana: User, signed_in: SignedIn, cleo: User
) -> None:
    mine, hers = signed_in(ana), signed_in(cleo)
    answer = submit(mine, "/iam/export", format="json")
    job = finished(answer)
    content: Any = mine.get(f"/jobs/{job.pk}/file")
    done = bring_in(hers, check(hers, b"".join(content.streaming_content)))
    assert set(outcomes(hers, done).values()) == {"created"}
    users = User.objects.filter(account=cleo.account, is_root=False)
    assert set(users.values_list("name", flat=True)) == {"cleo", "ana", "=li"}


def test_what_differs_is_changed_and_nothing_is_taken_away(
    account: Account, ana: User, signed_in: SignedIn
) -> None:
    browser = signed_in(ana)
    bring_in(browser, check(browser, from_aws()))
    changed = json.loads(from_aws())
    changed["UserDetailList"][0]["Tags"] = [{"Key": "team", "Value": "blue"}]
    changed["UserDetailList"][0]["UserPolicyList"] = []
    document = changed["Policies"][0]["PolicyVersionList"][1]["Document"]
    document["Statement"][0]["Action"] = "s3:GetObject"
    checked = check(browser, json.dumps(changed))
    assert outcomes(browser, checked)["policy Files"] == "change"
    bring_in(browser, checked)
    li, files = User.objects.get(name="li"), ManagedPolicy.objects.get(name="Files")
    assert li.tags.get().value == "blue"
    assert li.policies.exists()
    assert files.default_version
    assert "s3:GetObject" in files.default_version.document
    assert files.versions.count() == 2


def test_conflicts_are_told_and_left_alone(
    account: Account, ana: User, signed_in: SignedIn
) -> None:
    make_user(account, "li", path="/elsewhere/")
    browser = signed_in(ana)
    checked = check(browser, from_aws())
    assert rows(browser, checked)["user li"] == (
        "conflict",
        "It has the path /elsewhere/ here, /staff/ in the file.",
    )
    done = bring_in(browser, checked)
    assert outcomes(browser, done)["user li"] == "conflict"
    answer: Any = browser.get(f"/iam/import/{done.pk}/failures")
    told = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row[:3] for row in told] == [["kind", "name", "outcome"], ["user", "li", "conflict"]]


def test_a_missing_boundary_is_never_left_out(ana: User, signed_in: SignedIn) -> None:
    """The user would have more than the file says."""
    browser = signed_in(ana)
    checked = check(browser, "user,boundary\nli,arn:aws:iam::aws:policy/Nowhere\n")
    assert outcomes(browser, checked) == {"user li": "conflict"}


def test_a_row_that_is_refused_leaves_nothing_behind_and_the_rest_goes_on(
    account: Account, ana: User, signed_in: SignedIn
) -> None:
    browser = signed_in(ana)
    nobody = json.loads(trust_of({"AWS": f"arn:aws:iam::{THERE}:role/Nobody"}))
    given = json.loads(from_aws())
    given["RoleDetailList"][0]["AssumeRolePolicyDocument"] = nobody
    done = bring_in(browser, check(browser, json.dumps(given)))
    found = rows(browser, done)
    assert found["role After"][0] == "failed"
    assert "MalformedPolicyDocument" in found["role After"][1]
    assert found["role Base"][0] == "created"


def test_the_check_knows_what_the_importer_may_not_do(
    account: Account, signed_in: SignedIn
) -> None:
    mia = make_user(account, "mia", allow=["iam:Get*", "iam:CreateGroup"])
    browser = signed_in(mia)
    found = rows(browser, check(browser, from_aws()))
    assert found["user li"][0] == "conflict"
    assert "not authorized to perform: iam:CreateUser" in found["user li"][1]


def test_the_import_may_do_no_more_than_the_importer(account: Account, signed_in: SignedIn) -> None:
    mia = make_user(account, "mia", allow=["iam:Get*", "iam:CreateGroup", "iam:AttachGroupPolicy"])
    browser = signed_in(mia)
    checked = check(browser, "user\nmallory\n")
    done = finished(browser.post(f"/iam/import/{checked.pk}", {"form_token": "x" * 43}))
    assert outcomes(browser, done) == {"user mallory": "failed"}
    assert not User.objects.filter(name="mallory").exists()


def test_nobody_imports_what_another_has_checked(
    account: Account, ana: User, cleo: User, signed_in: SignedIn
) -> None:
    checked = check(signed_in(ana), from_aws())
    for other in (cleo, make_user(account, "eve", allow=["iam:*"])):
        browser = signed_in(other)
        for address in (f"/iam/import/{checked.pk}", f"/iam/import/{checked.pk}/failures"):
            assert browser.get(address).status_code == 404
        assert browser.post(f"/iam/import/{checked.pk}").status_code == 404


# --- users as CSV ------------------------------------------------------------------------------


def test_users_from_a_table(account: Account, ana: User, signed_in: SignedIn) -> None:
    make_group(account, "Ops")
    policy = make_managed_policy(account, "Files", ADMINISTRATOR)
    content = (
        "﻿user,groups,policies,tags,path\r\n"
        f"'=li,Ops;Nobody,{policy.arn},team=red;a%3Db=c,/staff/\r\n"
        "ana,Ops,,,\r\n"
    )
    browser = signed_in(ana)
    done = bring_in(browser, check(browser, content))
    assert outcomes(browser, done) == {"user =li": "created", "user ana": "changed"}
    li = User.objects.get(name="=li")
    assert li.path == "/staff/"
    assert set(li.tags.values_list("key", "value")) == {("team", "red"), ("a=b", "c")}
    assert li.attachments.get().policy == policy
    assert "Left out: the group Nobody" in rows(browser, done)["user =li"][1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name\nli\n", "line 1: there is no column `user`"),
        ("user,shoe size\nli,4\n", "line 1: `shoe size` is none of the columns"),
        ("user,path\nli\n", "line 2: it has not as many cells as line 1"),
        ("user\nli,x\n", "line 2: it has not as many cells as line 1"),
        ("user,path\n,/x/\n", "line 2: the name is missing"),
        ("user,tags\nli,nothing\n", "`nothing` is no tag"),
        ("user\nli\nLI\n", "two of one name: user li"),
        ('user\n"li\n', "it is no table"),
        ("", "there is no column `user`"),
    ],
)
def test_a_table_that_is_none(content: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read_users(content)


# --- hostile files -----------------------------------------------------------------------------

LI = {"UserName": "li", "Path": "/"}
BROKEN = [{"PolicyName": "x", "PolicyDocument": "{"}]
NO_STATEMENT = {"AssumeRolePolicyDocument": {"Statement": [1]}}
NO_VERSION: dict[str, Any] = {"PolicyVersionList": [], "DefaultVersionId": "v1"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "line 1, column 2"),
        ("[]", "it has none of Policies"),
        ("{}", "it has none of Policies"),
        ("[" * 100_000, "nested too deeply"),
        (details_of(UserDetailList={}), "UserDetailList is no list"),
        (details_of(UserDetailList=[[]]), "entry 1: a value is of the wrong type"),
        (details_of(UserDetailList=[{}]), "entry 1: UserName is missing"),
        (details_of(UserDetailList=[{"UserName": 1}]), "wrong type"),
        (details_of(UserDetailList=[LI, LI]), "two of one name"),
        (details_of(UserDetailList=[LI | {"Tags": [{"Key": "a"}]}]), "Value is missing"),
        (details_of(UserDetailList=[LI | {"Tags": 7}]), "wrong type"),
        (
            details_of(
                UserDetailList=[
                    LI | {"UserPolicyList": [{"PolicyName": "x", "PolicyDocument": "{"}]}
                ]
            ),
            "entry 1",
        ),
        (details_of(RoleDetailList=[{"RoleName": "x", "Path": "/"}]), "AssumeRolePolicyDocument"),
        (
            details_of(
                RoleDetailList=[
                    {"RoleName": "x", "Path": "/", "AssumeRolePolicyDocument": {"Statement": [1]}}
                ]
            ),
            "wrong type",
        ),
        (
            details_of(
                Policies=[{"PolicyName": "x", "PolicyVersionList": [], "DefaultVersionId": "v1"}]
            ),
            "the version in force is missing",
        ),
    ],
)
def test_details_that_are_none(content: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read_details(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "it is not UTF-8 text"),
        (b"{", "The file cannot be used: line 1, column 2"),
        (b"x" * (10 * 1024 * 1024 + 1), "Choose a file"),
        (b"", ""),
    ],
    ids=["not text", "broken", "too large", "empty"],
)
def test_the_form_says_what_is_wrong_with_the_file(
    ana: User, signed_in: SignedIn, content: bytes, said: str
) -> None:
    browser = signed_in(ana)
    page = browser.get("/iam/import")
    answer = browser.post("/iam/import", {**hidden(page), "file": file(content)})
    assert answer.status_code == 422
    assert not Job.objects.exists()
    if said != "Choose a file":
        assert said in text(answer)


@pytest.mark.parametrize("name", ["a" * 65, "<script>", "a b", "../x", "é", "a\nb"])
def test_names_that_the_api_refuses_are_conflicts(
    ana: User, signed_in: SignedIn, name: str
) -> None:
    browser = signed_in(ana)
    checked = check(browser, details_of(UserDetailList=[{"UserName": name, "Path": "/"}]))
    found = rows(browser, checked)
    assert [outcome for outcome, _details in found.values()] == ["conflict"]
    assert b"<script>" not in browser.get(f"/iam/import/{checked.pk}").content


def test_documents_that_the_api_refuses_are_conflicts(ana: User, signed_in: SignedIn) -> None:
    browser = signed_in(ana)
    bad = {"PolicyName": "own", "PolicyDocument": {"Statement": "nothing"}}
    given = details_of(UserDetailList=[LI | {"UserPolicyList": [bad]}])
    assert outcomes(browser, check(browser, given)) == {"user li": "conflict"}


def test_a_policy_of_moto_has_its_name_in_the_arn_alone() -> None:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": {"Statement": []}}
    policy = {"Arn": f"arn:aws:iam::{THERE}:policy/a/P", "Path": "/a/", "DefaultVersionId": "v1"}
    (wish,) = read_details(details_of(Policies=[policy | {"PolicyVersionList": [version]}]))
    assert (wish.name, wish.path) == ("P", "/a/")


def test_text_of_the_api_and_of_moto_is_read_too() -> None:
    """Documents are percent-encoded in the one, texts in the other."""
    encoded = "%7B%22Version%22%3A%20%222012-10-17%22%2C%20%22Statement%22%3A%20%5B%5D%7D"
    for document in (encoded, '{"Version": "2012-10-17", "Statement": []}'):
        entity = {"RoleName": "x", "Path": "/", "AssumeRolePolicyDocument": document}
        (wish,) = read_details(details_of(RoleDetailList=[entity]))
        assert json.loads(wish.document or "") == {"Version": "2012-10-17", "Statement": []}
