"""Who a trust policy trusts: users and roles by unique ID in the row, by ARN outside.

An ID is never given twice, so that a rename keeps the trust and a namesake made later has none.
AWS's "AWS JSON policy elements: Principal" says what is stored and what is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from identity import arns, quotas
from identity.models import Account, Role, User
from identity.policy import Kind, json_tree, parse, size, strict_json
from identity.policy.faults import Fault, placed
from identity.policy.json_tree import Node

_ACCOUNT = re.compile(r"(?:arn:aws:iam::)?([0-9]{12})(?::root)?", re.ASCII)
_ID = re.compile(r"AIDA\w+|AROA\w+", re.ASCII)
_ENTITY = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):(user|role)/(?:.*/)?([^/]+)", re.ASCII)


def stored(text: str, account: Account) -> str:
    """The trust policy as its row keeps it, having been checked.

    White space between tokens goes, as it does not count for the quota either: a page of 1,000
    roles would carry it all. What else was written stays as it was spelled. Services, sessions and
    identity providers are kept by name; whether a provider exists is not checked.

    Raises MalformedPolicyDocument for a broken rule and for an account, a user or a role that this
    installation does not have, and LimitExceeded for a document over the quota of the account.
    """
    parse(text, Kind.TRUST)
    limit = quotas.of(account.pk, "ACLSizePerRole")
    if size(text) > limit:
        raise quotas.exceeded("ACLSizePerRole", limit)
    nodes = list(_principals(text))
    known = _stored_names({str(node.value) for node in nodes})
    for node in nodes:
        if node.value not in known:
            raise placed(_unknown(node), text)
    return strict_json.without_white_space(_replaced(text, nodes, known))


def shown(texts: Sequence[str]) -> list[str]:
    """Stored trust policies as their readers see them, in at most two queries for all.

    The ID of a user or role that is gone stays as it is.
    """
    found = [_by_id(text) for text in texts]
    known = _arns({str(node.value) for nodes in found for node in nodes})
    return [_replaced(text, nodes, known) for text, nodes in zip(texts, found, strict=True)]


def _principals(text: str) -> Iterator[Node]:
    """The strings under `Principal.AWS`, in the order in which they stand in the text."""
    for statement in json_tree.find(json_tree.read(text), ("Statement",)).items():
        principal = statement.members().get("Principal")
        named = principal.value.members().get("AWS") if principal else None
        if named:
            yield from named.value.strings()


def _replaced(text: str, nodes: Iterable[Node], names: Mapping[str, str]) -> str:
    pieces, end = [], 0
    for node in nodes:
        name = names.get(str(node.value))
        if name is not None:
            pieces += [text[end : node.start], json.dumps(name)]
            end = node.end
    return "".join([*pieces, text[end:]])


def _by_id(text: str) -> list[Node]:
    """The principals of a stored policy that are named by ID; most policies have none."""
    if "AIDA" not in text and "AROA" not in text:
        return []
    return [node for node in _principals(text) if _ID.fullmatch(str(node.value))]


def _unknown(node: Node) -> Fault:
    return Fault(
        f'Invalid principal in policy: "AWS":"{node.value}"',
        "an account, a user or a role that exists",
        *node.path,
    )


# --- names to IDs, and back ---------------------------------------------------------------------


def _stored_names(names: set[str]) -> dict[str, str]:
    """How each name is stored; what should exist and does not is left out."""
    entities = {name for name in names if _ENTITY.fullmatch(name)}
    ids = {name for name in names if _ID.fullmatch(name)}
    accounts = {name: found[1] for name in names if (found := _ACCOUNT.fullmatch(name))}
    as_they_are = {name for name in names if name == "*" or ":sts::" in name}
    return {
        **{name: name for name in as_they_are},
        **{name: name for name in _arns(ids)},
        **_of_accounts(accounts),
        **_ids(entities),
    }


def _of_accounts(accounts: Mapping[str, str]) -> dict[str, str]:
    there = set(Account.objects.filter(pk__in=accounts.values()).values_list("pk", flat=True))
    return {name: arns.root(account) for name, account in accounts.items() if account in there}


def _ids(entities: set[str]) -> dict[str, str]:
    """The unique ID of each user and role that bears one of these ARNs, letter by letter."""
    rows = [*_named("user", entities), *_named("role", entities)]
    return {row.arn: row.unique_id for row in rows if row.arn in entities}


def _named(kind: str, entities: set[str]) -> Iterable[User | Role]:
    parts = [found.groups() for name in entities if (found := _ENTITY.fullmatch(name))]
    wanted = [(account, name.lower()) for account, one, name in parts if one == kind]
    if not wanted:
        return ()
    rows = User.objects.filter(is_root=False) if kind == "user" else Role.objects.all()
    accounts, names = {account for account, _ in wanted}, {name for _, name in wanted}
    return rows.filter(account_id__in=accounts, name_folded__in=names)


def _arns(ids: set[str]) -> dict[str, str]:
    """The present ARN of each user and role that is still there."""
    users = [one for one in ids if one.startswith("AIDA")]
    roles = [one for one in ids if one.startswith("AROA")]
    rows: list[User | Role] = []
    if users:
        rows += User.objects.filter(unique_id__in=users)
    if roles:
        rows += Role.objects.filter(unique_id__in=roles)
    return {row.unique_id: row.arn for row in rows}
