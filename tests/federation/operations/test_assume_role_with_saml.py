"""AssumeRoleWithSAML: an assertion for credentials, once for each role that trusts it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from federation import models
from federation.models import FederatedAttempt, SamlProvider, SeenAssertion
from identity import condition_keys, journal, unsigned
from identity.authentication import acting_as
from identity.errors import AwsError
from identity.facts import Facts
from identity.models import Account, Role, TemporarySession
from identity.unsigned import Unsigned
from tests.events import logged
from tests.factories import make_account, make_managed_policy, make_role
from tests.federation import responses
from tests.federation.documents import IDP, metadata
from tests.federation.responses import encoded

NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithSAML"
NO_PAIR = "SAML Assertion doesn't contain the requested Role and Metadata in the attributes"


@pytest.fixture
def provider(account: Account) -> SamlProvider:
    return make_provider(account)


def make_provider(account: Account, name: str = "Corp") -> SamlProvider:
    return SamlProvider.objects.create(
        account=account, name=name, metadata=metadata(), valid_until=timezone.now()
    )


def trusting(provider: SamlProvider, *actions: str, **more: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider.arn},
        "Action": ["sts:AssumeRoleWithSAML", *actions],
        **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def role(provider: SamlProvider) -> Role:
    return make_role(provider.account, "ops", trust=trusting(provider))


def attributes(role: Role, provider: SamlProvider, **more: Any) -> dict[str, Any]:
    given = {"Role": f"{role.arn},{provider.arn}", "RoleSessionName": "alice@example.test"}
    return {key: value for key, value in {**given, **more}.items() if value is not None}


def assume(role: Role | str, provider: SamlProvider | str, document: str, **more: Any) -> Any:
    params = {
        "RoleArn": role if isinstance(role, str) else role.arn,
        "PrincipalArn": provider if isinstance(provider, str) else provider.arn,
        "SAMLAssertion": encoded(document),
        **more,
    }
    return unsigned.perform(Unsigned("sts", "AssumeRoleWithSAML", params))


def refusal(*call: Any, **more: Any) -> tuple[str, str]:
    with pytest.raises(AwsError) as caught:
        assume(*call, **more)
    return caught.value.code, caught.value.message


def test_an_assertion_becomes_credentials(role: Role, provider: SamlProvider) -> None:
    result = assume(role, provider, responses.response(attributes(role, provider)))
    assert result["Subject"] == "alice"
    assert result["SubjectType"] == "persistent"
    assert result["Issuer"] == IDP
    assert result["Audience"] == responses.ACS
    assert len(result["NameQualifier"]) == 28
    assert result["AssumedRoleUser"]["Arn"].endswith("assumed-role/ops/alice@example.test")
    assert result.keys() & {"PackedPolicySize", "SourceIdentity"} == set()
    row = TemporarySession.objects.get(pk=result["Credentials"]["AccessKeyId"])
    keys = condition_keys.of(acting_as(row), Facts())
    assert keys["aws:FederatedProvider"] == provider.arn
    assert keys["saml:sub"] == "alice"
    assert keys["saml:namequalifier"] == result["NameQualifier"]
    assert "saml:aud" not in keys


def test_the_audit_log_names_who_came_and_holds_no_assertion(
    role: Role, provider: SamlProvider
) -> None:
    document = responses.response(attributes(role, provider))
    result = assume(role, provider, document)
    event = logged().get(name="AssumeRoleWithSAML")
    assert event.account_id == role.account_id
    assert event.user_identity == {
        "type": "SAMLUser",
        "principalId": f"{result['NameQualifier']}:alice",
        "userName": "alice",
        "identityProvider": result["NameQualifier"],
    }
    shown = json.dumps(event.describe())
    assert result["Credentials"]["SecretAccessKey"] not in shown
    assert result["Credentials"]["SessionToken"] not in shown
    assert encoded(document)[:100] not in shown
    assert event.describe()["requestParameters"]["roleArn"] == role.arn


def test_the_sign_in_log_keeps_the_document_sealed_and_every_check(
    role: Role, provider: SamlProvider
) -> None:
    document = responses.response(attributes(role, provider))
    assume(role, provider, document)
    attempt = FederatedAttempt.objects.about(provider).get()
    assert (attempt.outcome, attempt.surface, attempt.subject) == ("accepted", "api", "alice")
    assert attempt.document == document
    assert b"alice" not in bytes(attempt.sealed_document)
    assert all(check["passed"] for check in attempt.checks)
    assert {check["name"] for check in attempt.checks} >= {"Issuer", "Trust policy", "Duration"}


def test_an_assertion_is_good_once_for_each_role(role: Role, provider: SamlProvider) -> None:
    other = make_role(role.account, "dev", trust=trusting(provider))
    pairs = [f"{one.arn},{provider.arn}" for one in (role, other)]
    document = responses.response(attributes(role, provider, Role=pairs))
    assume(role, provider, document)
    assume(other, provider, document)
    code, _message = refusal(role, provider, document)
    assert code == "InvalidIdentityToken"
    assert SeenAssertion.objects.count() == 2
    assert TemporarySession.objects.count() == 2


def test_a_new_response_around_the_same_assertion_is_the_same_assertion(
    role: Role, provider: SamlProvider
) -> None:
    inside = responses.signed(responses.assertion(attributes(role, provider)))
    assume(role, provider, responses.enclosed(inside))
    assert refusal(role, provider, responses.enclosed(inside))[0] == "InvalidIdentityToken"


def test_an_issuer_that_the_metadata_does_not_name_is_refused(
    role: Role, provider: SamlProvider
) -> None:
    document = responses.response(attributes(role, provider), issuer="https://evil")
    assert refusal(role, provider, document) == (
        "InvalidIdentityToken",
        "Issuer not present in specified provider",
    )


@pytest.mark.parametrize("given", [{"now": 60}, {"ends": 1}], ids=str)
def test_what_is_over_has_expired(
    role: Role, provider: SamlProvider, given: dict[str, int]
) -> None:
    """`given` is how many minutes ago."""
    past = {name: datetime.now(UTC) - timedelta(minutes=ago) for name, ago in given.items()}
    document = responses.response(attributes(role, provider), **past)
    assert refusal(role, provider, document) == ("ExpiredTokenException", "Response has expired")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"RoleSessionName": None}, "RoleSessionName is required in AuthnResponse"),
        ({"RoleSessionName": "x"}, "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9"),
        ({"RoleSessionName": "x" * 65}, "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9"),
        ({"RoleSessionName": "Zoë Li"}, "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9"),
        ({"SourceIdentity": "aws:li"}, "Source Identity must match [a-zA-Z_0-9"),
        ({"SessionDuration": "899"}, "invalid SAML response"),
        ({"SessionDuration": "3600.0"}, "invalid SAML response"),
        ({"SessionDuration": " 900"}, "invalid SAML response"),
        ({"SessionDuration": "43201"}, "invalid SAML response"),
        ({"Role": "nonsense"}, "invalid SAML response"),
        ({"TransitiveTagKeys": "team"}, "invalid SAML response"),
        ({"PrincipalTag:team": ["a", "b"]}, "invalid SAML response"),
    ],
    ids=str,
)
def test_attributes_have_aws_s_rules(
    role: Role, provider: SamlProvider, given: Any, sentence: str
) -> None:
    document = responses.response(attributes(role, provider, **given))
    code, message = refusal(role, provider, document)
    assert code == "InvalidIdentityToken"
    assert sentence in message


def test_an_unsigned_assertion_is_refused(role: Role, provider: SamlProvider) -> None:
    document = responses.enclosed(responses.assertion(attributes(role, provider)))
    code, message = refusal(role, provider, document)
    assert code == "InvalidIdentityToken"
    assert message.startswith("Response (with optional signature) must contain an assertion")


def test_a_changed_assertion_is_refused(role: Role, provider: SamlProvider) -> None:
    document = responses.response(attributes(role, provider)).replace(">alice<", ">admin<")
    assert refusal(role, provider, document) == (
        "InvalidIdentityToken",
        "Response signature invalid",
    )


@pytest.mark.parametrize("text", ["!!!!", "AAAA", "<samlp:Response/>", "PHg+"])
def test_what_is_no_response_is_refused(role: Role, provider: SamlProvider, text: str) -> None:
    code, _ = refusal(role, provider, "", SAMLAssertion=text)
    assert code == "InvalidIdentityToken"


def test_the_identity_provider_may_refuse(role: Role, provider: SamlProvider) -> None:
    inside = responses.signed(responses.assertion(attributes(role, provider)))
    failed = "urn:oasis:names:tc:SAML:2.0:status:Responder"
    code, _ = refusal(role, provider, responses.enclosed(inside, status=failed))
    assert code == "IDPRejectedClaim"


def test_the_pair_must_be_in_the_assertion(role: Role, provider: SamlProvider) -> None:
    other = make_role(role.account, "dev", trust=trusting(provider))
    document = responses.response(attributes(role, provider))
    assert refusal(other, provider, document) == ("InvalidIdentityToken", NO_PAIR)


def test_a_provider_that_was_deleted_proves_nothing(role: Role, provider: SamlProvider) -> None:
    document, arn = responses.response(attributes(role, provider)), provider.arn
    provider.delete()
    assert refusal(role, arn, document) == (
        "InvalidIdentityToken",
        "Specified provider doesn't exist",
    )


def test_a_role_of_another_account_is_out_of_reach(provider: SamlProvider) -> None:
    other = make_account("Partner", "root@partner.test")
    foreign = make_role(other, "Admin", trust=trusting(provider))
    document = responses.response(attributes(foreign, provider))
    assert refusal(foreign, provider, document) == ("AccessDenied", NOT_AUTHORIZED)


def test_a_role_that_trusts_another_provider_is_out_of_reach(provider: SamlProvider) -> None:
    other = make_provider(provider.account, "Other")
    role = make_role(provider.account, "ops", trust=trusting(other))
    document = responses.response(attributes(role, provider))
    assert refusal(role, provider, document) == ("AccessDenied", NOT_AUTHORIZED)


def test_a_role_that_is_not_there_is_refused_like_one_that_does_not_trust(
    account: Account, provider: SamlProvider
) -> None:
    gone = make_role(account, "gone")
    document = responses.response(attributes(gone, provider))
    gone.delete()
    assert refusal(gone, provider, document) == ("AccessDenied", NOT_AUTHORIZED)


@pytest.mark.parametrize(
    ("given", "action"),
    [
        ({"PrincipalTag:team": "blue"}, "sts:TagSession"),
        ({"SourceIdentity": "alice"}, "sts:SetSourceIdentity"),
    ],
)
def test_tags_and_source_identity_need_their_own_trust(
    account: Account, provider: SamlProvider, given: Any, action: str
) -> None:
    closed = make_role(account, "closed", trust=trusting(provider))
    document = responses.response(attributes(closed, provider, **given))
    assert refusal(closed, provider, document) == ("AccessDenied", NOT_AUTHORIZED)
    opened = make_role(account, "opened", trust=trusting(provider, action))
    document = responses.response(attributes(opened, provider, **given))
    result = assume(opened, provider, document)
    row = TemporarySession.objects.get(pk=result["Credentials"]["AccessKeyId"])
    assert (row.tags, row.source_identity) in (({"team": "blue"}, ""), ({}, "alice"))


@pytest.mark.parametrize(
    ("asked", "attribute", "ends", "seconds"),
    [
        (None, None, None, 3600),
        (900, None, None, 900),
        (None, "7200", None, 7200),
        (7200, "900", None, 900),
        (900, "7200", None, 900),
        (3600, None, 100, 100),
    ],
)
def test_the_shortest_wish_is_the_duration(
    account: Account,
    provider: SamlProvider,
    asked: int | None,
    attribute: str | None,
    ends: int | None,
    seconds: int,
) -> None:
    role = make_role(account, "ops", trust=trusting(provider))
    role.max_session_duration = 7200
    role.save()
    end = datetime.now(UTC) + timedelta(seconds=ends) if ends else None
    given = attributes(role, provider, SessionDuration=attribute)
    more = {"DurationSeconds": asked} if asked else {}
    result = assume(role, provider, responses.response(given, ends=end), **more)
    row = TemporarySession.objects.get(pk=result["Credentials"]["AccessKeyId"])
    assert abs((row.expires_at - row.issued_at).total_seconds() - seconds) <= 2


def test_no_session_is_longer_than_the_role_allows(role: Role, provider: SamlProvider) -> None:
    document = responses.response(attributes(role, provider))
    assert refusal(role, provider, document, DurationSeconds=3601) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )


def test_session_policies_limit_and_are_measured(role: Role, provider: SamlProvider) -> None:
    policy = make_managed_policy(role.account, "edge", [])
    document = responses.response(attributes(role, provider))
    allow = {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}
    policy_text = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    result = assume(role, provider, document, Policy=policy_text, PolicyArns=[{"arn": policy.arn}])
    assert 1 <= result["PackedPolicySize"] <= 100
    row = TemporarySession.objects.get(pk=result["Credentials"]["AccessKeyId"])
    assert (row.policies, row.policy_arns) == ([policy_text], [policy.arn])


def test_a_refusal_is_in_the_sign_in_log_with_its_reason(
    role: Role, provider: SamlProvider
) -> None:
    document = responses.response(attributes(role, provider)).replace(">alice<", ">admin<")
    refusal(role, provider, document)
    attempt = FederatedAttempt.objects.about(provider).get()
    assert (attempt.outcome, attempt.refusal) == ("refused", "SIG_VALUE")
    assert attempt.answer == "Response signature invalid"
    assert attempt.checks[-1]["remedy"] or attempt.checks[-1]["expected"]


def test_the_audit_log_has_refusals_of_those_who_were_proven_only(
    role: Role, provider: SamlProvider
) -> None:
    closed = make_role(role.account, "closed")
    proven = responses.response(attributes(closed, provider))
    refusal(closed, provider, proven.replace(">alice<", ">admin<"))
    journal.drain()
    assert not logged().filter(name="AssumeRoleWithSAML").exists()
    refusal(closed, provider, proven)
    journal.drain()
    event = logged().get(name="AssumeRoleWithSAML")
    assert (event.error_code, event.user_identity["userName"]) == ("AccessDenied", "alice")
    assert "SAMLAssertion" not in json.dumps(event.describe())


def test_a_provider_s_log_is_bounded(
    role: Role, provider: SamlProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("federation.attempts.MOST", 3)
    for _ in range(5):
        refusal(role, provider, "<x/>")
    assert FederatedAttempt.objects.about(provider).count() == 3


def test_a_provider_of_the_same_name_elsewhere_has_a_log_of_its_own(
    role: Role, provider: SamlProvider
) -> None:
    other = make_account("Partner", "root@partner.test")
    assume(role, provider, responses.response(attributes(role, provider)))
    assert models.saml_arn(other.pk, "Corp") != provider.arn
    assert not FederatedAttempt.objects.about(make_provider(other)).exists()
