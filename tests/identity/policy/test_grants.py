"""How far policies of a resource grant: same account, between accounts, trust policies."""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import Decision, Layer, LayerKind, Outcome, Principal, Request, decide
from identity.policy.evaluate import root_layer
from identity.policy.principals import (
    ANONYMOUS,
    federated,
    federated_user,
    role_session,
    root,
    service,
    user,
)
from tests.identity.policy.builders import layer, statement, text

ACCOUNT, OTHER = "111122223333", "444455556666"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ANA_ARN = f"arn:aws:iam::{ACCOUNT}:user/ana"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"
GUEST_ARN = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
BUCKET = "arn:aws:s3:::bucket"

ANA = user(ANA_ARN, "AIDAANAANAANAANAANA2")
CI = role_session(SESSION, ROLE, "AROADEPLOYDEPLOYDEPL")
GUEST = federated_user(GUEST_ARN, ANA_ARN, "AIDAANAANAANAANAANA2")

SILENT = text(statement(Action="sqs:*"))
CALLER_KINDS = [LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SESSION]


def asks(who: Principal, owner: str = ACCOUNT, action: str = "s3:GetObject") -> Request:
    return Request("", action, BUCKET, {}, who, owner)


def grant(*names: str, kind: LayerKind = LayerKind.RESOURCE, effect: str = "Allow") -> Layer:
    """A policy of the resource that names these principals of AWS."""
    one = statement(effect, Principal={"AWS": list(names)}, Action=["s3:*", "sts:AssumeRole"])
    if kind is LayerKind.TRUST:
        del one["Resource"]
        one["Action"] = "sts:AssumeRole"
    return layer(text(one), kind=kind)


def allowing(*kinds: LayerKind) -> list[Layer]:
    return [layer(text(statement()), kind=kind) for kind in kinds]


def silent(*kinds: LayerKind) -> list[Layer]:
    return [layer(SILENT, kind=kind) for kind in kinds]


NEVER: tuple[LayerKind, ...] = ()
CEILINGS = (LayerKind.BOUNDARY, LayerKind.SESSION)
ALL = (LayerKind.IDENTITY, *CEILINGS)


@pytest.mark.parametrize(
    ("who", "name", "limited_by"),
    [
        (ANA, ANA_ARN, NEVER),
        (ANA, "AIDAANAANAANAANAANA2", NEVER),
        (ANA, "*", NEVER),
        (ANA, ROOT, ALL),
        (ANA, ACCOUNT, ALL),
        (CI, SESSION, NEVER),
        (CI, "*", NEVER),
        (CI, ROLE, CEILINGS),
        (CI, "AROADEPLOYDEPLOYDEPL", CEILINGS),
        (CI, ROOT, ALL),
        (GUEST, GUEST_ARN, NEVER),
        (GUEST, "*", NEVER),
        (GUEST, ANA_ARN, CEILINGS),
        (GUEST, ACCOUNT, ALL),
    ],
)
def test_in_one_account_a_grant_goes_as_far_as_it_names_the_caller(
    who: Principal, name: str, limited_by: tuple[LayerKind, ...]
) -> None:
    for kind in CALLER_KINDS:
        others = [one for one in CALLER_KINDS if one is not kind]
        decision = decide(asks(who), [grant(name), *allowing(*others), *silent(kind)])
        assert decision.allowed is (kind not in limited_by)
        assert decision.allowed or decision.kind is kind
    assert decide(asks(who), [grant(name), *allowing(*CALLER_KINDS)])


@pytest.mark.parametrize("name", [ANA_ARN, ROLE, SESSION, GUEST_ARN, OTHER])
def test_a_grant_to_another_leaves_the_word_to_the_identity_policies(name: str) -> None:
    other = user(f"arn:aws:iam::{ACCOUNT}:user/ben", "AIDABENBENBENBENBEN2")
    assert decide(asks(other), [grant(name), *allowing(LayerKind.IDENTITY)])
    decision = decide(asks(other), [grant(name), *silent(LayerKind.IDENTITY)])
    assert decision == Decision(False, Outcome.IMPLICIT_DENY, LayerKind.IDENTITY)


@pytest.mark.parametrize("kind", [LayerKind.SCP, LayerKind.RCP])
def test_no_naming_passes_the_ceilings_of_an_organization(kind: LayerKind) -> None:
    decision = decide(asks(ANA), [grant(ANA_ARN), *allowing(LayerKind.IDENTITY), *silent(kind)])
    assert decision == Decision(False, Outcome.IMPLICIT_DENY, kind)


@pytest.mark.parametrize("kind", [LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SESSION])
def test_no_naming_passes_an_explicit_deny(kind: LayerKind) -> None:
    deny = layer(text(statement("Deny")), kind=kind)
    decision = decide(asks(CI), [grant(SESSION), *allowing(*CALLER_KINDS), deny])
    assert (decision.outcome, decision.kind) == (Outcome.EXPLICIT_DENY, kind)


def test_the_furthest_of_several_grants_counts() -> None:
    layers = silent(*CALLER_KINDS)
    assert not decide(asks(CI), [grant(ROOT), grant(ROLE), *layers])
    assert decide(asks(CI), [grant(ROOT), grant(ROLE), grant(SESSION), *layers])
    assert decide(asks(CI), [grant(ROOT, ROLE, SESSION), *layers])


def test_root_is_allowed_but_for_an_explicit_deny_and_the_organization() -> None:
    owner = asks(root(ACCOUNT))
    assert decide(owner, [root_layer(), *silent(LayerKind.RESOURCE)])
    assert not decide(owner, [root_layer(), grant(ROOT, effect="Deny")])
    assert not decide(owner, [root_layer(), *silent(LayerKind.SCP)])
    assert not decide(owner, [root_layer(), *silent(LayerKind.RCP)])


def test_a_federated_user_without_session_policies_has_resource_grants_only() -> None:
    bare = [*allowing(LayerKind.IDENTITY), Layer(LayerKind.SESSION, ())]
    assert not decide(asks(GUEST), bare)
    assert not decide(asks(GUEST), [*bare, grant(ANA_ARN)])
    assert decide(asks(GUEST), [*bare, grant(GUEST_ARN)])


# --- between accounts ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [ANA_ARN, ROOT, ACCOUNT, "*"])
def test_between_accounts_both_must_allow_however_the_caller_is_named(name: str) -> None:
    asked = asks(ANA, OTHER)
    assert decide(asked, [grant(name), *allowing(LayerKind.IDENTITY)])
    for layers, kind in (
        ([grant(name)], LayerKind.IDENTITY),
        ([grant(name), *silent(LayerKind.IDENTITY)], LayerKind.IDENTITY),
        (allowing(LayerKind.IDENTITY), LayerKind.RESOURCE),
        ([grant(OTHER), *allowing(LayerKind.IDENTITY)], LayerKind.RESOURCE),
        ([*silent(LayerKind.RESOURCE), root_layer()], LayerKind.RESOURCE),
    ):
        assert decide(asked, layers) == Decision(False, Outcome.IMPLICIT_DENY, kind)


@pytest.mark.parametrize("kind", [*CEILINGS, LayerKind.SCP, LayerKind.RCP])
def test_between_accounts_every_ceiling_limits(kind: LayerKind) -> None:
    both = [grant(SESSION), *allowing(LayerKind.IDENTITY)]
    decision = decide(asks(CI, OTHER), [*both, *silent(kind)])
    assert decision == Decision(False, Outcome.IMPLICIT_DENY, kind)


def test_the_root_of_another_account_needs_the_resource_to_say_so() -> None:
    asked = asks(root(ACCOUNT), OTHER)
    assert not decide(asked, [root_layer()])
    assert decide(asked, [root_layer(), grant(ACCOUNT)])


def test_who_asks_from_no_account_needs_the_resource_alone() -> None:
    everyone = grant("*")
    assert decide(asks(ANONYMOUS, OTHER), [everyone])
    assert not decide(asks(service("ec2.amazonaws.com"), OTHER), [everyone])
    named: dict[str, Any] = {"Principal": {"Service": "ec2.amazonaws.com"}}
    assert decide(asks(service("ec2.amazonaws.com"), OTHER), [_resource(**named)])
    assert not decide(asks(service("ecs.amazonaws.com"), OTHER), [_resource(**named)])


def test_who_asks_is_of_another_account_until_someone_says_otherwise() -> None:
    nobody = Request("", "s3:GetObject", BUCKET, {}, None, ACCOUNT)
    assert not decide(nobody, allowing(LayerKind.IDENTITY))


@pytest.mark.parametrize(
    ("spared", "denied"),
    [
        ([ANA_ARN, ROOT], False),
        ([ANA_ARN], True),
        ([ROOT], True),
        ([OTHER], True),
        (["*"], False),
    ],
)
def test_a_deny_to_all_but_some(spared: list[str], denied: bool) -> None:
    deny = _resource("Deny", NotPrincipal={"AWS": spared})
    assert decide(asks(ANA), [*allowing(LayerKind.IDENTITY), deny]).allowed is not denied


def test_a_deny_to_everyone_reaches_outsiders() -> None:
    named: dict[str, Any] = {"Principal": {"Service": "ec2.amazonaws.com"}}
    deny = _resource("Deny", Principal="*")
    assert not decide(asks(service("ec2.amazonaws.com")), [_resource(**named), deny])


def _resource(effect: str = "Allow", **elements: Any) -> Layer:
    return layer(text(statement(effect, **elements)), kind=LayerKind.RESOURCE)


# --- trust policies ------------------------------------------------------------------------------


def assumes(who: Principal, owner: str = ACCOUNT) -> Request:
    return Request("", "sts:AssumeRole", f"arn:aws:iam::{owner}:role/target", {}, who, owner)


def trust(*names: str) -> Layer:
    return grant(*names, kind=LayerKind.TRUST)


@pytest.mark.parametrize(
    ("names", "identity", "owner", "kind"),
    [
        ([ROOT], True, ACCOUNT, None),
        ([ROOT], False, ACCOUNT, LayerKind.IDENTITY),
        ([ANA_ARN], False, ACCOUNT, None),
        ([ANA_ARN], True, OTHER, None),
        ([ANA_ARN], False, OTHER, LayerKind.IDENTITY),
        (["*"], False, OTHER, LayerKind.IDENTITY),
        ([OTHER], True, ACCOUNT, LayerKind.TRUST),
        ([OTHER], True, OTHER, LayerKind.TRUST),
        ([], True, ACCOUNT, LayerKind.TRUST),
    ],
)
def test_a_role_is_assumed_by_whom_it_trusts(
    names: list[str], identity: bool, owner: str, kind: LayerKind | None
) -> None:
    trusting = trust(*names) if names else Layer(LayerKind.TRUST, ())
    identities = allowing(LayerKind.IDENTITY) if identity else silent(LayerKind.IDENTITY)
    decision = decide(assumes(ANA, owner), [trusting, *identities])
    assert decision.allowed is (kind is None)
    if kind:
        assert decision == Decision(False, Outcome.IMPLICIT_DENY, kind)


def test_a_boundary_does_not_limit_a_trust_in_the_user_alone() -> None:
    closed = silent(LayerKind.IDENTITY, LayerKind.BOUNDARY)
    assert decide(assumes(ANA), [trust(ANA_ARN), *closed])
    assert not decide(
        assumes(ANA), [trust(ROOT), *allowing(LayerKind.IDENTITY), *silent(LayerKind.BOUNDARY)]
    )


def test_a_role_is_not_assumed_by_its_own_sessions_unless_it_says_so() -> None:
    asked = Request("", "sts:AssumeRole", ROLE, {}, CI, ACCOUNT)
    assert not decide(asked, [Layer(LayerKind.TRUST, ()), *allowing(LayerKind.IDENTITY)])
    assert decide(asked, [trust(ROLE), *silent(LayerKind.IDENTITY)])


def test_not_even_root_is_trusted_without_a_word() -> None:
    assert not decide(assumes(root(ACCOUNT)), [root_layer(), trust(ANA_ARN)])
    assert decide(assumes(root(ACCOUNT)), [root_layer(), trust(ROOT)])


def test_an_identity_of_a_provider_is_trusted_by_the_name_of_the_provider() -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
    one = statement(Principal={"Federated": provider}, Action="sts:AssumeRoleWithSAML")
    del one["Resource"]
    trusting = layer(text(one), kind=LayerKind.TRUST)

    def assumed(by: str) -> bool:
        action, target = "sts:AssumeRoleWithSAML", f"arn:aws:iam::{ACCOUNT}:role/target"
        return bool(decide(Request("", action, target, {}, federated(by), ACCOUNT), [trusting]))

    assert assumed(provider)
    assert not assumed(provider + "2")
    assert not assumed(provider.replace(ACCOUNT, OTHER))
