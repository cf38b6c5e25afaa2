"""OpenID Connect issuers that many organizations share, and the claims that tell them apart.

A trust policy for such an issuer has to look at one of its claims when it is written: AWS's
"Identity-provider controls for shared OIDC providers". Documents already stored stay as they are.
"""

from __future__ import annotations

from typing import NamedTuple

from identity.policy.conditions import Condition
from identity.policy.faults import Fault
from identity.policy.patterns import action_matches
from identity.policy.values import Statement

_EQUALS = ("StringEquals", "StringEqualsIgnoreCase")
_LIKE = (*_EQUALS, "StringLike")


class _Control(NamedTuple):
    """The condition keys one of which must be compared, and by which operators."""

    keys: tuple[str, ...]
    operators: tuple[str, ...] = _LIKE
    leading_star: bool = True


_SUBJECT = ("sub",)
_AUDIENCE = ("aud",)
_CLAIMS = {
    "agent.buildkite.com": _SUBJECT,
    "api.pulumi.com/oidc": _AUDIENCE,
    "app.terraform.io": _SUBJECT,
    "gitlab.com": _SUBJECT,
    "oidc-configuration.audit-log.githubusercontent.com": _SUBJECT,
    "oidc.codefresh.io": _SUBJECT,
    "oidc.vercel.com": _AUDIENCE,
    "proidc.upbound.io": _SUBJECT,
    "sandboxes.cloud": _AUDIENCE,
    "scalr.io": _SUBJECT,
    "studio.datachain.ai/api": _SUBJECT,
    "token.actions.githubusercontent.com": ("sub", "job_workflow_ref"),
    "tokens.cloud.shisho.dev": _SUBJECT,
    "vstoken.actions.githubusercontent.com": _SUBJECT,
}
_HOSTS = {
    "accounts.google.com": _Control(("aud", "oaud", "sub"), _EQUALS),
    "cognito-identity.amazonaws.com": _Control(_AUDIENCE),
    "graph.facebook.com": _Control(("app_id", "sub"), _EQUALS),
    "www.amazon.com": _Control(("app_id", "sub"), _EQUALS),
    **{
        host: _Control(claims, leading_star="actions." not in host)
        for host, claims in _CLAIMS.items()
    },
}
_AZURE_SENTINEL = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d"


def check(statement: Statement) -> None:
    """Raise `Fault` if the statement trusts all who share an issuer."""
    if statement.effect == "Deny":
        return
    if not action_matches(statement.actions, "sts:AssumeRoleWithWebIdentity"):
        return
    for kind, provider in statement.principals:
        issuer = issuer_of(provider) if kind == "Federated" else ""
        if not _is_controlled(issuer, statement):
            raise _uncontrolled(issuer, statement)


def _uncontrolled(issuer: str, statement: Statement) -> Fault:
    name = "Cognito" if issuer.startswith("cognito-identity.") else issuer
    keys = " or ".join(f"{issuer}:{key}" for key in controlled_claims(issuer))
    return Fault(
        f"A condition block must be present for the {name} provider",
        f"a condition that compares {keys or 'sts:RoleSessionName'} with a value of your own",
        *("Statement", statement.index, "Condition"),
    )


def controlled_claims(issuer: str) -> tuple[str, ...]:
    """The claims that tell apart those who share the issuer; none if it is not a shared one."""
    shared = (host for host in _HOSTS if issuer == host or issuer.startswith(f"{host}/"))
    host = next(shared, None)
    return _HOSTS[host].keys if host else ()


def issuer_of(provider: str) -> str:
    """The issuer of a `Federated` principal less its scheme: the prefix of its condition keys."""
    return provider.partition(":oidc-provider/")[2].rstrip("/").lower() or provider


def _is_controlled(issuer: str, statement: Statement) -> bool:
    if issuer == _AZURE_SENTINEL:
        control = _Control(("sts:rolesessionname",))
        return any(_looks_at(one, control, "") for one in statement.conditions)
    shared = (host for host in _HOSTS if issuer == host or issuer.startswith(f"{host}/"))
    host = next(shared, None)
    if host is None:
        return True
    return any(_looks_at(one, _HOSTS[host], f"{issuer}:") for one in statement.conditions)


def _looks_at(condition: Condition, control: _Control, prefix: str) -> bool:
    operator = condition.operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    if operator not in control.operators or not condition.values:
        return False
    if condition.key.lower() not in [prefix + key for key in control.keys]:
        return False
    return all(_tells_apart(value, control) for value in condition.values)


def _tells_apart(value: str, control: _Control) -> bool:
    return bool(value.strip("*")) and (control.leading_star or not value.startswith("*"))
