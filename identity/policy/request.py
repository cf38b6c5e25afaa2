"""A request as a policy sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from identity.policy.principals import Principal

Value: TypeAlias = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """Who wants to do what with what: `action` is `service:Name`, `resource` an ARN or `*`.

    `context` maps condition keys to one text, or to a tuple for a multivalued key; a key with an
    empty tuple is an absent one. A key that stands in two spellings holds the values of both, and
    so fits no plain operator: AWS says that `aws:ResourceTag/Name` means either `Name` or `name`,
    "but not both".

    `principal` is who asks, for policies that name principals; `resource_account` is the owner of
    the resource, and matters where that is not the account of who asks.
    """

    principal_arn: str
    action: str
    resource: str
    context: Mapping[str, Value]
    principal: Principal | None = None
    resource_account: str = ""
    _folded: dict[str, Value] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", dict(self.context))

    @property
    def crosses_accounts(self) -> bool:
        """Whether both accounts have to allow: that of who asks and that of the resource."""
        if not self.resource_account:
            return False
        return self.principal is None or self.principal.account not in ("", self.resource_account)

    @property
    def folded(self) -> Mapping[str, Value]:
        """The context by its keys in lower case, made when a policy first asks for a key."""
        folded = self._folded
        if folded is None:
            folded = _fold(self.context)
            object.__setattr__(self, "_folded", folded)
        return folded

    def value(self, key: str) -> Value | None:
        """What the request says of a condition key, whose name may be spelled in any case."""
        return self.folded.get(key.lower())


def _fold(context: Mapping[str, Value]) -> dict[str, Value]:
    folded = {key.lower(): value for key, value in context.items() if value != ()}
    if len(folded) == len(context):
        return folded
    folded = {}
    for key, value in context.items():
        if value != ():
            name = key.lower()
            folded[name] = _both(folded[name], value) if name in folded else value
    return folded


def _both(one: Value, other: Value) -> Value:
    return _all_of(one) + _all_of(other)


def _all_of(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
