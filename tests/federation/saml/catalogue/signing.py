"""XML signatures of every form, the good and the bad, for responses in tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from tests.federation.documents import DS, private_key

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"
MORE, MORE_2007 = (f"http://www.w3.org/{year}/xmldsig-more#" for year in ("2001/04", "2007/05"))
XENC = "http://www.w3.org/2001/04/xmlenc#"
DIGESTS = {
    "sha256": f"{XENC}sha256",
    "sha384": f"{MORE}sha384",
    "sha512": f"{XENC}sha512",
    "sha1": f"{DS}sha1",
    "md5": f"{MORE}md5",
}
_HASHES = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha1": hashes.SHA1(),  # to be refused
}


@dataclass(frozen=True)
class Form:
    """How to sign. `key` names one of `private_key`, or is a private key itself."""

    key: Any = "rsa"
    scheme: str = "rsa"
    sha: str = "sha256"
    digest: str = "sha256"
    transforms: tuple[str, ...] = (ENVELOPED, EXCLUSIVE)
    prefixes: str = ""
    uri: str | None = None
    key_info: str = ""
    secret: bytes = b""
    more_references: str = ""
    more_in_method: str = ""
    method: str = field(default="", kw_only=True)

    @property
    def algorithm(self) -> str:
        if self.method:
            return self.method
        names = {
            "rsa": f"{MORE}rsa-{self.sha}",
            "pss": f"{MORE_2007}{self.sha}-rsa-MGF1",
            "ecdsa": f"{MORE}ecdsa-{self.sha}",
            "hmac": f"{DS}hmac-sha1" if self.sha == "sha1" else f"{MORE}hmac-{self.sha}",
        }
        return f"{DS}rsa-sha1" if (self.scheme, self.sha) == ("rsa", "sha1") else names[self.scheme]


EC = Form(key="ec", scheme="ecdsa")


def sign(element: Any, over: Any = None, form: Form | None = None, **changes: Any) -> None:
    """Sign the element in its place, after its Issuer; `over` is digested instead if it is given.

    The element keeps the namespaces that are in scope where it stands.
    """
    how = replace(form or Form(), **changes)
    element.insert(1, etree.fromstring(signature(element if over is None else over, how)))


def signature(over: Any, form: Form) -> str:
    """The ds:Signature over an element."""
    info = _info(over, form)
    value = base64.b64encode(value_of(_canonical(etree.fromstring(info)), form)).decode()
    return (
        f'<ds:Signature xmlns:ds="{DS}">{info}<ds:SignatureValue>{value}</ds:SignatureValue>'
        f"{form.key_info}</ds:Signature>"
    )


def digest(element: Any, sha: str = "sha256", prefixes: str = "") -> str:
    return base64.b64encode(hashlib.new(sha, _canonical(element, prefixes)).digest()).decode()


def reference(uri: str, value: str, form: Form) -> str:
    inside = ""
    if form.prefixes:
        inside = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{form.prefixes}"/>'
    transforms = "".join(
        one
        if one.startswith("<")
        else f'<ds:Transform Algorithm="{one}">{inside if one == EXCLUSIVE else ""}</ds:Transform>'
        for one in form.transforms
    )
    return (
        f'<ds:Reference URI="{uri}"><ds:Transforms>{transforms}</ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{DIGESTS[form.digest]}"/>'
        f"<ds:DigestValue>{value}</ds:DigestValue></ds:Reference>"
    )


def _info(over: Any, form: Form) -> str:
    uri = f"#{over.get('ID')}" if form.uri is None else form.uri
    listed = reference(uri, digest(over, form.digest, form.prefixes), form) + form.more_references
    return (
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
        f'<ds:SignatureMethod Algorithm="{form.algorithm}">{form.more_in_method}'
        f"</ds:SignatureMethod>{listed}</ds:SignedInfo>"
    )


def _canonical(element: Any, prefixes: str = "") -> bytes:
    listed = prefixes.split() or None
    return bytes(
        etree.tostring(
            element,
            method="c14n",
            exclusive=True,
            with_comments=False,
            inclusive_ns_prefixes=listed,
        )
    )


def value_of(data: bytes, form: Form) -> bytes:
    if form.scheme == "hmac":
        return hmac.new(form.secret, data, form.sha).digest()
    key = private_key(form.key) if isinstance(form.key, str) else form.key
    sha = _HASHES[form.sha]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.key_size + 7) // 8
        pair = decode_dss_signature(key.sign(data, ec.ECDSA(sha)))
        return b"".join(number.to_bytes(size) for number in pair)
    assert isinstance(key, rsa.RSAPrivateKey)
    if form.scheme == "pss":
        return key.sign(data, padding.PSS(padding.MGF1(sha), sha.digest_size), sha)
    return key.sign(data, padding.PKCS1v15(), sha)
