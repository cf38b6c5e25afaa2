"""A second evaluator, slow and literal: one function for each sentence of the specification.

It shares no code with the engine, so that the two can be compared. What it cannot tell is `None`,
which a Deny takes for yes and an Allow for no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.identity.policy import reference_documents as documents
from tests.identity.policy import reference_operators as operators
from tests.identity.policy.reference_conditions import condition_holds
from tests.identity.policy.reference_documents import listed
from tests.identity.policy.reference_operators import Values


@dataclass(frozen=True)
class Who:
    """Who asks: `kind` is user, role session, federated user, root, service, provider or anonymous.

    Or unknown, of whom nothing is told. `id` is that of the user, the role or the federating user,
    `owner_arn` the ARN of the latter two; the `id` of root is the canonical one of the account.
    """

    kind: str
    account: str = ""
    arn: str = ""
    id: str = ""
    owner_arn: str = ""


@dataclass(frozen=True)
class Asked:
    action: str
    resource: str
    context: Mapping[str, Values]
    who: Who
    owner: str


def decide(asked: Asked, layers: Iterable[tuple[str, list[str]]]) -> str:
    """The decision on layers of (kind, documents as text), by the simulator's names."""
    read = [(kind, [documents.read(kind, text) for text in texts]) for kind, texts in layers]
    if any(denies(document, asked) for _, policies in read for document in policies):
        return "explicitDeny"
    within_organization = ceiling_allows("RCP", read, asked) and ceiling_allows("SCP", read, asked)
    within_caller = ceiling_allows("BOUNDARY", read, asked) and ceiling_allows(
        "SESSION", read, asked
    )
    caller = any(
        allows(document, asked)
        for kind, policies in read
        if kind in ("IDENTITY", "ROOT")
        for document in policies
    )
    ways = [
        way
        for kind, policies in read
        if kind in ("RESOURCE", "TRUST")
        for document in policies
        for way in ways_allowed(document, asked)
    ]
    if not within_organization:
        return "implicitDeny"
    if crosses_accounts(asked):
        allowed = between_accounts(bool(ways), caller, within_caller)
    else:
        needs_trust = any(kind == "TRUST" for kind, _ in read)
        allowed = within_account(ways, caller, within_caller, needs_trust)
    return "allowed" if allowed else "implicitDeny"


def crosses_accounts(asked: Asked) -> bool:
    """Between two accounts, or where nobody tells of which account the caller is."""
    if asked.who.kind == "unknown":
        return asked.owner != ""
    return "" not in (asked.who.account, asked.owner) and asked.who.account != asked.owner


def between_accounts(resource: bool, caller: bool, within_caller: bool) -> bool:
    """The account of the caller and that of the resource must both allow, without a bypass."""
    return resource and caller and within_caller


def within_account(ways: list[str], caller: bool, within_caller: bool, needs_trust: bool) -> bool:
    """The table of step 4: whom the resource's policy names decides what else limits."""
    if needs_trust and not ways:
        return False
    if "direct" in ways:
        return True
    if "owner" in ways:
        return within_caller
    return caller and within_caller


def ceiling_allows(name: str, layers: list[tuple[str, list[Any]]], asked: Asked) -> bool:
    """Intersection between the levels of one kind, union inside a level."""
    levels = [policies for kind, policies in layers if kind == name]
    if name == "RCP" and asked.who.kind in ("service", "provider"):
        levels = [[for_outsiders(document) for document in level] for level in levels]
    return all(any(allows(document, asked) for document in level) for level in levels)


def for_outsiders(document: Any) -> Any:
    """`*` in a resource control policy means services and identities of providers too."""
    said = [
        {
            key: value
            for key, value in one.items()
            if not (key == "Principal" and names_everyone(value))
        }
        for one in statements(document)
    ]
    return {**document, "Statement": said}


def denies(document: Any, asked: Asked) -> bool:
    return any(
        statement["Effect"] == "Deny" and applies(statement, document, asked)
        for statement in statements(document)
    )


def allows(document: Any, asked: Asked) -> bool:
    return bool(ways_allowed(document, asked))


def ways_allowed(document: Any, asked: Asked) -> list[str]:
    return [
        way
        for statement in statements(document)
        if statement["Effect"] == "Allow" and applies(statement, document, asked)
        for way in ways_named(statement, asked.who)
    ]


def statements(document: Any) -> list[Any]:
    """One statement needs no list."""
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


# --- one statement -------------------------------------------------------------------------------


def applies(statement: Any, document: Any, asked: Asked) -> bool:
    replaces = document.get("Version", "2008-10-17") == "2012-10-17"
    return (
        means_principal(statement, asked.who)
        and means_action(statement, asked.action)
        and means_resource(statement, asked, replaces)
        and conditions_hold(statement, asked.context, replaces)
    )


def conditions_hold(statement: Any, context: Mapping[str, Values], replaces: bool) -> bool:
    """All of them; if none fails but one cannot be told, a Deny applies and an Allow does not."""
    answers = [
        condition_holds(operator, key, listed(wanted), context, replaces)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    if False in answers:
        return False
    return None not in answers or statement["Effect"] == "Deny"


def means_action(statement: Any, action: str) -> bool:
    """Prefix and name are compared without case, with wildcards."""

    def among(patterns: Any) -> bool:
        return any(
            operators.like(operators.glyphs(folded(pattern)), folded(action))
            for pattern in listed(patterns)
        )

    if "Action" in statement:
        return among(statement["Action"])
    return not among(statement["NotAction"])


def folded(action: str) -> str:
    """Only the letters of ASCII have a case: the Kelvin sign is no k."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in action)


def means_resource(statement: Any, asked: Asked, replaces: bool) -> bool:
    """A resource whose variable has no single value matches nothing; NotResource negates it."""

    def among(patterns: Any) -> bool:
        found = (operators.replaced(one, asked.context, replaces) for one in listed(patterns))
        return any(one is not None and operators.like(one, asked.resource) for one in found)

    if "Resource" in statement:
        return among(statement["Resource"])
    return "NotResource" not in statement or not among(statement["NotResource"])


def means_principal(statement: Any, who: Who) -> bool:
    if who.kind == "unknown" and ("Principal" in statement or "NotPrincipal" in statement):
        return bool(statement["Effect"] == "Deny")
    if "NotPrincipal" in statement:
        return statement["Effect"] == "Deny" and not is_spared(statement["NotPrincipal"], who)
    if statement["Effect"] == "Deny" and names_everyone(statement.get("Principal")):
        return True
    return bool(ways_named(statement, who))


def names_everyone(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in names(principal, "AWS"))


def names(principal: Any, kind: str) -> list[str]:
    return listed(principal.get(kind, [])) if isinstance(principal, dict) else []


def ways_named(statement: Any, who: Who) -> list[str]:
    """How the statement means the caller: direct, owner (a session's role or user), account."""
    if "Principal" not in statement:
        return [] if "NotPrincipal" in statement else ["owner"]
    principal = statement["Principal"]
    if who.kind in ("service", "provider"):
        kind = "Service" if who.kind == "service" else "Federated"
        return ["direct"] if who.arn in names(principal, kind) else []
    ways = ["direct"] if names_everyone(principal) else []
    for way, level in levels(who):
        if names_level(principal, level):
            ways.append(way)
    return ways


def names_level(principal: Any, level: list[str]) -> bool:
    """By a name of AWS's, or an account by its canonical id."""
    listed_names = names(principal, "AWS") + names(principal, "CanonicalUser")
    return any(name in listed_names for name in level)


def levels(who: Who) -> list[tuple[str, list[str]]]:
    """Account first, then the role or user, then the session."""
    if not who.account:
        return []
    account = ("account", [who.account, f"arn:aws:iam::{who.account}:root"])
    if who.kind == "root":
        return [("account", [*account[1], who.id])]
    if who.kind == "user":
        return [account, ("direct", [who.arn, who.id])]
    owner = [("owner", [who.owner_arn, who.id])] if who.owner_arn else []
    return [account, *owner, ("direct", [who.arn])]


def is_spared(principal: Any, who: Who) -> bool:
    """NotPrincipal spares who is listed at every level."""
    if names_everyone(principal):
        return True
    if who.kind == "service":
        return who.arn in names(principal, "Service")
    if who.kind == "provider":
        return who.arn in names(principal, "Federated")
    named = [names_level(principal, level) for _, level in levels(who)]
    return named != [] and all(named)
