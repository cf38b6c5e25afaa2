"""AssumeRoleWithWebIdentity: an ID token for credentials; keys are asked for seldom."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from federation import key_sets
from federation.models import FederatedAttempt, OidcKeySet, OidcProvider
from federation.oidc import discovery
from federation.oidc.discovery import DiscoveryError, Fetched, UntrustedError
from identity import condition_keys, unsigned
from identity.authentication import acting_as
from identity.errors import AwsError
from identity.facts import Facts
from identity.models import Account, Role, TemporarySession
from identity.unsigned import Unsigned
from tests.events import logged
from tests.factories import make_account, make_role
from tests.federation.oidc import tokens
from tests.federation.oidc.tokens import CLIENT, ISSUER, NOW, SECOND, claims, public, rsa, token

NAME = ISSUER.removeprefix("https://")
AWS = "https://aws.amazon.com/"


@pytest.fixture
def provider(account: Account) -> OidcProvider:
    return OidcProvider.objects.create(account=account, url=NAME, client_ids=[CLIENT])


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the provider answers next, in a list; empty is no answer."""
    answers: list[Any] = []
    asked: list[Any] = []

    def fetch(*given: object) -> Fetched:
        asked.append(given)
        if not answers:
            raise DiscoveryError("no answer")
        return Fetched("{}", str(answers[-1]))

    monkeypatch.setattr(discovery, "fetch", fetch)
    answers.append(tokens.key_set())
    return [answers, asked]


def trusting(provider: OidcProvider, *actions: str, **more: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider.arn},
        "Action": ["sts:AssumeRoleWithWebIdentity", *actions],
        **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def role(provider: OidcProvider, fetches: list[Any]) -> Role:
    condition = {"StringEquals": {f"{NAME}:aud": CLIENT, f"{NAME}:sub": "mei-1234"}}
    return make_role(provider.account, "photos", trust=trusting(provider, Condition=condition))


def assume(role: Role | str, text: str, seconds: int = 0, **more: Any) -> Any:
    params = {
        "RoleArn": role if isinstance(role, str) else role.arn,
        "RoleSessionName": "photo-app",
        "WebIdentityToken": text,
        **more,
    }
    facts = Facts(at=NOW + timedelta(seconds=seconds))
    return unsigned.perform(Unsigned("sts", "AssumeRoleWithWebIdentity", params, facts))


def refusal(*call: Any, **more: Any) -> tuple[str, str]:
    with pytest.raises(AwsError) as caught:
        assume(*call, **more)
    return caught.value.code, caught.value.message


def test_a_token_becomes_credentials(role: Role, provider: OidcProvider) -> None:
    result = assume(role, token(claims(amr=["pwd"])))
    assert result["SubjectFromWebIdentityToken"] == "mei-1234"
    assert (result["Audience"], result["Provider"]) == (CLIENT, provider.arn)
    assert result["AssumedRoleUser"]["Arn"].endswith("assumed-role/photos/photo-app")
    assert result.keys() & {"PackedPolicySize", "SourceIdentity"} == set()
    row = TemporarySession.objects.get(pk=result["Credentials"]["AccessKeyId"])
    keys = condition_keys.of(acting_as(row), Facts())
    assert keys["aws:FederatedProvider"] == provider.arn
    assert (keys[f"{NAME}:aud"], keys[f"{NAME}:sub"]) == (CLIENT, "mei-1234")
    assert f"{NAME}:oaud" not in keys


def test_the_logs_name_who_came_and_hold_nothing_to_use_again(
    role: Role, provider: OidcProvider
) -> None:
    text = token()
    result = assume(role, text)
    event = logged().get(name="AssumeRoleWithWebIdentity")
    assert event.user_identity["userName"] == "mei-1234"
    shown = json.dumps(event.describe())
    assert text not in shown
    assert result["Credentials"]["SecretAccessKey"] not in shown
    attempt = FederatedAttempt.objects.about(provider).get()
    assert (attempt.outcome, attempt.kind) == ("accepted", "OIDC")
    assert attempt.document == text.rpartition(".")[0]


INVALID = "InvalidIdentityToken"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("no token", INVALID, "The web identity token that was passed is not valid."),
        (token(claims(iss="https://x.test")), INVALID,
         "No OpenIDConnect provider found in your account for https://x.test"),
        (token(claims(iss=ISSUER + "/")), INVALID,
         f"No OpenIDConnect provider found in your account for {ISSUER}/"),
        (token(claims(iss=...)), INVALID, "Missing a required claim: iss"),
        (token(claims(exp=...)), INVALID, "Missing a required claim: exp"),
        (token(claims(aud="x")), INVALID, "Incorrect token audience"),
        (token(claims(exp=SECOND - 900)), "ExpiredTokenException",
         f"Token expired: current date/time {SECOND} must be before the expiration date/time "
         f"{SECOND - 900}"),
        (token(claims(sub="bo-1234")), "AccessDenied",
         "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        (token(claims(**{AWS + "roles": ["arn:aws:iam::1:role/x"]})), INVALID,
         "The token does not allow the requested role."),
        (token(claims(**{AWS + "tags": {"principal_tags": {"k": ["a", "b"]}}})), INVALID,
         "The web identity token that was passed is not valid."),
        (token(claims(**{AWS + "tags": {"principal_tags": {"k": ["a"]}}})), "AccessDenied",
         "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        (token(claims(**{AWS + "source_identity": "mei"})), "AccessDenied",
         "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_does_not_come_in_is_told_why(role: Role, text: str, code: str, message: str) -> None:
    """JWT-07, JWT-08, JWT-10, JWT-17."""
    assert refusal(role, text) == (code, message)
    assert not TemporarySession.objects.exists()


def test_special_claims_become_the_session(provider: OidcProvider, fetches: list[Any]) -> None:
    condition = {"Bool": {"sts:RoleAuthorizedByIdp": "true"}}
    trust = trusting(provider, "sts:TagSession", "sts:SetSourceIdentity", Condition=condition)
    role = make_role(provider.account, "tagged", trust=trust)
    tags = {"principal_tags": {"team": ["red"]}, "transitive_tag_keys": ["team"]}
    more = {AWS + "tags": tags, AWS + "source_identity": "mei", AWS + "roles": [role.arn]}
    result = assume(role, token(claims(**more)))
    assert result["SourceIdentity"] == "mei"
    row = TemporarySession.objects.get()
    assert (row.tags, row.transitive_keys) == ({"team": "red"}, ["team"])
    del more[AWS + "roles"]
    assert refusal(role, token(claims(**more)))[0] == "AccessDenied"


def test_a_provider_speaks_for_its_own_account_only(role: Role) -> None:
    other = make_role(make_account(email="other@example.test"), "photos")
    assert refusal(other, token())[1].startswith("No OpenIDConnect provider found")


def test_longer_than_the_role_allows_is_refused(role: Role) -> None:
    assert refusal(role, token(), DurationSeconds=3601)[0] == "ValidationError"


@pytest.mark.parametrize("name", ["www.amazon.com", "graph.facebook.com", "idp.test"])
def test_access_tokens_are_not_accepted(role: Role, name: str) -> None:
    assert refusal(role, "Atza|opaque", ProviderId=name)[0] in (INVALID, "ValidationError")


def test_a_thousand_unknown_kids_in_a_second_are_one_question(
    role: Role, provider: OidcProvider, fetches: list[Any]
) -> None:
    """JWT-04."""
    for number in range(1000):
        known = key_sets.of(provider, f"k{number}", NOW + timedelta(milliseconds=number))
        assert [key.kid for key in known] == ["one"]
    text = token(header={"alg": "RS256", "kid": "k1"})
    assert refusal(role, text)[1].startswith("Couldn't retrieve verification key")
    assert len(fetches[1]) == 1
    assume(role, token())


def test_a_token_may_be_used_again_while_it_lasts(role: Role) -> None:
    """JWT-16."""
    text = token(claims(jti="once"))
    keys = {assume(role, text)["Credentials"]["AccessKeyId"] for _ in range(2)}
    assert len(keys) == 2


def test_a_client_id_that_was_removed_is_no_audience(role: Role, provider: OidcProvider) -> None:
    """JWT-17."""
    provider.client_ids = ["other"]
    provider.save()
    assert refusal(role, token()) == (INVALID, "Incorrect token audience")


def test_a_provider_that_nobody_vouches_for_is_said_so(
    role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JWT-17."""
    told = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"

    def fetch(*given: object) -> Fetched:
        raise UntrustedError(told)

    monkeypatch.setattr(discovery, "fetch", fetch)
    assert refusal(role, token()) == (INVALID, told)


_GOOGLE = "accounts.google.com"


@pytest.mark.parametrize(
    ("said", "key", "wanted"),
    [
        ({"azp": CLIENT}, "azp", CLIENT),
        ({"azp": CLIENT, "aud": [CLIENT, "web"]}, "oaud", "web"),
        ({"amr": ["pwd", "otp"]}, "amr", "otp"),
        ({"sub": "x"}, "sub", "x"),
    ],
)
def test_documented_claims_are_condition_keys(
    provider: OidcProvider, fetches: list[Any], said: dict[str, Any], key: str, wanted: str
) -> None:
    condition = {"ForAnyValue:StringEquals": {f"{NAME}:{key}": wanted}}
    role = make_role(provider.account, "r", trust=trusting(provider, Condition=condition))
    assume(role, token(claims(**said)))
    assert refusal(role, token(claims()))[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("host", "claim", "key"),
    [
        ("token.actions.githubusercontent.com", "repository_id", "repository_id"),
        ("token.actions.githubusercontent.com", "environment", "environment"),
        (_GOOGLE, "google:organization_number", "google/organization_number"),
        ("oidc.circleci.com/org/1", "oidc.circleci.com/project-id", "oidc.circleci.com/project-id"),
    ],
)
def test_claims_of_known_providers_are_condition_keys(
    account: Account, fetches: list[Any], host: str, claim: str, key: str
) -> None:
    provider = OidcProvider.objects.create(account=account, url=host, client_ids=[CLIENT])
    condition = {"StringEquals": {f"{host}:{key}": "42", f"{host}:sub": "mei-1234"}}
    role = make_role(account, "ci", trust=trusting(provider, Condition=condition))
    said = {"iss": f"https://{host}"}
    assume(role, token(claims(**said, **{claim: "42"})))
    assert refusal(role, token(claims(**said, **{claim: "43"})))[0] == "AccessDenied"
    assert refusal(role, token(claims(**said, other="42")))[0] == "AccessDenied"


def test_google_is_trusted_by_its_host_as_in_aws_but_by_its_own_account_alone(
    account: Account, fetches: list[Any]
) -> None:
    OidcProvider.objects.create(account=account, url=_GOOGLE, client_ids=[CLIENT])
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": _GOOGLE},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{_GOOGLE}:aud": CLIENT}},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    text = token(claims(iss=f"https://{_GOOGLE}"))
    assume(make_role(account, "web", trust=trust), text)
    other = make_role(make_account(email="other@example.test"), "web", trust=trust)
    assert refusal(other, text)[1].startswith("No OpenIDConnect provider found")


def test_a_new_key_is_found_within_a_minute_and_an_old_one_ends_within_an_hour(
    role: Role, fetches: list[Any]
) -> None:
    """JWT-15."""
    assume(role, token())
    fetches[0].append(tokens.key_set(public(rsa(1), "two")))
    new = token(header={"alg": "RS256", "kid": "two"}, key=rsa(1))
    assert refusal(role, new, 30)[0] == INVALID
    assume(role, new, 61)
    assert refusal(role, token(), 125)[0] == INVALID


def test_a_provider_that_is_away_is_missed_after_a_day(role: Role, fetches: list[Any]) -> None:
    long = token(claims(exp=SECOND + 200_000))
    assume(role, long)
    fetches[0].clear()
    assume(role, long, 86_000)
    assert refusal(role, long, 86_500)[0] == "IDPCommunicationError"
    assert OidcKeySet.objects.get().document


def test_uploaded_keys_are_never_asked_for(
    role: Role, provider: OidcProvider, fetches: list[Any]
) -> None:
    key_sets.upload(provider, tokens.key_set())
    assume(role, token())
    assert refusal(role, token(header={"alg": "RS256", "kid": "new"}))[0] == INVALID
    assert fetches[1] == []


def test_a_provider_that_was_removed_vouches_for_nobody(role: Role, provider: OidcProvider) -> None:
    """JWT-17."""
    assume(role, token())
    provider.delete()
    assert refusal(role, token())[1].startswith("No OpenIDConnect provider found")
