from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from pytest_django import DjangoAssertNumQueries

from identity import managed_policies
from identity.catalogue import catalogue
from identity.managed_policies import Shipped, load, shipped
from identity.models import Account, ManagedPolicy, PolicyVersion, User
from identity.policy import Kind, Layer, LayerKind, Request, Source, decide, parse, size
from tests.factories import attach

ACCOUNT = "arn:aws:iam::111122223333"
BY_NAME = {policy.name: policy for policy in shipped()}
READING = ("ReadOnlyAccess", "SecurityAudit", "ViewOnlyAccess")
CHANGING = re.compile(
    "Accept|Add|Apply|Associate|Assume|Attach|Authorize|Cancel|Change|Copy|Create|Decrypt|Delete|"
    "Deregister|Detach|Disable|Disassociate|Enable|Encrypt|Grant|Import|Invite|Invoke|Modify|Move|"
    "Publish|Purchase|Put|Reboot|Register|Reject|Remove|Reset|Restore|Revoke|Run|Send|Set|Start|"
    "Stop|Tag|Terminate|Untag|Update|Upload|Write"
)


def allows(name: str, action: str, resource: str = "*", **context: str) -> bool:
    """Whether the policy alone lets ben do it; `aws__username` stands for `aws:username`."""
    keys = {"aws:username": "ben"} | {
        key.replace("__", ":"): value for key, value in context.items()
    }
    asked = Request(f"{ACCOUNT}:user/ben", action, resource, keys)
    return bool(decide(asked, [layer(BY_NAME[name].document)]))


@cache
def layer(document: str) -> Layer:
    return Layer(LayerKind.IDENTITY, (Source("policy", parse(document, Kind.MANAGED)),))


# --- the file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit"),
        *("IAMFullAccess", "IAMReadOnlyAccess", "IAMUserChangePassword", "IAMUserSSHKeys"),
        *("IAMAccessAnalyzerFullAccess", "IAMAccessAnalyzerReadOnlyAccess"),
        *("AWSAccountManagementFullAccess", "AWSAccountManagementReadOnlyAccess"),
        *("AWSOrganizationsFullAccess", "AWSOrganizationsReadOnlyAccess"),
        *("AWSSSODirectoryAdministrator", "AWSSSOMasterAccountAdministrator", "AWSSSOReadOnly"),
        *("AWSDirectoryServiceFullAccess", "AWSDirectoryServiceReadOnlyAccess"),
        *("AmazonCognitoPowerUser", "AmazonCognitoReadOnly", "AWSDenyAll"),
    ],
)
def test_the_policies_that_tutorials_name_are_shipped(name: str) -> None:
    assert BY_NAME[name].arn == f"arn:aws:iam::aws:policy/{name}"


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("job-function", "Billing DataScientist DatabaseAdministrator NetworkAdministrator "),
        ("job-function", "SupportUser SystemAdministrator ViewOnlyAccess"),
        ("root-task", "IAMAuditRootUserCredentials IAMCreateRootUserPassword"),
        ("root-task", "IAMDeleteRootUserCredentials S3UnlockBucketPolicy SQSUnlockQueuePolicy"),
        ("aws-service-role", "AWSOrganizationsServiceTrustPolicy AWSSSOServiceRolePolicy"),
        ("service-role", "AWSLambdaBasicExecutionRole AmazonRDSEnhancedMonitoringRole"),
    ],
)
def test_a_policy_has_the_path_of_its_kind(path: str, names: str) -> None:
    for name in names.split():
        assert BY_NAME[name].arn == f"arn:aws:iam::aws:policy/{path}/{name}"


def test_names_and_ids_are_given_once_and_names_are_in_order() -> None:
    names = [policy.name for policy in shipped()]
    assert names == sorted(set(names))
    assert len({policy.unique_id for policy in shipped()}) == len(names)


def test_ids_look_like_those_of_policies_and_are_the_same_everywhere() -> None:
    assert all(re.fullmatch("ANPA[A-Z2-7]{17}", policy.unique_id) for policy in shipped())
    assert BY_NAME["AdministratorAccess"].unique_id == "ANPAXUEARDEVTUHKHZ23E"


@pytest.mark.parametrize("policy", shipped(), ids=lambda policy: policy.name)
def test_a_shipped_document_could_have_been_written_by_a_customer(policy: Shipped) -> None:
    assert parse(policy.document, Kind.MANAGED).statements
    assert size(policy.document) <= 6144


@pytest.mark.parametrize("policy", shipped(), ids=lambda policy: policy.name)
def test_a_shipped_document_names_only_actions_and_keys_that_exist(policy: Shipped) -> None:
    for statement in parse(policy.document, Kind.MANAGED).statements:
        for pattern in statement.actions + statement.not_actions:
            assert next(catalogue().matching(pattern), None), pattern
        for condition in statement.conditions:
            service = catalogue().services.get(condition.key.partition(":")[0])
            described = service is None or service.described
            assert not described or catalogue().condition_key(condition.key), condition.key


@pytest.mark.parametrize("policy", shipped(), ids=lambda policy: policy.name)
def test_a_shipped_policy_says_in_a_sentence_what_it_is_for(policy: Shipped) -> None:
    assert policy.description.endswith(".")
    assert len(policy.description) <= 1000
    assert policy.version >= 1
    assert policy.created_at <= policy.updated_at < datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize("policy", shipped(), ids=lambda policy: policy.name)
def test_only_the_policies_of_service_linked_roles_cannot_be_attached(policy: Shipped) -> None:
    assert policy.is_attachable is not policy.path.startswith("/aws-service-role/")


# --- what they allow ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("AdministratorAccess", "iam:DeleteUser"),
        ("AdministratorAccess", "s3:DeleteBucket"),
        ("PowerUserAccess", "s3:DeleteBucket"),
        ("PowerUserAccess", "sts:AssumeRole"),
        ("PowerUserAccess", "iam:ListRoles"),
        ("PowerUserAccess", "iam:CreateServiceLinkedRole"),
        ("PowerUserAccess", "organizations:DescribeOrganization"),
        ("IAMFullAccess", "iam:PassRole"),
        ("IAMReadOnlyAccess", "iam:SimulatePrincipalPolicy"),
        ("ReadOnlyAccess", "iam:GetUser"),
        ("ReadOnlyAccess", "s3:GetObject"),
        ("ReadOnlyAccess", "organizations:ListAccounts"),
        ("ReadOnlyAccess", "cloudtrail:LookupEvents"),
        ("SecurityAudit", "iam:GetAccountAuthorizationDetails"),
        ("SecurityAudit", "s3:GetBucketPolicy"),
        ("ViewOnlyAccess", "iam:ListUsers"),
        ("ViewOnlyAccess", "ec2:DescribeInstances"),
        ("Billing", "budgets:ModifyBudget"),
        ("SupportUser", "support:CreateCase"),
        ("SystemAdministrator", "ec2:RunInstances"),
        ("NetworkAdministrator", "ec2:CreateVpc"),
        ("DatabaseAdministrator", "rds:CreateDBInstance"),
        ("DataScientist", "elasticmapreduce:RunJobFlow"),
    ],
)
def test_a_policy_allows_what_it_is_for(name: str, action: str) -> None:
    assert allows(name, action)


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("PowerUserAccess", "iam:CreateUser"),
        ("PowerUserAccess", "iam:PassRole"),
        ("PowerUserAccess", "organizations:CreateAccount"),
        ("PowerUserAccess", "account:CloseAccount"),
        ("IAMFullAccess", "s3:GetObject"),
        ("IAMReadOnlyAccess", "iam:CreateUser"),
        ("ReadOnlyAccess", "secretsmanager:GetSecretValue"),
        ("ReadOnlyAccess", "kms:Decrypt"),
        ("ReadOnlyAccess", "sts:AssumeRole"),
        ("ReadOnlyAccess", "cognito-identity:GetId"),
        ("SecurityAudit", "s3:GetObject"),
        ("SecurityAudit", "dynamodb:Scan"),
        ("SecurityAudit", "ssm:GetParameter"),
        ("ViewOnlyAccess", "s3:GetObject"),
        ("ViewOnlyAccess", "iam:GetPolicyVersion"),
        ("Billing", "iam:ListUsers"),
        ("SystemAdministrator", "iam:CreateUser"),
        ("DatabaseAdministrator", "iam:PassRole"),
        ("AWSDenyAll", "sts:GetCallerIdentity"),
    ],
)
def test_a_policy_does_not_allow_what_it_is_not_for(name: str, action: str) -> None:
    assert not allows(name, action)


@pytest.mark.parametrize("name", READING)
def test_a_policy_for_readers_changes_nothing_in_a_described_service(name: str) -> None:
    changing = [
        f"{service.prefix}:{action.name}"
        for service in catalogue().services.values()
        for action in service.actions.values()
        if action.access_level not in ("List", "Read", None)
    ]
    assert len(changing) > 300
    assert [action for action in changing if allows(name, action)] == []


@pytest.mark.parametrize("name", READING)
def test_a_policy_for_readers_names_nothing_that_changes_another_service(name: str) -> None:
    granted = [
        action
        for statement in parse(BY_NAME[name].document, Kind.MANAGED).statements
        for pattern in statement.actions
        for action in catalogue().matching(pattern)
    ]
    assert len(granted) > 300
    assert [action for action in granted if CHANGING.match(action.partition(":")[2])] == []


@pytest.mark.parametrize(
    ("resource", "may"),
    [
        (f"{ACCOUNT}:user/ben", True),
        (f"{ACCOUNT}:user/staff/ben", True),
        (f"{ACCOUNT}:user/ana", False),
        (f"{ACCOUNT}:user/big-ben", False),
        (f"{ACCOUNT}:user/ben/ana", False),
    ],
)
def test_ben_changes_his_own_password_and_nobody_elses(resource: str, may: bool) -> None:
    assert allows("IAMUserChangePassword", "iam:ChangePassword", resource) is may
    assert not allows("IAMUserChangePassword", "iam:UpdateLoginProfile", resource)
    assert allows("IAMUserChangePassword", "iam:GetAccountPasswordPolicy")


def test_the_deny_of_everything_wins_over_an_administrator() -> None:
    both = [layer(BY_NAME[name].document) for name in ("AdministratorAccess", "AWSDenyAll")]
    asked = Request(f"{ACCOUNT}:user/ben", "iam:GetUser", f"{ACCOUNT}:user/ben", {})
    assert decide(asked, both[:1])
    assert not decide(asked, both)


@pytest.mark.parametrize("name", ["AWSCompromisedKeyQuarantineV2", "AWSCompromisedKeyQuarantineV3"])
def test_quarantine_takes_from_an_administrator_what_thieves_do_first(name: str) -> None:
    layers = [layer(BY_NAME["AdministratorAccess"].document), layer(BY_NAME[name].document)]
    for action in ("iam:CreateUser", "iam:CreateAccessKey", "ec2:RunInstances"):
        assert not decide(Request(f"{ACCOUNT}:user/ben", action, "*", {}), layers)
    assert decide(Request(f"{ACCOUNT}:user/ben", "iam:GetUser", "*", {}), layers)


@pytest.mark.parametrize(
    ("action", "resource", "may"),
    [
        ("iam:ListAccessKeys", f"{ACCOUNT}:root", True),
        ("iam:ListAccessKeys", f"{ACCOUNT}:user/ben", False),
        ("iam:DeleteAccessKey", f"{ACCOUNT}:root", False),
        ("s3:ListBucket", "*", False),
    ],
)
def test_a_task_policy_leaves_only_its_task(action: str, resource: str, may: bool) -> None:
    task = BY_NAME["IAMAuditRootUserCredentials"].document
    layers = [layer(BY_NAME["AdministratorAccess"].document), layer(task)]
    assert bool(decide(Request(f"{ACCOUNT}:root", action, resource, {}), layers)) is may


def test_a_database_administrator_passes_only_the_roles_of_the_databases() -> None:
    to_rds = {"iam__PassedToService": "rds.amazonaws.com"}
    monitoring = f"{ACCOUNT}:role/rds-monitoring-role"
    assert allows("DatabaseAdministrator", "iam:PassRole", monitoring, **to_rds)
    assert not allows("DatabaseAdministrator", "iam:PassRole", f"{ACCOUNT}:role/admin", **to_rds)
    assert not allows("DatabaseAdministrator", "iam:PassRole", monitoring)


# --- the rows -----------------------------------------------------------------------------------


@pytest.fixture
def nothing_loaded(db: None) -> None:
    """As before the migration that loads them."""
    ManagedPolicy.objects.shipped().delete()


def test_loading_enters_every_policy_with_its_version(nothing_loaded: None) -> None:
    assert load() == sorted(BY_NAME, key=lambda name: BY_NAME[name].arn)
    rows = {row.name: row for row in ManagedPolicy.objects.shipped()}
    assert rows.keys() == BY_NAME.keys()
    for name, policy in BY_NAME.items():
        row = rows[name]
        assert (row.arn, row.unique_id, row.path) == (policy.arn, policy.unique_id, policy.path)
        assert (row.description, row.newest) == (policy.description, policy.version)
        assert (row.created_at, row.updated_at) == (policy.created_at, policy.updated_at)
        assert row.default_version
        assert row.default_version.number == policy.version
        assert row.default_version.document == policy.document
        assert row.versions.count() == 1


def test_the_entered_names_and_arns_are_those_that_the_model_would_give(
    nothing_loaded: None,
) -> None:
    load()
    for row in ManagedPolicy.objects.shipped():
        before = (row.name_folded, row.arn)
        row.save()
        assert (row.name_folded, row.arn) == before


def test_a_migration_loads_with_the_models_of_its_time(nothing_loaded: None) -> None:
    then = MigrationLoader(connection).project_state().apps
    assert len(load(then.get_model)) == len(BY_NAME)
    assert load() == []


def test_loading_again_changes_nothing(nothing_loaded: None) -> None:
    load()
    before = list(PolicyVersion.objects.values_list())
    assert load() == []
    assert list(PolicyVersion.objects.values_list()) == before


def changed(name: str, **changes: object) -> list[Shipped]:
    return [replace(BY_NAME[name], **changes)]  # type: ignore[arg-type]  # fields of Shipped


NOTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
    }
)


@pytest.mark.parametrize(("shipped_as", "becomes"), [(2, 5), (5, 5), (9, 9), (4, 5)])
def test_a_changed_document_becomes_a_new_version_in_force(
    nothing_loaded: None, shipped_as: int, becomes: int
) -> None:
    load(policies=changed("ReadOnlyAccess", version=4))
    new = changed("ReadOnlyAccess", document=NOTHING, version=shipped_as)
    assert load(policies=new) == ["ReadOnlyAccess"]
    row = ManagedPolicy.objects.shipped().get()
    assert row.default_version
    assert (row.default_version.number, row.newest) == (becomes, becomes)
    assert row.default_version.document == NOTHING
    assert sorted(row.versions.values_list("number", flat=True)) == [4, becomes]


def test_an_attached_policy_changes_where_it_is_attached(nothing_loaded: None, ben: User) -> None:
    load(policies=changed("ReadOnlyAccess"))
    policy = ManagedPolicy.objects.shipped().get()
    attach(ben, policy)
    load(policies=changed("ReadOnlyAccess", document=NOTHING))
    policy.refresh_from_db()
    assert policy.default_version
    assert policy.default_version.document == NOTHING
    assert ben.attachments.get().policy == policy


def test_white_space_is_no_change(nothing_loaded: None) -> None:
    load(policies=changed("ReadOnlyAccess"))
    packed = json.dumps(json.loads(BY_NAME["ReadOnlyAccess"].document))
    assert load(policies=changed("ReadOnlyAccess", document=packed)) == []


def test_a_new_description_needs_no_new_version(nothing_loaded: None) -> None:
    load(policies=changed("ReadOnlyAccess"))
    assert load(policies=changed("ReadOnlyAccess", description="Reads.")) == ["ReadOnlyAccess"]
    row = ManagedPolicy.objects.shipped().get()
    assert row.description == "Reads."
    assert row.versions.count() == 1


def test_a_policy_that_is_no_longer_shipped_stays(nothing_loaded: None) -> None:
    load(policies=changed("ReadOnlyAccess"))
    load(policies=changed("AWSDenyAll"))
    assert ManagedPolicy.objects.shipped().count() == 2


def test_an_accounts_own_policy_of_a_shipped_name_is_left_alone(
    nothing_loaded: None, account: Account
) -> None:
    own = ManagedPolicy.objects.create(account=account, name="ReadOnlyAccess", unique_id="ANPAOWN")
    load(policies=changed("ReadOnlyAccess"))
    own.refresh_from_db()
    assert own.default_version is None


def test_the_command_says_what_it_changed(nothing_loaded: None) -> None:
    printed = io.StringIO()
    call_command("load_managed_policies", stdout=printed)
    lines = printed.getvalue().splitlines()
    assert "AdministratorAccess" in lines
    assert lines[-1] == f"{len(BY_NAME)} of {len(BY_NAME)} policies changed"
    call_command("load_managed_policies", stdout=printed)
    assert printed.getvalue().splitlines()[-1] == f"0 of {len(BY_NAME)} policies changed"


def test_loading_takes_a_fixed_number_of_queries(
    nothing_loaded: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        managed_policies.load()
    with django_assert_max_num_queries(6):
        managed_policies.load()
