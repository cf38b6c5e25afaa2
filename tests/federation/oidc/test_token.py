"""ID tokens: what is accepted, and why anything else is not (the JWT catalogue)."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from federation.checks import Log, Reason, Refused
from federation.oidc import keys
from federation.oidc.token import LONGEST, SKEW, Claims, Expected, parse, verify
from tests.certificates import make_certificate, rsa_key
from tests.federation.oidc import tokens
from tests.federation.oidc.tokens import CLIENT, ISSUER, NOW, SECOND, claims, ec, public, rsa, token

EXPECTED = Expected(ISSUER, frozenset({CLIENT, "other-app"}), NOW)
HEADER = {"alg": "RS256", "kid": "one", "typ": "JWT"}


def read(text: str, *members: Any, expected: Expected = EXPECTED) -> Claims:
    log = Log()
    return verify(parse(text, log), keys.read(tokens.key_set(*members)), expected, log)


def reason(text: str, *members: Any, expected: Expected = EXPECTED) -> Reason:
    with pytest.raises(Refused) as caught:
        read(text, *members, expected=expected)
    return caught.value.reason


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512"])
def test_rsa_signatures_are_accepted(alg: str) -> None:
    assert read(token(alg=alg)).subject == "mei-1234"


@pytest.mark.parametrize(
    ("alg", "curve"), [("ES256", "P-256"), ("ES384", "P-384"), ("ES512", "P-521")]
)
def test_elliptic_signatures_are_accepted_of_their_curve(alg: str, curve: str) -> None:
    assert read(token(key=ec(curve), alg=alg), public(ec(curve))).audience == CLIENT


@pytest.mark.parametrize(
    ("more", "audience"),
    [
        ({"aud": [CLIENT]}, CLIENT),
        ({"azp": "other-app"}, "other-app"),
        ({"aud": [CLIENT, "elsewhere"], "azp": CLIENT}, CLIENT),
        ({"exp": SECOND - SKEW + 1, "iat": SECOND - 900}, CLIENT),
        ({"iat": SECOND + SKEW, "nbf": SECOND + SKEW}, CLIENT),
        ({"iat": SECOND - 7 * 86_400}, CLIENT),
        ({"sub": "repo:org/app:ref:refs/heads/main"}, CLIENT),
        ({"jti": "one", "email": "mei@example.test", "nested": {"a": [1]}}, CLIENT),
    ],
)
def test_claims_within_the_rules_are_accepted(more: dict[str, Any], audience: str) -> None:
    assert read(token(claims(**more))).audience == audience


@pytest.mark.parametrize("kind", ["JWT", "jwt", "id_token+jwt", "application/jwt", ...])
def test_types_of_id_tokens_are_accepted(kind: Any) -> None:
    header = {name: value for name, value in {**HEADER, "typ": kind}.items() if value is not ...}
    assert read(token(header=header)).issuer == ISSUER


def test_a_token_without_kid_is_accepted_only_where_one_key_fits() -> None:
    text = token(header={"alg": "RS256"})
    assert read(text, public(rsa()), public(ec(), "two"))
    assert reason(text, public(rsa()), public(rsa(1), "two")) is Reason.KEY


# --- before cryptography -------------------------------------------------------------------------

_ALGORITHMS = ["none", "None", "NONE", "nOnE", "", None, ["RS256"], 1, "HS256", "HS384", "HS512",
               "PS256", "PS384", "PS512", "EdDSA", "Ed25519", "ES256K", "rs256", "RS256 ", "RS1",
               "dir", "RSA-OAEP", {"alg": "RS256"}, True]  # fmt: skip


@pytest.mark.parametrize("alg", _ALGORITHMS, ids=repr)
def test_no_other_algorithm_is_accepted(alg: Any) -> None:
    """JWT-01."""
    assert reason(token(header={**HEADER, "alg": alg})) is Reason.SIG_ALGORITHM


def test_a_token_without_algorithm_is_refused() -> None:
    """JWT-01."""
    assert reason(token(header={"kid": "one"})) is Reason.SIG_ALGORITHM


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "RS256"])
@pytest.mark.parametrize("dot", [".", ""])
def test_a_token_without_signature_is_refused(alg: str, dot: str) -> None:
    """JWT-01."""
    text = token(header={**HEADER, "alg": alg}).rpartition(".")[0] + dot
    assert reason(text) is Reason.TOKEN


def _secrets() -> list[bytes]:
    key = rsa()
    pem, der = key.as_pem(private=False), key.as_der(private=False)
    modulus = rsa_key().public_key().public_numbers().n.to_bytes(256, "big")
    certificate = make_certificate("idp", key=rsa_key()).pem.encode()
    jwk = json.dumps(public(key)).encode()
    older = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    return [pem, pem.strip(), der, jwk, modulus, b"one", certificate, older]


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("number", range(8))
def test_the_public_key_is_no_shared_secret(alg: str, number: int) -> None:
    """JWT-02."""
    secret = _secrets()[number]
    data = token(header={**HEADER, "alg": alg}).rpartition(".")[0]
    signature = hmac.digest(secret, data.encode(), f"sha{alg[2:]}")
    assert reason(f"{data}.{tokens.encoded(signature)}") is Reason.SIG_ALGORITHM
    lie = token(header=HEADER).rpartition(".")[0]
    signature = hmac.digest(secret, lie.encode(), f"sha{alg[2:]}")
    assert reason(f"{lie}.{tokens.encoded(signature)}") is Reason.SIG_VALUE


@pytest.mark.parametrize(
    "more",
    [{"crit": ["exp"]}, {"crit": ["foo"]}, {"crit": []}, {"b64": False}, {"b64": True},
     {"zip": "DEF"}, {"enc": "A128GCM"}, {"typ": "at+jwt"}, {"typ": "logout+jwt"}, {"typ": "JOSE"},
     {"typ": "secevent+jwt"}, {"typ": 1}, {"typ": None}, {"kid": 1}, {"kid": None},
     {"kid": ["one"]}, {"kid": {}}],
    ids=repr,
)  # fmt: skip
def test_what_the_header_must_not_ask_for_is_refused(more: dict[str, Any]) -> None:
    """JWT-04, JWT-06, JWT-12."""
    assert reason(token(header={**HEADER, **more})) is Reason.HEADER


@pytest.mark.parametrize(
    "kid",
    ["../../dev/null", "' OR 1=1--", "|id", "", "ONE", "one ", "\u043ene", "unknown", "x" * 2000],
)
def test_a_kid_that_the_provider_does_not_have_is_refused(kid: str) -> None:
    """JWT-04."""
    assert reason(token(header={**HEADER, "kid": kid})) is Reason.KEY


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "x5t"])
def test_a_key_in_the_token_counts_for_nothing(name: str) -> None:
    """JWT-05."""
    given = {"jwk": public(rsa(1)), "x5c": ["MIIB"]}.get(name, "https://evil.test/keys")
    header = {**HEADER, name: given}
    assert reason(token(header=header, key=rsa(1))) is Reason.SIG_VALUE
    assert read(token(header=header)).subject == "mei-1234"


_BODY, _HEAD = json.dumps(claims()), json.dumps(HEADER)


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a.b", "a.b.c.d", "a.b.c.d.e", ".", "..", "a..c", ".b.c", "a.b.",
        "PHNhbWw+", "eyJhbGciOiJub25lIn0..", '{"payload":"e30","signatures":[]}',
        token() + "=", token() + "\n", " " + token(), token().replace(".", "..", 1),
        token() + ".", "Bearer " + token(), token().replace(".", "\u3002"),
        "a" * 20_001, ("A" * 350_000 + ".") * 2 + "A",
        token(header="[]"), token(header="1"), token(header="null"), token(header="{"),
        token(header="\ufeff" + _HEAD), token(header=_HEAD[:-1] + ',"alg":"none"}'),
        token(header={**HEADER, "x": "y" * 5000}), token(header={**HEADER, "kid": "k" * 10_240}),
        token("[]"), token("null"), token('"text"'), token(""), token("\ufeff" + _BODY),
        token(_BODY[:-1] + ',"iss":"https://evil.test"}'), token(_BODY[:-1] + ',"x":1.5}'),
        token(_BODY[:-1] + ',"x":NaN}'), token(_BODY[:-1] + ',"x":1e308}'),
        token(_BODY[:-1] + ',"x":-Infinity}'), token(_BODY[:-1] + ',"x":' + "9" * 10_000 + "}"),
        token(_BODY[:-1] + ',"x":' + "[" * 5000 + "]" * 5000 + "}"), token(_BODY + _BODY),
        token(_BODY[:-1] + ',"x":"\\ud800"}'), token(_BODY[:-1] + ',"x":{"a":1,"a":2}}'),
        token(_BODY[:-1] + ',"x":[[[[[[[[1]]]]]]]]}'), token(_BODY.replace("mei", "m\x00")),
    ],
    ids=range(47),
)  # fmt: skip
def test_what_is_not_a_plain_signed_token_is_refused_before_cryptography(text: str) -> None:
    """JWT-06, JWT-13, JWT-14."""
    assert reason(text) is Reason.TOKEN


def test_bits_left_over_in_base64_are_refused() -> None:
    """JWT-14."""
    text = token(key=ec(), alg="ES256")
    other = {"A": "B", "Q": "R", "g": "h", "w": "x"}[text[-1]]
    assert reason(text[:-1] + other, public(ec())) is Reason.TOKEN


# --- the signature -------------------------------------------------------------------------------


def _broken(number: int) -> str:
    data, _dot, signature = token(key=ec(), alg="ES256").rpartition(".")
    forms = [
        bytes(64),
        b"\x00" * 32 + b"\x01" * 32,
        b"\x01" * 63,
        b"\x01" * 65,
        b"0E\x02!" * 18,
        b"\xff" * 64,
    ]
    del signature
    return f"{data}.{tokens.encoded(forms[number])}"


@pytest.mark.parametrize("number", range(6))
def test_no_signature_is_psychic(number: int) -> None:
    """JWT-13."""
    assert reason(_broken(number), public(ec())) is Reason.SIG_VALUE


@pytest.mark.parametrize("curve", ["P-256", "P-384", "P-521"])
def test_the_other_form_of_an_ecdsa_signature_says_the_same(curve: str) -> None:
    """JWT-13, "high S": docs/decisions/0008."""
    alg = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[curve]
    text = token(key=ec(curve), alg=alg)
    data, _dot, signature = text.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    half = len(raw) // 2
    other = tokens.ORDERS[curve] - int.from_bytes(raw[half:])
    turned = f"{data}.{tokens.encoded(raw[:half] + other.to_bytes(half))}"
    assert turned != text
    assert read(turned, public(ec(curve))) == read(text, public(ec(curve)))


def test_an_ecdsa_signature_is_two_numbers_and_no_der() -> None:
    """JWT-13: RFC 7518 section 3.4; what other formats call a signature is none here."""
    data, _dot, signature = token(key=ec(), alg="ES256").rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    assert reason(f"{data}.{tokens.encoded(der)}", public(ec())) is Reason.SIG_VALUE


@pytest.mark.parametrize("kept", [4, 100, 256, 338])
def test_a_part_of_a_signature_is_none(kept: int) -> None:
    """JWT-13."""
    data, _dot, signature = token().rpartition(".")
    assert reason(f"{data}.{signature[:kept]}") in (Reason.SIG_VALUE, Reason.TOKEN)


def test_changed_claims_do_not_fit_the_signature() -> None:
    """JWT-13."""
    head, _body, signature = token().split(".")
    body = tokens.encoded(json.dumps(claims(sub="root")))
    assert reason(f"{head}.{body}.{signature}") is Reason.SIG_VALUE


def test_a_key_of_another_provider_of_the_same_name_does_not_fit() -> None:
    assert reason(token(key=rsa(1))) is Reason.SIG_VALUE


@pytest.mark.parametrize(
    ("alg", "member"),
    [("RS256", public(ec())), ("ES256", public(ec("P-384"))), ("ES256", public(rsa())),
     ("RS256", public(rsa(), alg="RS512")), ("RS512", public(rsa(), alg="RS256"))],
)  # fmt: skip
def test_the_algorithm_is_bound_to_the_key(alg: str, member: dict[str, Any]) -> None:
    """JWT-03."""
    text = token(header={**HEADER, "alg": alg}, alg="RS256")
    assert reason(text, member) is Reason.SIG_ALGORITHM


def test_two_keys_of_one_name_are_no_key() -> None:
    """JWT-15."""
    assert reason(token(), public(rsa()), public(rsa(1))) is Reason.KEY


# --- claims --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "issuer",
    ["https://evil.test", ISSUER + "/", ISSUER.upper(), "https://idp.example.test:443/tenant",
     "https://x@idp.example.test/tenant", ISSUER + "/..", ISSUER + "/../other", ISSUER[:-1],
     "http://idp.example.test/tenant", "idp.example.test/tenant", [ISSUER], "", None, ..., 1,
     "https://xn--idp-example.test/tenant", "https://idp.example.test", ISSUER + "?", " " + ISSUER],
    ids=repr,
)  # fmt: skip
def test_another_issuer_is_refused(issuer: Any) -> None:
    """JWT-07."""
    assert reason(token(claims(iss=issuer))) is Reason.ISSUER


_A, _C = Reason.AUDIENCE, Reason.CLAIM


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"aud": "evil-app"}, _A), ({"aud": CLIENT[:-1]}, _A), ({"aud": CLIENT + "x"}, _A),
        ({"aud": CLIENT.upper()}, _A), ({"aud": [CLIENT, "evil-app"]}, _A), ({"aud": []}, _A),
        ({"aud": {}}, _A), ({"aud": ""}, _A), ({"aud": 1}, _A), ({"aud": [1]}, _A),
        ({"aud": [[CLIENT]]}, _A), ({"aud": [None]}, _A), ({"aud": ...}, _C), ({"aud": None}, _C),
        ({"azp": "evil-app"}, _A), ({"azp": [CLIENT]}, _A), ({"azp": ""}, _A), ({"azp": 1}, _A),
        ({"aud": ["x", "y"], "azp": CLIENT}, _A), ({"aud": "evil-app", "azp": CLIENT}, _A),
        ({"sub": ...}, _C), ({"sub": ""}, _C), ({"sub": 1}, _C), ({"sub": None}, _C),
        ({"sub": ["mei"]}, _C), ({"sub": "x" * 256}, _C), ({"sub": "m\nei"}, _C),
        ({"sub": "m\x00ei"}, _C), ({"sub": "m\u0435i"}, _C), ({"sub": "mei\x7f"}, _C),
        ({"exp": ...}, _C), ({"iat": ...}, _C), ({"exp": None}, _C), ({"exp": "1"}, _C),
        ({"exp": str(SECOND + 60)}, _C), ({"exp": -1}, _C), ({"exp": True}, _C), ({"exp": [1]}, _C),
        ({"exp": 10**17}, _C), ({"iat": "x"}, _C), ({"nbf": "x"}, _C), ({"nbf": None}, _C),
        ({"exp": 0}, Reason.EXPIRED), ({"exp": SECOND - SKEW}, Reason.EXPIRED),
        ({"exp": SECOND - 86_400}, Reason.EXPIRED), ({"exp": 253_402_300_799}, Reason.TIME),
        ({"exp": SECOND + LONGEST + 1}, Reason.TIME), ({"nbf": SECOND + SKEW + 1}, Reason.TIME),
        ({"iat": SECOND + SKEW + 1}, Reason.TIME), ({"iat": SECOND + 600}, Reason.TIME),
        ({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, _C),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_claims_outside_the_rules_are_refused(more: dict[str, Any], why: Reason) -> None:
    """JWT-08, JWT-09, JWT-10, JWT-11, JWT-12."""
    assert reason(token(claims(**more))) is why


@pytest.mark.parametrize("nonce", [..., "", "other", None, ["mine"]])
def test_a_sign_in_takes_only_the_nonce_that_it_sent(nonce: Any) -> None:
    """JWT-16."""
    expected = Expected(ISSUER, EXPECTED.client_ids, NOW, "mine")
    assert reason(token(claims(nonce=nonce)), expected=expected) is Reason.IRT
    assert read(token(claims(nonce="mine")), expected=expected)
