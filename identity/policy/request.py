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
    _folded: dict[str, Value] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        folded: dict[str, Value] = {}
        for key, value in self.context.items():
            if value != ():
                name = key.lower()
                folded[name] = _both(folded[name], value) if name in folded else value
        object.__setattr__(self, "_folded", folded)

    @property
    def crosses_accounts(self) -> bool:
        """Whether both accounts have to allow: that of who asks and that of the resource."""
        if not self.resource_account:
            return False
        return self.principal is None or self.principal.account not in ("", self.resource_account)

    def value(self, key: str) -> Value | None:
        """What the request says of a condition key, whose name may be spelled in any case."""
        return self._folded.get(key.lower())


def _both(one: Value, other: Value) -> Value:
    return _all_of(one) + _all_of(other)


def _all_of(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
