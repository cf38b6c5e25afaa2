"""Every failure that a client can see, by its AWS code; translated once at each edge.

The edges are the XML answer, the page and the form. Codes and HTTP statuses are those of the IAM
and STS service models, and of AWS's common errors.
"""

from __future__ import annotations

from typing import Any


class AwsError(Exception):
    """A refusal with an AWS error code: `message` is AWS's sentence, `status` the HTTP status.

    `event_id` is the audit event that tells of it, once there is one.
    """

    code = "InternalFailure"
    status = 500
    sender = False
    event_id = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class InternalFailure(AwsError):
    """Something broke on our side; the message never carries the cause."""


class ServiceFailure(InternalFailure):
    """What IAM calls it; STS has the common name alone."""

    code = "ServiceFailure"


class ServiceUnavailable(AwsError):
    code, status = "ServiceUnavailable", 503


class ClientError(AwsError):
    """A failure that the client can mend (`Type` is `Sender` on the wire)."""

    code, status, sender = "ValidationError", 400, True


# --- the wire and the signature (common errors) ---------------------------------------------


class MissingAction(ClientError):
    code = "MissingAction"


class InvalidAction(ClientError):
    code = "InvalidAction"


class MalformedInput(ClientError):
    code = "MalformedInput"


class MalformedQueryString(ClientError):
    code = "MalformedQueryString"


class RequestTooLarge(ClientError):
    code, status = "RequestEntityTooLarge", 413


class LengthRequired(ClientError):
    code, status = "MissingContentLength", 411


class MethodNotAllowed(ClientError):
    code, status = "MethodNotAllowed", 405


class UnsupportedMediaType(ClientError):
    code, status = "UnsupportedMediaType", 415


class MissingAuthenticationToken(ClientError):
    code, status = "MissingAuthenticationToken", 403


class IncompleteSignature(ClientError):
    code = "IncompleteSignature"


class SignatureDoesNotMatch(ClientError):
    code, status = "SignatureDoesNotMatch", 403


class InvalidClientTokenId(ClientError):
    code, status = "InvalidClientTokenId", 403


class ExpiredToken(ClientError):
    """`caller` is whose session it was: the token proved that much."""

    code, status = "ExpiredToken", 403

    def __init__(self, message: str = "", caller: Any = None) -> None:
        super().__init__(message)
        self.caller = caller


class Throttling(ClientError):
    """`retry_after` is how many whole seconds to wait before the next try."""

    code = "Throttling"

    def __init__(self, message: str = "Rate exceeded", retry_after: int = 30) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ValidationError(ClientError):
    code = "ValidationError"


class AccessDenied(ClientError):
    """`reason` says in plain words which kind of policy decided, for a page.

    `decision` is what `refusals.kept` keeps of a decision by policies, in JSON types.
    """

    code, status = "AccessDenied", 403

    def __init__(
        self, message: str = "", reason: str = "", decision: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.reason, self.decision = reason, decision


class ActionNotAnswered(ClientError):
    """The service model knows the action, this release does not answer it yet."""

    code = "InvalidAction"


# --- IAM and STS (modelled errors) ------------------------------------------------------------


class NoSuchEntity(ClientError):
    code, status = "NoSuchEntity", 404


class EntityAlreadyExists(ClientError):
    code, status = "EntityAlreadyExists", 409


class EntityTemporarilyUnmodifiable(ClientError):
    code, status = "EntityTemporarilyUnmodifiable", 409


class ConcurrentModification(ClientError):
    code, status = "ConcurrentModification", 409


class DeleteConflict(ClientError):
    code, status = "DeleteConflict", 409


class LimitExceeded(ClientError):
    code, status = "LimitExceeded", 409


class InvalidInput(ClientError):
    code = "InvalidInput"


class InvalidUserType(ClientError):
    code = "InvalidUserType"


class InvalidAuthenticationCode(ClientError):
    code, status = "InvalidAuthenticationCode", 403


class InvalidParameterValue(ClientError):
    code = "InvalidParameterValue"


class PackedPolicyTooLarge(ClientError):
    code = "PackedPolicyTooLarge"


class MalformedPolicyDocument(ClientError):
    """`detail` says where in the document and what was expected there, for who writes it.

    `line` and `column` count from 1, and are 0 where the place is not known.
    """

    code = "MalformedPolicyDocument"

    def __init__(self, message: str = "", detail: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.detail, self.line, self.column = detail, line, column


class UnmodifiableEntity(ClientError):
    """Only AWS itself, here Bartizan, changes a service-linked role."""

    code = "UnmodifiableEntity"


class PasswordPolicyViolation(ClientError):
    code = "PasswordPolicyViolation"


class InvalidIdentityToken(ClientError):
    """An assertion or token of an identity provider that cannot be accepted."""

    code = "InvalidIdentityToken"


class ExpiredIdentityToken(ClientError):
    code = "ExpiredTokenException"


class IDPRejectedClaim(ClientError):
    """The identity provider itself said no."""

    code, status = "IDPRejectedClaim", 403


class IDPCommunicationError(ClientError):
    """The identity provider could not be asked; the client may try again."""

    code = "IDPCommunicationError"


class InvalidAuthorizationMessage(ClientError):
    code = "InvalidAuthorizationMessageException"


class PolicyNotAttachable(ClientError):
    code = "PolicyNotAttachable"


class DuplicateCertificate(ClientError):
    code, status = "DuplicateCertificate", 409


class DuplicateSSHPublicKey(ClientError):
    code = "DuplicateSSHPublicKey"


class InvalidCertificate(ClientError):
    code = "InvalidCertificate"


class InvalidPublicKey(ClientError):
    code = "InvalidPublicKey"


class KeyPairMismatch(ClientError):
    code = "KeyPairMismatch"


class MalformedCertificate(ClientError):
    code = "MalformedCertificate"


class NotSupportedService(ClientError):
    code, status = "NotSupportedService", 404


class UnrecognizedPublicKeyEncoding(ClientError):
    code = "UnrecognizedPublicKeyEncoding"


class FeatureDisabled(ClientError):
    code, status = "FeatureDisabled", 404


class OrganizationNotFound(ClientError):
    code = "OrganizationNotFoundException"


class ReportNotPresent(ClientError):
    code, status = "ReportNotPresent", 410


class ReportExpired(ClientError):
    code, status = "ReportExpired", 410


class ReportInProgress(ClientError):
    code, status = "ReportInProgress", 404
