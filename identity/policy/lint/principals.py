"""Checks of principals, and of what a trust in an identity provider must compare."""

from __future__ import annotations

from collections.abc import Iterator

from identity.errors import MalformedPolicyDocument
from identity.policy.json_tree import Node
from identity.policy.lint.reading import Condition, Statement
from identity.policy.lint.report import Check, Remark
from identity.policy.patterns import action_matches
from identity.policy.principals import TYPES, check_spelling
from identity.policy.shared_issuers import controlled_claims, issuer_of
from identity.policy.values import Kind

_GITHUB = "token.actions.githubusercontent.com"
_SAML, _WEB = "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"
_ASSUMING = ("sts:AssumeRole", _SAML, _WEB)
_SOURCES = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")


def allow_with_not_principal(statement: Statement) -> Iterator[Remark]:
    if statement.allows and "NotPrincipal" in statement.elements:
        message = "Name with `Principal` whom you allow: `NotPrincipal` allows everyone else."
        yield Remark(statement.elements["NotPrincipal"].name, message)


def _is_spelled(kind: str, name: str) -> bool:
    try:
        check_spelling([(kind, name)])
    except MalformedPolicyDocument:
        return False
    return True


def _misspelled(statement: Statement) -> Iterator[tuple[str, Node]]:
    for kind, node in statement.principals:
        if kind in TYPES and not _is_spelled(kind, str(node.value)):
            yield kind, node


def odd_principal(statement: Statement) -> Iterator[Remark]:
    for kind, node in _misspelled(statement):
        federated = kind == "Federated" and statement.policy.kind is Kind.TRUST
        if "*" not in str(node.value) and not federated:
            yield Remark(
                node, f"Correct it: nobody can be called so as a principal of type {kind}."
            )


def odd_provider(statement: Statement) -> Iterator[Remark]:
    for kind, node in _misspelled(statement):
        if kind == "Federated" and statement.policy.kind is Kind.TRUST:
            yield Remark(node, "Name an identity provider by its ARN, or by a host AWS knows.")


def wildcard(statement: Statement) -> Iterator[Remark]:
    if statement.policy.kind is not Kind.TRUST:
        yield from _wildcards(statement)


def wildcard_in_trust(statement: Statement) -> Iterator[Remark]:
    principal = statement.element("Principal")
    if statement.policy.kind is not Kind.TRUST:
        return
    if principal and principal.value == "*":
        yield Remark(principal, 'Write {"AWS": "*"} if everyone may ask, and add conditions.')
    yield from _wildcards(statement)


def anyone_in_trust(statement: Statement) -> Iterator[Remark]:
    """A condition may say who; whether it does, its reader judges."""
    if statement.policy.kind is not Kind.TRUST or not statement.allows or statement.conditions:
        return
    for kind, node in statement.named("Principal"):
        if kind == "AWS" and node.value == "*":
            message = "Name who may assume the role, or compare `aws:PrincipalOrgID`: every account"
            yield Remark(node, f"{message} may now.")


def _wildcards(statement: Statement) -> Iterator[Remark]:
    for kind, node in _misspelled(statement):
        if "*" in str(node.value) and (
            kind != "Federated" or statement.policy.kind is not Kind.TRUST
        ):
            message = (
                "Name the principal in full; compare `aws:PrincipalArn` in a condition instead."
            )
            yield Remark(node, message)


def open_to_service(statement: Statement) -> Iterator[Remark]:
    if statement.policy.kind is not Kind.RESOURCE or not statement.allows:
        return
    for kind, node in statement.principals:
        if kind == "Service" and statement.keys.isdisjoint(_SOURCES):
            message = "Say for whom the service may ask: compare `aws:SourceArn` or its like."
            yield Remark(node, message)


def redundant_principal(statement: Statement) -> Iterator[Remark]:
    names = {str(node.value) for kind, node in statement.named("Principal") if kind == "AWS"}
    for kind, node in statement.named("Principal"):
        name = str(node.value)
        if kind != "AWS" or name == "*":
            continue
        if "*" in names:
            yield Remark(node, 'Remove it: "*" means this principal too.')
        elif name.endswith(":root") and name.split(":")[4:5] and name.split(":")[4] in names:
            yield Remark(node, "Remove it: the account is named by its number already.")


# --- trust in identity providers ----------------------------------------------------------------


def _actions(statement: Statement) -> tuple[str, ...]:
    return tuple(str(node.value) for node in statement.texts("Action"))


def mismatched_action(statement: Statement) -> Iterator[Remark]:
    actions = _actions(statement)
    assuming = [one for one in _ASSUMING if actions and action_matches(actions, one)]
    if statement.policy.kind is not Kind.TRUST or not assuming:
        return
    for kind, node in statement.named("Principal"):
        wanted = _assuming(kind, str(node.value))
        if wanted not in assuming:
            yield Remark(node, f"List `{wanted}` under `Action`: this principal asks for that.")


def _assuming(kind: str, name: str) -> str:
    if kind != "Federated":
        return "sts:AssumeRole"
    return _SAML if ":saml-provider/" in name else _WEB


def _web_trusts(statement: Statement) -> Iterator[tuple[Node, str]]:
    """The OpenID Connect providers that an Allow trusts, with their issuers."""
    actions = _actions(statement)
    if not statement.allows or not actions or not action_matches(actions, _WEB):
        return
    for kind, node in statement.named("Principal"):
        if kind == "Federated" and ":saml-provider/" not in str(node.value):
            yield node, issuer_of(str(node.value))


def _compares(condition: Condition, issuer: str, claims: tuple[str, ...]) -> bool:
    """Whether the condition limits the trust: it wants a claim to be there and to equal a value."""
    named = condition.named
    if named.base == "Null" or named.negated or named.if_exists:
        return False
    return condition.name in [f"{issuer}:{claim}" for claim in claims]


def unlimited_provider(statement: Statement) -> Iterator[Remark]:
    for node, issuer in _web_trusts(statement):
        claims = ("aud", "sub", *controlled_claims(issuer))
        if not any(_compares(condition, issuer, claims) for condition in statement.conditions):
            message = f"Compare `{issuer}:aud` and `{issuer}:sub`: "
            yield Remark(node, f"{message}any client of the provider can ask now.")


def any_repository(statement: Statement) -> Iterator[Remark]:
    for node, issuer in _web_trusts(statement):
        claims = controlled_claims(issuer)
        if issuer != _GITHUB:
            continue
        if not any(_compares(condition, issuer, claims) for condition in statement.conditions):
            message = f"Compare `{_GITHUB}:sub` with your repository: every one can ask now."
            yield Remark(node, message)


def vague_repository(statement: Statement) -> Iterator[Remark]:
    if not any(issuer == _GITHUB for _, issuer in _web_trusts(statement)):
        return
    for condition in statement.conditions:
        if condition.name == f"{_GITHUB}:sub":
            for value in condition.strings:
                kind, _, rest = str(value.value).partition(":")
                repository, _, branch = rest.partition(":")
                if kind == "repo" and ("*" in repository or branch in ("", "*")):
                    message = (
                        "Name one repository and branch: `repo:owner/name:ref:refs/heads/main`."
                    )
                    yield Remark(value, message)


ON_STATEMENTS = (
    Check("ERROR", "INVALID_PRINCIPAL_FORMAT", odd_principal),
    Check("ERROR", "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", odd_provider),
    Check("ERROR", "UNSUPPORTED_WILDCARD_IN_PRINCIPAL", wildcard),
    Check("ERROR", "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", wildcard_in_trust),
    Check("ERROR", "MISMATCHED_ACTION_FOR_PRINCIPAL", mismatched_action),
    Check("SECURITY_WARNING", "ALLOW_WITH_NOT_PRINCIPAL", allow_with_not_principal),
    Check("SECURITY_WARNING", "TRUST_OPEN_TO_EVERY_ACCOUNT", anyone_in_trust),
    Check("SECURITY_WARNING", "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", open_to_service),
    Check("SECURITY_WARNING", "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", unlimited_provider),
    Check("SECURITY_WARNING", "MISSING_GITHUB_REPO_CONDITION_KEY", any_repository),
    Check("WARNING", "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", vague_repository),
    Check("SUGGESTION", "REDUNDANT_PRINCIPAL", redundant_principal),
)
