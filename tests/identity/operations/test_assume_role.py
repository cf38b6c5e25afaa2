"""sts:AssumeRole, as boto3 sees it: both sides decide, and the session is the role's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from identity.models import Account, Role, TemporarySession, User
from tests.authenticator import enable_device
from tests.events import logged
from tests.factories import (
    Key,
    attach,
    make_document,
    make_key,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
    trusting,
)
from tests.refusals import refused
from tests.sdk_in_process import sdk

NOT_HERE = "User: {} is not authorized to perform: {} on resource: {}"
MAY_ASSUME = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
SHIPPED = "arn:aws:iam::aws:policy/"
CONTEXT = {"ProviderArn": "a" * 20, "ContextAssertion": "abcd"}


def key_of(answer: dict[str, Any]) -> Key:
    given = answer["Credentials"]
    return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def assume(caller: User | Key, role: Role | str, name: str = "work", **more: Any) -> dict[str, Any]:
    key = caller if isinstance(caller, Key) else make_key(caller)
    arn = role if isinstance(role, str) else role.arn
    answer: dict[str, Any] = sdk("sts", key).assume_role(RoleArn=arn, RoleSessionName=name, **more)
    return answer


def trust(principal: str, *actions: str, **condition: Any) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": actions or MAY_ASSUME,
    }
    return make_document([statement | ({"Condition": condition} if condition else {})])


@pytest.fixture
def role(account: Account) -> Role:
    """Trusts its account, may list users."""
    return make_role(
        account, "deploy", path="/ci/", allow=["iam:ListUsers", "iam:GetAccountSummary"]
    )


# --- whom the role trusts -----------------------------------------------------------------------


def test_a_session_acts_as_the_role_and_as_nothing_else(ana: User, role: Role) -> None:
    answer = assume(ana, role)
    assert answer["AssumedRoleUser"] == {
        "AssumedRoleId": f"{role.unique_id}:work",
        "Arn": f"arn:aws:sts::{role.account_id}:assumed-role/deploy/work",
    }
    key = key_of(answer)
    who = sdk("sts", key).get_caller_identity()
    assert (who["Arn"], who["UserId"]) == (
        answer["AssumedRoleUser"]["Arn"],
        role.unique_id + ":work",
    )
    assert sdk("iam", key).list_users()["Users"]
    message = (
        NOT_HERE.format(who["Arn"], "iam:ListAccountAliases", "*")
        + " because no identity-based policy allows the iam:ListAccountAliases action"
    )
    with refused("AccessDenied", message, 403):
        sdk("iam", key).list_account_aliases()


def test_a_role_that_trusts_the_account_leaves_the_word_to_its_policies(
    ben: User, role: Role
) -> None:
    with refused("AccessDenied", status=403):
        assume(ben, role)
    make_policy(ben, "may", [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role.arn}])
    assert assume(ben, role)["Credentials"]["AccessKeyId"].startswith("ASIA")


@pytest.mark.parametrize("by", ["arn", "unique_id"])
def test_a_role_that_names_the_user_needs_no_policy_of_the_user(ben: User, by: str) -> None:
    role = make_role(ben.account, "open", trust=trust(getattr(ben, by)))
    assert assume(ben, role)["AssumedRoleUser"]


def test_a_boundary_does_not_limit_what_the_trust_policy_gives_the_user_itself(ben: User) -> None:
    ben.boundary = make_managed_policy(ben.account, "edge", _allow("s3:*"))
    ben.save()
    assert assume(ben, make_role(ben.account, "open", trust=trust(ben.arn)))["Credentials"]
    with refused("AccessDenied"):
        assume(ben, make_role(ben.account, "closed"))


def test_between_accounts_both_sides_have_to_allow(cleo: User, account: Account) -> None:
    dana = make_user(cleo.account, "dana")
    trusted = make_role(account, "partner", trust=trust(dana.arn))
    with refused("AccessDenied"):
        assume(dana, trusted)
    make_policy(dana, "may", _allow("sts:AssumeRole"))
    assert assume(dana, trusted)["AssumedRoleUser"]["Arn"].split(":")[4] == account.pk
    with refused("AccessDenied"):
        assume(cleo, make_role(account, "ours"))


def test_a_user_made_anew_under_an_old_name_is_not_trusted(ben: User, account: Account) -> None:
    role = make_role(account, "open", trust=trust(ben.unique_id))
    ben.delete()
    with refused("AccessDenied"):
        assume(make_user(account, "ben", allow=["sts:*"]), role)


def test_a_role_does_not_trust_its_own_sessions_unless_it_says_so(ana: User, role: Role) -> None:
    make_policy(role, "again", _allow("sts:AssumeRole"))
    role.trust_policy = trust(ana.arn)
    role.save()
    with refused("AccessDenied"):
        assume(key_of(assume(ana, role)), role)


@pytest.mark.parametrize("name", ["nobody", "CI/deploy", "deploy"])
def test_of_a_role_that_is_not_there_nobody_learns_it(ben: User, role: Role, name: str) -> None:
    missing = f"arn:aws:iam::{ben.account_id}:role/{name}"
    key = make_key(ben)
    with refused("AccessDenied", NOT_HERE.format(ben.arn, "sts:AssumeRole", missing), 403):
        assume(key, missing)
    with refused("AccessDenied", NOT_HERE.format(ben.arn, "sts:AssumeRole", role.arn), 403):
        assume(key, role)


def test_even_who_may_everything_cannot_assume_a_role_that_is_not_there(ana: User) -> None:
    with refused("AccessDenied"):
        assume(ana, f"arn:aws:iam::{ana.account_id}:role/nobody")
    assert not TemporarySession.objects.exists()


def test_root_may_not_assume_roles(root: User, role: Role) -> None:
    with refused("AccessDenied", "Roles may not be assumed by root accounts.", 403):
        assume(root, role)


def test_an_explicit_deny_in_the_trust_policy_refuses_an_administrator(ana: User) -> None:
    deny = {"Effect": "Deny", "Principal": {"AWS": ana.arn}, "Action": "sts:AssumeRole"}
    role = make_role(ana.account, "closed", trust=make_document([deny]))
    with refused("AccessDenied"):
        assume(ana, role)


# --- conditions of the trust policy ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "allowed"), [("k9-north", True), ("K9-NORTH", False), ("", False)]
)
def test_an_external_id_is_compared_only_where_the_role_asks(
    ana: User, account: Account, given: str, allowed: bool
) -> None:
    role = make_role(
        account,
        "vendor",
        trust=trust(account.root_arn, StringEquals={"sts:ExternalId": "k9-north"}),
    )
    more = {"ExternalId": given} if given else {}
    if allowed:
        assert assume(ana, role, **more)["Credentials"]
    else:
        with refused("AccessDenied"):
            assume(ana, role, **more)


def test_an_external_id_that_nobody_asks_for_does_no_harm(ana: User, role: Role) -> None:
    assert assume(ana, role, ExternalId="k9-north")["Credentials"]


def test_mfa_is_checked_and_counts_for_the_trust_policy_only(iam: Any, ana: User) -> None:
    phone = enable_device(iam(ana), "ana")
    guarded = trust(ana.account.root_arn, Bool={"aws:MultiFactorAuthPresent": "true"})
    role = make_role(ana.account, "guarded", trust=guarded, allow=["*"])
    key = make_key(ana)
    with refused("AccessDenied"):
        assume(key, role)
    code = {"SerialNumber": phone.serial_number, "TokenCode": phone.code(1)}
    session = key_of(assume(key, role, **code))
    with refused("AccessDenied", status=403):
        assume(key, role, **code)
    again = key_of(assume(session, make_role(ana.account, "next")))
    assert sdk("sts", again).get_caller_identity()
    with refused("AccessDenied"):
        assume(session, role)


def test_a_policy_of_the_caller_does_not_see_the_code(iam: Any, ana: User, role: Role) -> None:
    phone = enable_device(iam(ana), "ana")
    without = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    deny = {"Effect": "Deny", "Action": "sts:*", "Resource": "*", "Condition": without}
    make_policy(ana, "mfa", [deny])
    with refused("AccessDenied"):
        assume(ana, role, SerialNumber=phone.serial_number, TokenCode=phone.code(1))


@pytest.mark.parametrize("missing", ["SerialNumber", "TokenCode"])
def test_half_a_second_factor_is_an_error(ana: User, role: Role, missing: str) -> None:
    code = {"SerialNumber": f"arn:aws:iam::{ana.account_id}:mfa/phone", "TokenCode": "123456"}
    del code[missing]
    with refused("ValidationError"):
        assume(ana, role, **code)


def test_the_session_name_may_have_to_be_the_users(ben: User) -> None:
    named = trust(ben.arn, StringLike={"sts:RoleSessionName": "${aws:username}"})
    role = make_role(ben.account, "named", trust=named)
    with refused("AccessDenied"):
        assume(ben, role, "ana")
    assert assume(ben, role, "ben")["Credentials"]


# --- session policies -----------------------------------------------------------------------------


def _allow(*actions: str) -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]


def test_a_session_policy_limits_and_never_grants(ana: User, role: Role) -> None:
    narrow = key_of(
        assume(ana, role, Policy=make_document(_allow("iam:GetAccountSummary", "iam:GetUser")))
    )
    assert sdk("iam", narrow).get_account_summary()
    for verb, params in (("list_users", {}), ("get_user", {"UserName": "ana"})):
        with refused("AccessDenied"):
            getattr(sdk("iam", narrow), verb)(**params)


def test_the_message_names_the_session_policy(ana: User, role: Role) -> None:
    narrow = sdk(
        "iam", key_of(assume(ana, role, Policy=make_document(_allow("iam:GetAccountSummary"))))
    )
    arn = f"arn:aws:sts::{role.account_id}:assumed-role/deploy/work"
    users = f"arn:aws:iam::{role.account_id}:user/"
    because = " because no session policy allows the iam:ListUsers action"
    with refused("AccessDenied", NOT_HERE.format(arn, "iam:ListUsers", users) + because):
        narrow.list_users()


def test_a_managed_session_policy_limits_by_its_present_version(ana: User, role: Role) -> None:
    policy = make_managed_policy(ana.account, "narrow", _allow("iam:GetAccountSummary"))
    answer = assume(ana, role, PolicyArns=[{"arn": policy.arn}])
    assert 0 < answer["PackedPolicySize"] < 100
    client = sdk("iam", key_of(answer))
    with refused("AccessDenied"):
        client.list_users()
    policy.default_version = policy.versions.create(
        number=2, document=make_document(_allow("iam:ListUsers"))
    )
    policy.save()
    assert client.list_users()["Users"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"Policy": make_document(_allow("iam:*" + "x" * 2048))}, "PackedPolicyTooLarge"),
        ({"PolicyArns": [{"arn": SHIPPED + "NoSuchPolicy"}]}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": f"{SHIPPED}P{n}"} for n in range(11)]}, "ValidationError"),
        ({"DurationSeconds": 899}, "ValidationError"),
        ({"DurationSeconds": 999_999}, "ValidationError"),
        ({"DurationSeconds": 43_200}, "ValidationError"),
        ({"ProvidedContexts": [CONTEXT]}, "ValidationError"),
        ({"Tags": [{"Key": key, "Value": "1"} for key in "aA"]}, "InvalidParameterValue"),
        ({"Tags": [{"Key": "AWS:x", "Value": "1"}]}, "InvalidParameterValue"),
        ({"TransitiveTagKeys": ["team"]}, "InvalidParameterValue"),
        ({"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]}, "ValidationError"),
    ],
)
def test_what_is_refused_mints_nothing(
    ana: User, role: Role, more: dict[str, Any], code: str
) -> None:
    role.trust_policy = trust(role.account.root_arn)
    role.save()
    with refused(code):
        assume(ana, role, **more)
    assert not TemporarySession.objects.exists()


@pytest.mark.parametrize("arn", ["deploy", "arn:aws:iam::role/deploy/and-more", "x" * 30])
def test_what_is_no_arn_is_said_to_be_invalid(ana: User, arn: str) -> None:
    code = "AccessDenied" if arn.count(":") >= 5 else "ValidationError"
    with refused(code):
        assume(ana, arn)


# --- tags, source identity and chains -------------------------------------------------------------


def test_session_tags_need_the_permission_on_both_sides(ben: User) -> None:
    silent = make_role(ben.account, "silent", trust=trust(ben.arn, "sts:AssumeRole"))
    with refused("AccessDenied", NOT_HERE.format(ben.arn, "sts:TagSession", silent.arn)):
        assume(ben, silent, Tags=[{"Key": "team", "Value": "red"}])
    assert assume(
        ben,
        make_role(ben.account, "open", trust=trust(ben.arn)),
        Tags=[{"Key": "team", "Value": "red"}],
    )["PackedPolicySize"]


def test_a_session_tag_overrides_the_roles_and_decides(ana: User) -> None:
    role = make_role(ana.account, "tagged", trust=trust(ana.account.root_arn))
    role.tags = [{"Key": "Team", "Value": "blue"}]
    role.save()
    make_policy(role, "by-team", [_if_team("red")])
    with refused("AccessDenied"):
        sdk("iam", key_of(assume(ana, role))).list_users()
    tagged = assume(ana, role, Tags=[{"Key": "team", "Value": "red"}])
    assert sdk("iam", key_of(tagged)).list_users()["Users"]


def _if_team(team: str) -> dict[str, Any]:
    condition = {"StringEquals": {"aws:PrincipalTag/team": team}}
    return {"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": condition}


def _chain(account: Account) -> tuple[Role, Role]:
    first = make_role(account, "first", trust=trust(account.root_arn), allow=["sts:*"])
    second = make_role(account, "second", trust=trust(first.arn))
    make_policy(second, "by-team", [_if_team("red")])
    return first, second


def test_transitive_tags_follow_a_chain_and_others_do_not(ana: User, account: Account) -> None:
    first, second = _chain(account)
    red: dict[str, Any] = {"Tags": [{"Key": "team", "Value": "red"}]}
    passing = key_of(assume(ana, first, **red, TransitiveTagKeys=["TEAM"]))
    assert sdk("iam", key_of(assume(passing, second))).list_users()
    staying = key_of(assume(ana, first, **red))
    with refused("AccessDenied"):
        sdk("iam", key_of(assume(staying, second))).list_users()


def test_an_inherited_tag_cannot_be_set_again(ana: User, account: Account) -> None:
    first, second = _chain(account)
    red: dict[str, Any] = {"Tags": [{"Key": "team", "Value": "red"}]}
    passing = key_of(assume(ana, first, **red, TransitiveTagKeys=["team"]))
    with refused("InvalidParameterValue"):
        assume(passing, second, Tags=[{"Key": "Team", "Value": "blue"}])


def test_a_source_identity_stays_through_a_chain(ana: User, account: Account) -> None:
    first, second = _chain(account)
    session = key_of(assume(ana, first, SourceIdentity="ana"))
    already = "The source identity is already set for this assume role session"
    with refused("ValidationError", already):
        assume(session, second, SourceIdentity="root")
    assert assume(session, second)["SourceIdentity"] == "ana"
    closed = make_role(account, "closed", trust=trust(first.arn, "sts:AssumeRole"))
    with refused("AccessDenied"):
        assume(session, closed)


def test_a_chained_role_lasts_an_hour_at_most(ana: User, account: Account) -> None:
    first, second = _chain(account)
    Role.objects.update(max_session_duration=43_200)
    long = assume(ana, first, DurationSeconds=43_200)
    left = long["Credentials"]["Expiration"] - datetime.now(UTC)
    assert left > timedelta(hours=11, minutes=59)
    message = (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
        "role chaining."
    )
    with refused("ValidationError", message):
        assume(key_of(long), second, DurationSeconds=3601)
    assert assume(key_of(long), second, DurationSeconds=3600)["Credentials"]


# --- what the session may, and when it ends -------------------------------------------------------


@pytest.mark.parametrize("verb", ["get_session_token", "get_federation_token"])
def test_a_role_gets_no_other_credentials(ana: User, role: Role, verb: str) -> None:
    make_policy(role, "all", _allow("*"))
    action = "GetSessionToken" if "session" in verb else "GetFederationToken"
    with refused("AccessDenied", f"Cannot call {action} with session credentials", 403):
        named = {"Name": "jo"} if "federation" in verb else {}
        getattr(sdk("sts", key_of(assume(ana, role))), verb)(**named)


@pytest.mark.parametrize(
    "verb", ["get_user", "create_access_key", "list_access_keys", "list_mfa_devices"]
)
def test_a_session_has_to_name_the_user(ana: User, role: Role, verb: str) -> None:
    make_policy(role, "all", _allow("*"))
    message = "Must specify userName when calling with non-User credentials"
    with refused("ValidationError", message, 400):
        getattr(sdk("iam", key_of(assume(ana, role))), verb)()


def test_a_new_policy_of_the_role_holds_for_sessions_that_run(ana: User, role: Role) -> None:
    client = sdk("iam", key_of(assume(ana, role)))
    with refused("AccessDenied"):
        client.list_account_aliases()
    attach(role, make_managed_policy(ana.account, "more", _allow("iam:ListAccountAliases")))
    assert client.list_account_aliases()["AccountAliases"]


def test_older_sessions_are_revoked_by_their_time_of_issue(ana: User, role: Role) -> None:
    key = key_of(assume(ana, role))
    before = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    revoked = {"DateLessThan": {"aws:TokenIssueTime": before}}
    make_policy(
        role,
        "AWSRevokeOlderSessions",
        [{"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": revoked}],
    )
    with refused("AccessDenied"):
        sdk("iam", key).list_users()


def test_sessions_die_with_their_role(ana: User, role: Role) -> None:
    key = key_of(assume(ana, role))
    role.delete()
    with refused("InvalidClientTokenId", status=403):
        sdk("sts", key).get_caller_identity()


def test_the_role_remembers_that_it_was_used(ana: User, role: Role) -> None:
    sdk("sts", key_of(assume(ana, role))).get_caller_identity()
    role.refresh_from_db()
    assert role.last_used_at is not None
    assert role.last_used_region == "us-east-1"


def test_the_event_tells_who_assumed_what_in_both_accounts(cleo: User, account: Account) -> None:
    role = make_role(account, "partner", trust=trusting(cleo.arn))
    assume(cleo, role, "audit")
    ours, theirs = (logged().get(account=one, name="AssumeRole") for one in (account, cleo.account))
    for event in (ours, theirs):
        assert event.user_identity["arn"] == cleo.arn
        assert (event.request_parameters or {})["roleArn"] == role.arn
        assert "SecretAccessKey" not in json.dumps(event.response_elements)


def test_the_log_tells_whose_session_acted(ana: User, role: Role, own_journal: Any) -> None:
    sdk("iam", key_of(assume(ana, role))).list_users()
    own_journal.drain()
    event = logged().get(name="ListUsers")
    assert event.user_identity["type"] == "AssumedRole"
    assert event.user_identity["sessionContext"]["sessionIssuer"]["arn"] == role.arn
    assert event.user_name == "work"
