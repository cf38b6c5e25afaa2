"""What AWS's attributes and condition keys are made of."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from federation.checks import Log, Refused
from federation.saml import aws_attributes, condition_keys
from federation.saml.aws_attributes import PREFIX, Claims, Pair
from federation.saml.response import Assertion, NameId

ROLE = "arn:aws:iam::123456789012:role/sso/ops"
PROVIDER = "arn:aws:iam::123456789012:saml-provider/Corp"
PAIR = Pair(ROLE, PROVIDER)
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def assertion(attributes: dict[str, Any], form: str = PERSISTENT) -> Assertion:
    return Assertion(
        id="_1",
        issuer="https://idp.example.com",
        subject=NameId("alice", form),
        recipient="https://signin.aws.amazon.com/saml",
        audience="urn:amazon:webservices",
        expires_at=NOW,
        session_ends_at=None,
        session_index="",
        authn_instant=NOW,
        in_response_to="",
        attributes={
            name: (values,) if isinstance(values, str) else tuple(values)
            for name, values in attributes.items()
        },
    )


def claims(**given: Any) -> Claims:
    attributes = {"Role": f"{ROLE},{PROVIDER}", "RoleSessionName": "alice", **given}
    named = {PREFIX + name: values for name, values in attributes.items()}
    return aws_attributes.read(assertion(named), Log())


@pytest.mark.parametrize(
    ("values", "pairs"),
    [
        ([f"{ROLE},{PROVIDER}"], (PAIR,)),
        ([f"{PROVIDER},{ROLE}"], (PAIR,)),
        ([f"  {ROLE} , {PROVIDER} "], (PAIR,)),
        ([f"{ROLE},{PROVIDER}", "nonsense", f"{PROVIDER},{ROLE}"], (PAIR,)),
        ([ROLE], ()),
        ([f"{ROLE},{ROLE}"], ()),
        ([f"{PROVIDER},{PROVIDER}"], ()),
        ([f"{ROLE},{PROVIDER},{PROVIDER}"], ()),
        ([f"{ROLE}\u200b,{PROVIDER}"], ()),
        (["arn:aws:iam::12345678901:role/ops,arn:aws:iam::12345678901:saml-provider/x"], ()),
        ([f"{ROLE},arn:aws:iam::123456789012:oidc-provider/x"], ()),
    ],
    ids=str,
)
def test_a_pair_is_a_role_and_a_provider_in_either_order(
    values: list[str], pairs: tuple[Pair, ...]
) -> None:
    assert aws_attributes.pairs_in(values) == pairs


def test_a_thousand_pairs_are_not_looked_at() -> None:
    values = [f"{ROLE}{number},{PROVIDER}" for number in range(1000)]
    assert len(claims(Role=values).pairs) == aws_attributes.MOST_PAIRS


@pytest.mark.parametrize("name", [f"{PREFIX}role", f"{PREFIX}Role ", "Role"])
def test_names_of_attributes_are_exact(name: str) -> None:
    with pytest.raises(Refused):
        aws_attributes.read(assertion({name: f"{ROLE},{PROVIDER}"}), Log())


def test_tags_keep_their_case_and_each_is_given_once() -> None:
    found = claims(**{"PrincipalTag:Team": "blue", "TransitiveTagKeys": ["Team", "Team"]})
    assert found.tags == {"Team": "blue"}
    assert found.transitive_keys == ("Team",)


@pytest.mark.parametrize(
    "given",
    [
        {"PrincipalTag:Team": "a", "PrincipalTag:team": "b"},
        {"PrincipalTag:aws:x": "a"},
        {"PrincipalTag:": "a"},
        {"PrincipalTag:x": "a" * 257},
        {"PrincipalTag:" + "x" * 129: "a"},
        {f"PrincipalTag:{number}": "a" for number in range(51)},
        {"RoleSessionName": ["alice", "admin"]},
    ],
    ids=lambda given: str(given)[:40],
)
def test_what_could_be_read_in_two_ways_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        claims(**given)


def test_the_name_qualifier_is_the_digest_of_issuer_account_and_provider() -> None:
    found = condition_keys.keys(assertion({}), PROVIDER)
    text = b"https://idp.example.com123456789012/Corp"
    digest = hashlib.sha1(text, usedforsecurity=False).digest()
    assert found["saml:namequalifier"] == base64.b64encode(digest).decode()
    assert found["saml:doc"] == "123456789012/Corp"
    assert found["saml:sub_type"] == "persistent"
    assert found["saml:aud"] == "https://signin.aws.amazon.com/saml"


def test_a_format_of_another_version_stays_whole() -> None:
    form = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    assert condition_keys.keys(assertion({}, form), PROVIDER)["saml:sub_type"] == form


@pytest.mark.parametrize(
    ("attribute", "key"),
    [
        ("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "saml:edupersonaffiliation"),
        ("urn:oid:1.3.6.1.4.1.5923.1.1.1.11", "saml:edupersonassurance"),
        ("urn:oid:1.3.6.1.4.1.5923.1.2.1.2", "saml:eduorghomepageuri"),
        ("urn:oid:1.3.6.1.4.1.5923.1.2.1.6", "saml:eduorgwhitepagesuri"),
        ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "saml:mail"),
        ("urn:oid:2.5.4.3", "saml:cn"),
    ],
)
def test_attributes_of_directories_are_condition_keys(attribute: str, key: str) -> None:
    found = condition_keys.keys(assertion({attribute: ["a", "b"]}), PROVIDER)
    assert found[key] == ("a", "b")


def test_what_has_one_value_is_no_list() -> None:
    name = "urn:oid:1.3.6.1.4.1.5923.1.1.1.6"
    found = condition_keys.keys(assertion({name: "alice@example.com"}), PROVIDER)
    assert found["saml:edupersonprincipalname"] == "alice@example.com"
