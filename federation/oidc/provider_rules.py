"""Which of a token's claims become condition keys, and what AWS reads from the claims of its own.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
and https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from federation.checks import Log, Reason
from federation.oidc.token import Claims

_AWS = "https://aws.amazon.com/"
_TAGS = f"{_AWS}tags"
_NAME = re.compile(r"[a-zA-Z_0-9+=,.@-]{2,64}", re.ASCII)
_MOST_TAGS, _LONGEST_KEY, _LONGEST_VALUE = 50, 128, 256

_LASTING = ("aud", "sub", "amr")
_GITHUB, _GOOGLE = "token.actions.githubusercontent.com", "accounts.google.com"
_CIRCLECI = "oidc.circleci.com"
_CLAIMS = {
    _GITHUB: (
        "actor",
        "actor_id",
        "enterprise_id",
        "environment",
        "job_workflow_ref",
        "ref",
        "repository",
        "repository_id",
        "repository_owner_id",
        "workflow",
    ),
    _GOOGLE: ("google:organization_number",),
    _CIRCLECI: (f"{_CIRCLECI}/project-id",),
}
_KEYS = {"google:organization_number": "google/organization_number"}

BY_HOST = frozenset({_GOOGLE})
"""Providers that AWS knows by itself: trust policies may name them by host instead of by ARN."""


@dataclass(frozen=True, slots=True)
class Special:
    """`roles` are the only ones that may be assumed, None where the provider does not limit."""

    tags: Mapping[str, str]
    transitive_keys: tuple[str, ...]
    source_identity: str
    roles: tuple[str, ...] | None


def condition_keys(name: str, claims: Claims) -> dict[str, str | tuple[str, ...]]:
    """The keys of the trust policy; `name` is the provider's URL without scheme, their prefix.

    `aud` is `azp` where there is one, `oaud` always what `aud` says. Claims that are not documented
    for the provider are no keys; those that are stand with their names as AWS writes them.
    """
    oaud = claims.audiences if len(claims.audiences) > 1 else claims.audiences[0]
    keys: dict[str, str | tuple[str, ...]] = {
        "aud": claims.audience,
        "oaud": oaud,
        "sub": claims.subject,
    }
    methods = claims.everything.get("amr")
    if isinstance(methods, list) and methods and all(isinstance(one, str) for one in methods):
        keys["amr"] = tuple(methods)
    if isinstance(claims.everything.get("azp"), str):
        keys["azp"] = claims.audience
    for claim in _CLAIMS.get(name.partition("/")[0], ()):
        value = claims.everything.get(claim)
        if value and isinstance(value, str | int) and not isinstance(value, bool):
            keys[_KEYS.get(claim, claim)] = str(value)
    return {f"{name}:{key}": value for key, value in keys.items()}


def lasting(
    name: str, keys: Mapping[str, str | tuple[str, ...]]
) -> dict[str, str | tuple[str, ...]]:
    """Those that stay in every request of the session."""
    return {f"{name}:{key}": keys[f"{name}:{key}"] for key in _LASTING if f"{name}:{key}" in keys}


def special(claims: Claims, log: Log) -> Special:
    """What AWS's own claims say. Raises Refused for one that cannot be read wholly."""
    given = claims.everything
    tags, transitive = _tags(given, log)
    source = given.get(f"{_AWS}source_identity", "")
    bad = not isinstance(source, str) or not _NAME.fullmatch(source)
    if f"{_AWS}source_identity" in given and (bad or source.lower().startswith("aws:")):
        log.refuse(Reason.CLAIM, "source_identity", _NAME.pattern, repr(source)[:200])
    return Special(tags, transitive, source, _roles(given, log))


def _roles(given: Mapping[str, Any], log: Log) -> tuple[str, ...] | None:
    if f"{_AWS}roles" not in given:
        return None
    roles = given[f"{_AWS}roles"]
    listed = roles.split(";") if isinstance(roles, str) else roles
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        log.refuse(Reason.CLAIM, "roles", "role ARNs", repr(roles)[:200])
    return tuple(one.strip() for one in listed if one.strip())


def _tags(given: Mapping[str, Any], log: Log) -> tuple[dict[str, str], tuple[str, ...]]:
    """The nested form, or the flat one with `/principal_tags/` and `/transitive_tag_keys`."""
    nested = given.get(_TAGS, {})
    if not isinstance(nested, dict) or not nested.keys() <= {
        "principal_tags",
        "transitive_tag_keys",
    }:
        log.refuse(Reason.CLAIM, "tags", "principal_tags, transitive_tag_keys", repr(nested)[:200])
    values = nested.get("principal_tags", {})
    start = f"{_TAGS}/principal_tags/"
    flat = {key.removeprefix(start): value for key, value in given.items() if key.startswith(start)}
    if not isinstance(values, dict) or (values and flat):
        log.refuse(Reason.CLAIM, "tags", "an object, in one of the two forms", repr(values)[:200])
    tags = {key: _tag(key, value, log) for key, value in {**values, **flat}.items()}
    if len(tags) > _MOST_TAGS or len({key.lower() for key in tags}) < len(tags):
        wanted = f"at most {_MOST_TAGS} tags, each key once"
        log.refuse(Reason.CLAIM, "tags", wanted, ", ".join(tags)[:200])
    transitive = nested.get("transitive_tag_keys", given.get(f"{_TAGS}/transitive_tag_keys", []))
    listed = isinstance(transitive, list) and all(isinstance(one, str) for one in transitive)
    if not listed or not set(transitive) <= tags.keys():
        log.refuse(Reason.CLAIM, "tags", "transitive keys among the tags", repr(transitive)[:200])
    return tags, tuple(dict.fromkeys(transitive))


def _tag(key: str, value: object, log: Log) -> str:
    """The one value of a tag: a list of exactly one, or in the flat form a string."""
    single = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(single, str) or len(single) > _LONGEST_VALUE:
        log.refuse(
            Reason.CLAIM, "tags", "exactly one value for each tag", f"{key}: {value!r}"[:200]
        )
    if not 0 < len(key) <= _LONGEST_KEY or key.lower().startswith("aws:"):
        log.refuse(Reason.CLAIM, "tags", f"keys of 1 to {_LONGEST_KEY} characters", key[:200])
    return single
