"""What a check says, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from identity.policy.json_tree import Node, Path
from identity.policy.places import Span

FindingType: TypeAlias = Literal["ERROR", "SECURITY_WARNING", "WARNING", "SUGGESTION"]
_About = TypeVar("_About")


class Finding(NamedTuple):
    """One remark about a policy, as `ValidatePolicy` of AWS's Access Analyzer makes it.

    `code` is AWS's issue code where AWS has the check; `path` are the steps from the whole document
    to what it is about, whose place in the text is the `span`.
    """

    type: FindingType
    code: str
    message: str
    path: Path
    span: Span


class Remark(NamedTuple):
    """What a check has to say about a value or a name; the message says what to do."""

    at: Node
    message: str


class Check(NamedTuple, Generic[_About]):
    """A row of the table of checks."""

    type: FindingType
    code: str
    run: Callable[[_About], Iterator[Remark]]
