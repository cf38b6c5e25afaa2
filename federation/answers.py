"""What the world is told of a refused response, in AWS's sentences; the reason stays in the log.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html
"""

from __future__ import annotations

from federation.checks import Reason, Refused
from identity.errors import (
    AwsError,
    ExpiredIdentityToken,
    IDPRejectedClaim,
    InvalidIdentityToken,
)

INVALID = "Your request included an invalid SAML response. To logout, click here."
NO_PROVIDER = "Specified provider doesn't exist"
NO_PAIR = "SAML Assertion doesn't contain the requested Role and Metadata in the attributes"
EXPIRED = "Response has expired"
NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithSAML"
_BAD_SIGNATURE = "Response signature invalid"
_UNSIGNED = (
    "Response (with optional signature) must contain an assertion with a mandatory signature"
)
_SENTENCES = {
    Reason.SIG_MISSING: _UNSIGNED,
    Reason.SIG_SHAPE: _BAD_SIGNATURE,
    Reason.SIG_ALGORITHM: _BAD_SIGNATURE,
    Reason.SIG_VALUE: _BAD_SIGNATURE,
    Reason.ISSUER: "Issuer not present in specified provider",
    Reason.AUDIENCE: "Response does not contain the required audience.",
}

# What is expected of these attributes is AWS's sentence about them.
_TOLD = ("RoleSessionName", "Source Identity")


def error_of(problem: Refused) -> AwsError:
    """The refusal as STS's error: InvalidIdentityToken, ExpiredTokenException, IDPRejectedClaim."""
    if problem.hidden:
        return InvalidIdentityToken(INVALID)
    if problem.reason is Reason.TIME:
        return ExpiredIdentityToken(EXPIRED)
    if problem.reason is Reason.STATUS:
        return IDPRejectedClaim("The identity provider reported that authentication failed")
    if problem.reason is Reason.ATTR and problem.check.expected.startswith(_TOLD):
        return InvalidIdentityToken(problem.check.expected)
    return InvalidIdentityToken(_SENTENCES.get(problem.reason, INVALID))
