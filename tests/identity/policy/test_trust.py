"""Role trust policies: AWS's message for every rule, and the guard of shared issuers."""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import UNREADABLE, Kind, load, parse
from tests.identity.policy.builders import SYNTAX, refusal, text

ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
GITHUB = "token.actions.githubusercontent.com"
NO_ASSUMPTION = "AssumeRole policy may only specify STS AssumeRole actions."


def trust(**elements: Any) -> dict[str, Any]:
    """A statement by which the account trusts itself, but for the elements given; None drops."""
    whole = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"} | elements
    return {name: value for name, value in whole.items() if value is not None}


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}},
        {"Principal": {"AWS": ACCOUNT, "Service": "ec2.amazonaws.com"}},
        {"Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"]},
        {"Action": "STS:assumerole"},
        {"Action": "sts:AssumeRole*"},
        {"Action": ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]},
        {"Effect": "Deny"},
        {"Condition": {"StringEquals": {"sts:ExternalId": "x"}}},
    ],
)
def test_what_aws_accepts_is_accepted(elements: dict[str, Any]) -> None:
    document = parse(text(trust(**elements)), Kind.TRUST)
    assert load(text(trust(**elements)), Kind.TRUST) == document


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"Effect": None}, "Missing required field Effect"),
        ({"Principal": None}, "Missing required field Principal"),
        ({"Action": None}, "Missing required field Action"),
        ({"Principal": {}}, "Missing required field Principal cannot be empty!"),
        ({"Principal": {"AWS": []}}, "Missing required field Principal cannot be empty!"),
        ({"Principal": "*"}, "Principal must be a JSON object."),
        ({"Principal": ["*"]}, "Principal must be a JSON object."),
        ({"NotPrincipal": {"AWS": ROOT}}, "Allow with NotPrincipal is not allowed."),
        (
            {"Effect": "Deny", "Principal": None, "NotPrincipal": {"AWS": ROOT}},
            "AssumeRole policy must not contain NotPrincipal field.",
        ),
        ({"Resource": "*"}, "Has prohibited field Resource"),
        ({"NotResource": "*"}, "Has prohibited field NotResource"),
        ({"Action": "iam:GetUser"}, NO_ASSUMPTION),
        ({"Action": ["sts:AssumeRole", "sts:GetSessionToken"]}, NO_ASSUMPTION),
        ({"Action": "*"}, NO_ASSUMPTION),
        ({"Action": "sts:*"}, NO_ASSUMPTION),
        ({"Action": "sts:AssumeRoot"}, NO_ASSUMPTION),
        ({"Action": None, "NotAction": "sts:AssumeRole"}, NO_ASSUMPTION),
        ({"Effect": "allow"}, SYNTAX),
        ({"Principals": {}}, SYNTAX),
        ({"Condition": {"StringIs": {"sts:ExternalId": "x"}}}, SYNTAX),
        (
            {"Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "soon"}}},
            "Value soon is not valid for condition operator NumericLessThan.",
        ),
        (
            {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:group/staff"}},
            f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:group/staff"',
        ),
    ],
)
def test_a_broken_rule_is_told_in_awss_words(elements: dict[str, Any], message: str) -> None:
    assert refusal(text(trust(**elements)), Kind.TRUST) == message


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "This policy contains invalid Json"),
        ("", "This policy contains invalid Json"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17"}', "This policy contains invalid Json"),
        (text(trust(), version="2020-01-01"), "The policy must contain a valid version string"),
        (text(), "Could not parse the policy: Statement is empty!"),
        ("{}", "Could not parse the policy: Statement is empty!"),
        (text(trust(Sid="A"), trust(Sid="A")), "The Statement Ids in the policy are not unique"),
        ("[]", SYNTAX),
        ('{"Statement": "Allow"}', SYNTAX),
    ],
)
def test_a_broken_document_is_told_in_awss_words(document: str, message: str) -> None:
    assert refusal(document, Kind.TRUST) == message
    if message != "The Statement Ids in the policy are not unique":
        assert load(document, Kind.TRUST) is UNREADABLE


# --- shared issuers ------------------------------------------------------------------------------


def web(host: str, condition: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """A trust in an OpenID Connect provider of the account, or in one of AWS's own hosts."""
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}" if "/" in host else host
    whole = {"Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    return trust(**whole, Condition=condition, **elements)


def github(operator: str, claim: str, value: object) -> dict[str, Any]:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
    return trust(
        Principal={"Federated": provider},
        Action="sts:AssumeRoleWithWebIdentity",
        Condition={operator: {f"{GITHUB}:{claim}": value}},
    )


@pytest.mark.parametrize(
    "one",
    [
        github("StringEquals", "sub", "repo:org/repo:ref:refs/heads/main"),
        github("StringLike", "sub", "repo:org/*"),
        github("StringLike", "SUB", "repo:org/*"),
        github("ForAnyValue:StringLike", "job_workflow_ref", ["org/a/*", "org/b/*"]),
        web("accounts.google.com", {"StringEquals": {"accounts.google.com:aud": "app"}}),
        web("idp.example.com/tenant", {}),
        web("api.pulumi.com/oidc", {"StringEquals": {"api.pulumi.com/oidc:aud": "org"}}),
        web("oidc.vercel.com/team", {"StringEquals": {"oidc.vercel.com/team:aud": "https://x"}}),
        web("accounts.google.com", {}, Effect="Deny"),
        trust(Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}),
    ],
)
def test_a_shared_issuer_is_trusted_by_a_claim(one: dict[str, Any]) -> None:
    assert parse(text(one), Kind.TRUST)


@pytest.mark.parametrize(
    ("one", "issuer"),
    [
        (github("StringEquals", "aud", "sts.amazonaws.com"), GITHUB),
        (github("StringLike", "sub", "*"), GITHUB),
        (github("StringLike", "sub", "**"), GITHUB),
        (github("StringLike", "sub", "*:org/repo"), GITHUB),
        (github("StringLike", "sub", ["repo:org/*", "*"]), GITHUB),
        (github("StringLike", "sub", []), GITHUB),
        (github("StringNotEquals", "sub", "repo:org/repo"), GITHUB),
        (github("StringEqualsIfExists", "sub", "repo:org/repo"), GITHUB),
        (github("Null", "sub", "false"), GITHUB),
        (
            web("accounts.google.com", {"StringLike": {"accounts.google.com:aud": "app"}}),
            "accounts.google.com",
        ),
        (web("cognito-identity.amazonaws.com", {}), "Cognito"),
        (
            web("api.pulumi.com/oidc", {"StringEquals": {"api.pulumi.com/oidc:sub": "org"}}),
            "api.pulumi.com/oidc",
        ),
    ],
)
def test_a_shared_issuer_is_not_trusted_as_a_whole(one: dict[str, Any], issuer: str) -> None:
    message = f"A condition block must be present for the {issuer} provider"
    assert refusal(text(one), Kind.TRUST) == message
    assert load(text(one), Kind.TRUST) is not UNREADABLE
