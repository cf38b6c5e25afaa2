"""What trust policies can ask of an assertion: the `saml:` condition keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from federation.saml.response import Assertion

_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_PERSON = (
    *("affiliation", "nickname", "orgdn", "orgunitdn", "primaryaffiliation", "principalname"),
    *("entitlement", "primaryorgunitdn", "scopedaffiliation", "targetedid", "assurance"),
)
_ORGANIZATION = (
    *("homepageuri", "identityauthnpolicyuri", "legalname", "superioruri", "whitepagesuri"),
)
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_SINGLE = {
    "saml:edupersonorgdn",
    "saml:edupersonprimaryaffiliation",
    "saml:edupersonprimaryorgunitdn",
    "saml:edupersonprincipalname",
}

_KEYS = {
    **{
        f"urn:oid:1.3.6.1.4.1.5923.1.1.1.{number}": f"saml:eduperson{name}"
        for number, name in enumerate(_PERSON, 1)
    },
    **{
        f"urn:oid:1.3.6.1.4.1.5923.1.2.1.{number}": f"saml:eduorg{name}"
        for number, name in enumerate(_ORGANIZATION, 2)
    },
    "urn:oid:2.5.4.3": "saml:cn",
    f"{_CLAIMS}name": "saml:name",
    f"{_CLAIMS}givenname": "saml:givenName",
    f"{_CLAIMS}surname": "saml:surname",
    f"{_CLAIMS}emailaddress": "saml:mail",
    "http://schemas.xmlsoap.org/claims/CommonName": "saml:commonName",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": "saml:uid",
    "2.5.4.3": "saml:commonName",
    "2.5.4.4": "saml:surname",
    "2.4.5.42": "saml:givenName",
    "2.5.4.45": "saml:x500UniqueIdentifier",
    "0.9.2342.19200300100.1.1": "saml:uid",
    "0.9.2342.19200300100.1.3": "saml:mail",
    "0.9.2342.19200300.100.1.45": "saml:organizationStatus",
}
"""By the names of attributes; the slips in some of the numbers are AWS's own."""


def keys(assertion: Assertion, provider_arn: str) -> dict[str, str | tuple[str, ...]]:
    """Every key of this assertion; an attribute that is not there has none."""
    account, name = provider_arn.split(":")[4], provider_arn.rpartition("/")[2]
    qualified = f"{assertion.issuer}{account}/{name}".encode()
    digest = hashlib.sha1(qualified, usedforsecurity=False).digest()
    return {
        "saml:aud": assertion.recipient,
        "saml:iss": assertion.issuer,
        "saml:sub": assertion.subject.value,
        "saml:sub_type": assertion.subject.format.removeprefix(_FORMAT),
        "saml:namequalifier": base64.b64encode(digest).decode(),
        "saml:doc": f"{account}/{name}",
        **_mapped(assertion.attributes),
    }


def _mapped(attributes: Mapping[str, tuple[str, ...]]) -> dict[str, str | tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for attribute, values in attributes.items():
        if key := _KEYS.get(attribute):
            found[key] = found.get(key, ()) + values
    return {
        key: values[0] if key in _SINGLE and len(values) == 1 else values
        for key, values in found.items()
    }
