"""What AWS reads from an assertion's attributes: roles, session name, duration, tags.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from federation.checks import Log, Reason
from federation.saml import mending
from federation.saml.response import Assertion

PREFIX = mending.PREFIX
MOST_PAIRS = 500

_PROVIDER = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:saml-provider/[\w._-]{1,128}", re.ASCII)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/(?:[!-.0-~]+/)*[\w+=,.@-]{1,64}", re.ASCII)
_NAME = re.compile(r"[a-zA-Z_0-9+=,.@-]{2,64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,6}", re.ASCII)
_SHORTEST, _LONGEST = 900, 43_200
_MOST_TAGS, _LONGEST_KEY, _LONGEST_TAG = 50, 128, 256


@dataclass(frozen=True, slots=True)
class Pair:
    """One value of the attribute Role: a role, and the provider that may vouch for it."""

    role_arn: str
    provider_arn: str


@dataclass(frozen=True, slots=True)
class Claims:
    """`duration` is in seconds, None where the provider does not say."""

    pairs: tuple[Pair, ...]
    session_name: str
    duration: int | None
    tags: Mapping[str, str]
    transitive_keys: tuple[str, ...]
    source_identity: str


def read(assertion: Assertion, log: Log) -> Claims:
    """The claims; names of attributes are exact. Raises Refused, AWS's sentence as expected."""
    reader = _Reader(assertion.attributes, log)
    tags = reader.tags()
    return Claims(
        reader.pairs(),
        reader.session_name(),
        reader.duration(),
        tags,
        reader.transitive_keys(tags),
        reader.source_identity(),
    )


def pairs_in(values: Iterable[str]) -> tuple[Pair, ...]:
    """The values that are pairs, in either order and with spaces around; others are left out."""
    found = (_pair(value) for value in values)
    return tuple(dict.fromkeys(pair for pair in found if pair))


def _pair(value: str) -> Pair | None:
    one, _comma, other = (part.strip() for part in value.partition(","))
    if _PROVIDER.fullmatch(one):
        one, other = other, one
    return Pair(one, other) if _ROLE.fullmatch(one) and _PROVIDER.fullmatch(other) else None


class _Reader:
    def __init__(self, attributes: Mapping[str, tuple[str, ...]], log: Log) -> None:
        self.attributes, self.log = attributes, log

    def pairs(self) -> tuple[Pair, ...]:
        values = self.attributes.get(f"{PREFIX}Role", ())
        found = pairs_in(values[:MOST_PAIRS])
        if not found:
            shown = "; ".join(values)[:1000] or "no such attribute"
            remedy = mending.of_roles(values, self.attributes)
            self.log.refuse(Reason.ATTR, "Role attribute", "role ARN,provider ARN", shown, remedy)
        told = f"{len(found)} of {len(values)}{mending.order_of(values)}"
        self.log.ok("Role attribute", "role ARN,provider ARN", told)
        return found

    def session_name(self) -> str:
        name = self._single("RoleSessionName")
        if name is None:
            remedy = mending.of_missing("RoleSessionName", self.attributes)
            sentence = "RoleSessionName is required in AuthnResponse"
            self.log.refuse(Reason.ATTR, "RoleSessionName", sentence, "none", remedy)
        if not _NAME.fullmatch(name):
            sentence = "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"
            self._refuse("RoleSessionName", sentence, name[:200])
        self.log.ok("RoleSessionName", found=name)
        return name

    def duration(self) -> int | None:
        given = self._single("SessionDuration")
        if given is None:
            return None
        seconds = int(given) if _SECONDS.fullmatch(given) else -1
        if not _SHORTEST <= seconds <= _LONGEST:
            self._refuse("SessionDuration", f"{_SHORTEST} to {_LONGEST} seconds", given[:200])
        return seconds

    def source_identity(self) -> str:
        given = self._single("SourceIdentity")
        if given is None:
            return ""
        if not _NAME.fullmatch(given) or given.lower().startswith("aws:"):
            sentence = (
                'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'
            )
            self._refuse("SourceIdentity", sentence, given[:200])
        return given

    def tags(self) -> dict[str, str]:
        name = "PrincipalTag:"
        keys = [
            key.removeprefix(PREFIX + name)
            for key in self.attributes
            if key.startswith(PREFIX + name)
        ]
        tags = {key: self._single(name + key) or "" for key in keys}
        folded = {key.lower() for key in tags}
        bad = len(folded) < len(tags) or len(tags) > _MOST_TAGS
        bad = bad or any(
            not 0 < len(key) <= _LONGEST_KEY or key.lower().startswith("aws:") for key in tags
        )
        if bad or any(len(value) > _LONGEST_TAG for value in tags.values()):
            self._refuse(
                "PrincipalTag", f"at most {_MOST_TAGS} tags, each key once", ", ".join(tags)[:500]
            )
        return tags

    def transitive_keys(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        wanted = self.attributes.get(f"{PREFIX}TransitiveTagKeys", ())
        if not set(wanted) <= tags.keys():
            self._refuse("TransitiveTagKeys", "keys of the tags given", ", ".join(wanted)[:500])
        return tuple(dict.fromkeys(wanted))

    def _single(self, name: str) -> str | None:
        """The value of an attribute that is given once; None without it."""
        values = self.attributes.get(PREFIX + name)
        if values is not None and len(values) != 1:
            self._refuse(name, "exactly one value", f"{len(values)} values")
        return values[0] if values else None

    def _refuse(self, name: str, expected: str, found: str) -> NoReturn:
        remedy = f"Change the mapping of the attribute {name} at the identity provider."
        self.log.refuse(Reason.ATTR, name, expected, found, remedy)
