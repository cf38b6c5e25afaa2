"""What may be passed to a session: policies that limit it, tags, and how much of them.

The rules are those of STS's AssumeRole and GetFederationToken, and of the IAM user guide's "Pass
session tags in AWS STS".
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from identity.errors import (
    InvalidParameterValue,
    MalformedPolicyDocument,
    PackedPolicyTooLarge,
    ValidationError,
)
from identity.models import Account, ManagedPolicy
from identity.models.user import folded
from identity.policy import Kind, parse

POLICY_CHARACTERS = 2048
_POLICY_ARNS = 10
# AWS packs policies and tags into a binary form of its own, and does not tell how large it may be.
_PACKED_BYTES = 4096
_DUPLICATE = "Duplicate tag keys found. Please note that Tag keys are case insensitive."


def policies(params: Mapping[str, Any], account: Account) -> dict[str, list[str]]:
    """The columns `policies` and `policy_arns` of the session; managed ones are the account's.

    Raises MalformedPolicyDocument, PackedPolicyTooLarge and ValidationError.
    """
    text, listed = params.get("Policy"), params.get("PolicyArns", [])
    arns = [one["arn"] for one in listed if "arn" in one]
    if len(arns) < len(listed) or len(set(arns)) < len(arns):
        raise ValidationError("PolicyArns must each name a managed policy, and none twice.")
    if len(arns) > _POLICY_ARNS:
        raise ValidationError(f"At most {_POLICY_ARNS} managed session policies can be passed.")
    if text is not None:
        if len(text) > POLICY_CHARACTERS:
            raise PackedPolicyTooLarge(_too_large(100 * len(text) // POLICY_CHARACTERS))
        parse(text, Kind.SESSION)
    _require_there(arns, account)
    return {"policies": [] if text is None else [text], "policy_arns": arns}


def _require_there(arns: list[str], account: Account) -> None:
    if not arns:
        return
    visible = ManagedPolicy.objects.visible_to(account).filter(arn__in=arns)
    missing = set(arns) - set(visible.values_list("arn", flat=True))
    if missing:
        raise MalformedPolicyDocument(f"Policy ARN {min(missing)} does not exist.")


def tags(params: Mapping[str, Any], inherited: Mapping[str, str]) -> dict[str, str]:
    """The session tags that are asked for; `inherited` are transitive ones of the caller's session.

    Raises InvalidParameterValue for a key twice, in whatever case, and for one that is inherited.
    """
    given = [(tag["Key"], tag.get("Value", "")) for tag in params.get("Tags", [])]
    keys = [folded(key) for key, _ in given]
    if len(set(keys)) < len(keys):
        raise InvalidParameterValue(_DUPLICATE)
    if any(key.startswith("aws:") for key in keys):
        raise InvalidParameterValue("Tag keys beginning with aws: are reserved for system use.")
    if not set(keys).isdisjoint(map(folded, inherited)):
        raise InvalidParameterValue(
            "One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session."
        )
    return dict(given)


def transitive_keys(params: Mapping[str, Any], given: Iterable[str]) -> list[str]:
    """Which of the given keys stay through a chain of roles.

    Raises InvalidParameterValue for a key twice, and for one that is not given.
    """
    wanted = [folded(key) for key in params.get("TransitiveTagKeys", [])]
    if len(set(wanted)) < len(wanted):
        raise InvalidParameterValue(_DUPLICATE)
    transitive = [key for key in given if folded(key) in wanted]
    if len(transitive) < len(wanted):
        raise InvalidParameterValue(
            "The specified transitive tag key must be included in the requested tags."
        )
    return transitive


def packed_size(session: Mapping[str, Any]) -> int | None:
    """`PackedPolicySize`, in per cent of what is allowed; None without policies and tags.

    Raises PackedPolicyTooLarge above 100.
    """
    passed = [session["policies"], session["policy_arns"], session["tags"]]
    if not any(passed):
        return None
    packed = zlib.compress(json.dumps(passed, separators=(",", ":")).encode(), 9)
    size = max(1, 100 * len(packed) // _PACKED_BYTES)
    if size > 100:
        raise PackedPolicyTooLarge(_too_large(size))
    return size


def _too_large(size: int) -> str:
    return f"Packed size of session policies and tags consumes {size}% of allotted space."
