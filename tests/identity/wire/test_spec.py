"""The models: which action a name means, and what of a call the audit log may show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from identity.errors import AwsError, InvalidAction, MissingAction
from identity.wire import spec
from identity.wire.spec import HIDDEN


def input_of(service: str, action: str) -> Any:
    return spec.operation(service, action).input_shape


def output_of(service: str, action: str) -> Any:
    return spec.operation(service, action).output_shape


@pytest.mark.parametrize(
    ("version", "action", "service"),
    [("2010-05-08", "GetUser", "iam"), ("2011-06-15", "GetCallerIdentity", "sts")],
)
def test_the_version_tells_the_services_apart(version: str, action: str, service: str) -> None:
    found, model = spec.find(version, action)
    assert (found, model.name) == (service, action)


@pytest.mark.parametrize(
    ("version", "action", "error", "message"),
    [
        ("2010-05-08", "", MissingAction, "Missing Action"),
        ("2010-05-08", "Dance", InvalidAction, "operation Dance for version 2010-05-08"),
        ("2010-05-08", "getuser", InvalidAction, "operation getuser for version 2010-05-08"),
        ("2010-05-08", "AssumeRole", InvalidAction, "operation AssumeRole for version 2010-05-08"),
        ("2011-06-15", "GetUser", InvalidAction, "operation GetUser for version 2011-06-15"),
        ("2010-05-09", "GetUser", InvalidAction, "operation GetUser for version 2010-05-09"),
        ("", "GetUser", InvalidAction, "Could not find operation GetUser for version "),
    ],
)
def test_an_action_is_found_under_its_own_version_only(
    version: str, action: str, error: type[AwsError], message: str
) -> None:
    with pytest.raises(error) as refusal:
        spec.find(version, action)
    assert message in refusal.value.message


def test_a_name_that_a_client_invents_is_not_kept() -> None:
    spec.find("2010-05-08", "GetUser")
    before = spec.operation.cache_info().currsize
    with pytest.raises(InvalidAction):
        spec.find("2010-05-08", "Invented")
    assert spec.operation.cache_info().currsize == before


def test_an_operation_that_the_service_lacks_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        spec.operation("sts", "GetUser")
    with pytest.raises(KeyError):
        spec.operation("s3", "ListBuckets")


@pytest.mark.parametrize(
    ("action", "verb"),
    [
        ("GetUser", "get_user"),
        ("CreateSAMLProvider", "create_saml_provider"),
        ("ListMFADevices", "list_mfa_devices"),
        ("CreateOpenIDConnectProvider", "create_open_id_connect_provider"),
        ("UploadSSHPublicKey", "upload_ssh_public_key"),
        ("SetSecurityTokenServicePreferences", "set_security_token_service_preferences"),
    ],
)
def test_verbs_are_those_of_boto3_both_ways(action: str, verb: str) -> None:
    assert spec.verb(action) == verb
    assert spec.action("iam", verb) == action
    assert spec.action("sts", verb) is None


def test_a_redacted_copy_has_cloudtrails_names_and_no_secret() -> None:
    params = {"UserName": "ana", "OldPassword": "old", "NewPassword": "new"}
    assert spec.redact(input_of("iam", "ChangePassword"), params) == {
        "userName": HIDDEN,  # not a member of this action: what is unknown is not shown
        "oldPassword": HIDDEN,
        "newPassword": HIDDEN,
    }


@pytest.mark.parametrize(
    ("service", "action", "params", "hidden"),
    [
        ("iam", "CreateLoginProfile", {"UserName": "ana", "Password": "x"}, {"password"}),
        (
            "iam",
            "EnableMFADevice",
            {"UserName": "a", "AuthenticationCode1": "111111", "AuthenticationCode2": "222222"},
            {"authenticationCode1", "authenticationCode2"},
        ),
        ("sts", "GetSessionToken", {"SerialNumber": "arn:x", "TokenCode": "123456"}, {"tokenCode"}),
        ("sts", "AssumeRoleWithSAML", {"RoleArn": "r", "SAMLAssertion": "PD94"}, {"sAMLAssertion"}),
        (
            "sts",
            "AssumeRoleWithWebIdentity",
            {"RoleArn": "r", "WebIdentityToken": "ey"},
            {"webIdentityToken"},
        ),
        ("iam", "UploadServerCertificate", {"PrivateKey": "-----"}, {"privateKey"}),
    ],
)
def test_secrets_of_requests_are_hidden(
    service: str, action: str, params: dict[str, str], hidden: set[str]
) -> None:
    shown = spec.redact(input_of(service, action), params)
    assert {name for name, value in shown.items() if value == HIDDEN} == hidden


def test_secrets_of_answers_are_hidden_at_any_depth() -> None:
    result = {
        "Credentials": {
            "AccessKeyId": "ASIAEXAMPLE",
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": datetime(2026, 11, 24, 10, 9, 2, 999, tzinfo=UTC),
        }
    }
    assert spec.redact(output_of("sts", "AssumeRole"), result) == {
        "credentials": {
            "accessKeyId": "ASIAEXAMPLE",
            "secretAccessKey": HIDDEN,
            "sessionToken": HIDDEN,
            "expiration": "2026-11-24T10:09:02Z",
        }
    }


def test_every_member_that_the_models_call_sensitive_is_hidden() -> None:
    for service in spec.SERVICES:
        for name in spec.model(service).shape_names:
            shape = spec.model(service).shape_for(name)
            for member, described in getattr(shape, "members", {}).items():
                if described.metadata.get("sensitive"):
                    assert spec.redact(shape, {member: "x"}) == {
                        member[:1].lower() + member[1:]: HIDDEN
                    }


def test_names_in_lists_change_and_keys_of_maps_do_not() -> None:
    tagged = {"Tags": [{"Key": "Team", "Value": "Blue"}]}
    assert spec.redact(input_of("iam", "TagUser"), tagged) == {
        "tags": [{"key": "Team", "value": "Blue"}]
    }
    summary = {"SummaryMap": {"Users": 3}}
    assert spec.redact(output_of("iam", "GetAccountSummary"), summary) == {
        "summaryMap": {"Users": 3}
    }


def test_a_policy_document_stays_as_it_is() -> None:
    params = {"UserName": "ana", "PolicyName": "p", "PolicyDocument": '{"Version": "2012-10-17"}'}
    shown = spec.redact(input_of("iam", "PutUserPolicy"), params)
    assert shown["policyDocument"] == params["PolicyDocument"]


def test_bytes_are_shown_in_base64() -> None:
    report = {"Content": b"user,arn", "ReportFormat": "text/csv"}
    shown = spec.redact(output_of("iam", "GetCredentialReport"), report)
    assert shown == {"content": "dXNlcixhcm4=", "reportFormat": "text/csv"}


def test_the_copy_is_deep_and_the_original_untouched() -> None:
    params: dict[str, Any] = {"UserName": "ana", "Tags": [{"Key": "a", "Value": "b"}]}
    shown = spec.redact(input_of("iam", "TagUser"), params)
    shown["tags"][0]["key"] = "changed"
    assert params["Tags"] == [{"Key": "a", "Value": "b"}]


@pytest.mark.parametrize(
    "params",
    [
        {"Tags": "text"},
        {"Tags": [None, 7, "text"]},
        {"Tags": {"Key": "a"}},
        {"UserName": {"deep": ["x"]}},
        {"UserName": None, "": "x"},
        {"UserName": ["x"]},
    ],
)
def test_parameters_that_make_no_sense_are_still_redacted(params: dict[str, Any]) -> None:
    shown = spec.redact(input_of("iam", "TagUser"), params)
    assert len(shown) == len(params)


def test_an_action_without_parameters_shows_none_of_what_it_is_given() -> None:
    assert spec.redact(None, {"password": "x"}) == {"password": HIDDEN}


def test_times_are_in_utc_and_need_their_zone() -> None:
    ahead = timezone(timedelta(hours=2))
    assert spec.timestamp(datetime(2026, 1, 1, 1, 30, tzinfo=ahead)) == "2025-12-31T23:30:00Z"
    with pytest.raises(ValueError, match="no time zone"):
        spec.timestamp(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test
