"""The simulator without rows: what is told beside the decision."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.policy import Layer, LayerKind, Outcome, Request, decide, principals
from identity.policy.simulate import Result, Scenario, together
from tests.identity.policy.builders import ANA, BEN, layer, statement, text

BUCKET = "arn:aws:s3:::b/k"
ELSEWHERE = "444455556666"
ALLOWED, DENIED, SILENT = Outcome.ALLOWED, Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY


def simulate(
    *layers: Layer, action: str = "s3:GetObject", account: str = "", **context: Any
) -> Result:
    """What ana would get on BUCKET; `aws__username` stands for the key `aws:username`."""
    keys = {key.replace("__", ":"): value for key, value in context.items()}
    ana = principals.user(ANA, "AIDAANA")
    return Scenario(layers, keys, ANA, ana).on(action, BUCKET, account)


def of(kind: LayerKind, *statements: dict[str, Any]) -> Layer:
    return layer(text(*statements), kind=kind)


def identity(*statements: dict[str, Any]) -> Layer:
    return of(LayerKind.IDENTITY, *statements)


def resource(*statements: dict[str, Any], principal: str = ANA) -> Layer:
    named = [{**one, "Principal": {"AWS": principal}} for one in statements]
    return of(LayerKind.RESOURCE, *named)


def matched(result: Result) -> list[tuple[str, int]]:
    return [(match.kind.name, match.statement.index) for match in result.matches]


# --- the decision --------------------------------------------------------------------------------

STATEMENTS = [
    statement(),
    statement("Deny", Action="s3:Put*"),
    statement(Action="s3:Get*", Resource="arn:aws:s3:::b/*"),
    statement(NotAction="s3:*"),
    statement("Deny", NotResource="arn:aws:s3:::b/*"),
    statement(Condition={"StringEquals": {"aws:username": "ana"}}),
    statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}),
    statement(Resource="arn:aws:s3:::${aws:username}/*"),
]
KINDS = [LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SCP]


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(STATEMENTS)), max_size=5),
    st.sampled_from(["s3:GetObject", "S3:putobject", "iam:GetUser"]),
    st.sampled_from([BUCKET, "arn:aws:s3:::ana/k", "*"]),
    st.dictionaries(
        st.sampled_from(["aws:username", "aws:SecureTransport"]),
        st.sampled_from(["ana", "true", "false"]),
    ),
)
def test_the_decision_is_the_engines(
    picked: list[tuple[LayerKind, dict[str, Any]]],
    action: str,
    asked: str,
    context: dict[str, str],
) -> None:
    layers = tuple(of(kind, one) for kind, one in picked)
    ana = principals.user(ANA, "AIDAANA")
    found = Scenario(layers, context, ANA, ana).on(action, asked)
    decision = decide(Request(ANA, action, asked, context, principal=ana), layers)
    assert found.outcome is decision.outcome
    effects = {match.statement.effect for match in found.matches}
    assert effects <= {"Deny" if found.outcome is DENIED else "Allow"}
    assert not found.matches or found.outcome is not SILENT


# --- matched statements --------------------------------------------------------------------------


def test_all_statements_that_allow_are_matched_and_no_ceiling_is() -> None:
    found = simulate(
        identity(statement(), statement(Action="iam:*"), statement(Action="s3:*")),
        of(LayerKind.BOUNDARY, statement()),
    )
    assert matched(found) == [("IDENTITY", 0), ("IDENTITY", 2)]


def test_of_an_explicit_deny_only_the_statements_that_deny_are_matched() -> None:
    found = simulate(
        identity(statement(), statement("Deny")), of(LayerKind.BOUNDARY, statement("Deny"))
    )
    assert found.outcome is DENIED
    assert matched(found) == [("IDENTITY", 1), ("BOUNDARY", 0)]


def test_of_an_implicit_deny_nothing_is_matched() -> None:
    found = simulate(identity(statement()), of(LayerKind.BOUNDARY, statement(Action="iam:*")))
    assert (found.outcome, found.matches, found.by_boundary) == (SILENT, (), False)


@pytest.mark.parametrize("guardrail", [statement("Deny"), statement(Action="iam:*")])
def test_a_service_control_policy_that_refuses_hides_all_other_statements(
    guardrail: dict[str, Any],
) -> None:
    asking = statement("Deny", Condition={"Null": {"aws:SourceIp": "true"}})
    found = simulate(identity(statement(), asking), of(LayerKind.SCP, guardrail))
    assert found.by_organizations is False
    assert (found.matches, found.missing) == ((), ())
    assert found.outcome is DENIED


def test_every_level_of_the_organization_has_to_allow() -> None:
    allowing, silent = statement(), statement(Action="iam:*")
    levels = [of(LayerKind.SCP, allowing), of(LayerKind.SCP, allowing)]
    assert simulate(identity(allowing), *levels).by_organizations is True
    assert simulate(identity(allowing), *levels, of(LayerKind.SCP, silent)).outcome is SILENT
    assert simulate(identity(allowing)).by_organizations is None


def test_a_boundary_allows_unless_it_is_silent_or_denies() -> None:
    for boundary, allows in [
        ([statement()], True),
        ([statement(Action="iam:*")], False),
        ([statement(), statement("Deny")], False),
    ]:
        assert simulate(of(LayerKind.BOUNDARY, *boundary)).by_boundary is allows
    assert simulate(identity(statement())).by_boundary is None


# --- missing context -----------------------------------------------------------------------------

ON_IP = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


def test_a_key_that_a_statement_about_the_request_asks_for_is_missing() -> None:
    asking = statement(Condition=ON_IP)
    found = simulate(identity(asking), of(LayerKind.BOUNDARY, asking))
    assert found.missing == ("aws:SourceIp",)
    assert simulate(identity(asking), aws__SourceIp="10.1.1.1").missing == ()
    assert simulate(identity(asking), AWS__sourceip="10.1.1.1").missing == ()


@pytest.mark.parametrize(
    "elsewhere",
    [
        identity(statement(Action="iam:*", Condition=ON_IP)),
        identity(statement(Resource="arn:aws:s3:::other", Condition=ON_IP)),
        resource(statement(Condition=ON_IP), principal=BEN),
        of(LayerKind.SCP, statement(), statement(Condition=ON_IP)),
    ],
)
def test_no_key_is_missing_of_which_nothing_depends_here(elsewhere: Layer) -> None:
    assert simulate(elsewhere).missing == ()


def test_a_variable_is_missing_where_its_value_could_make_the_resource_fit() -> None:
    could = statement(Resource="arn:aws:s3:::${aws:username}/k")
    never = statement(Resource="arn:aws:s3:::other/${aws:userid}")
    assert simulate(identity(could, never)).missing == ("aws:username",)
    assert simulate(identity(could), aws__username="x").missing == ()


def test_the_plain_characters_are_never_missing() -> None:
    plain = statement(Condition={"StringLike": {"aws:userid": "${*}${?}${$}"}})
    assert simulate(identity(plain)).missing == ("aws:userid",)


# --- across accounts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "theirs", "outcome"),
    [
        (ALLOWED, ALLOWED, ALLOWED),
        (ALLOWED, SILENT, SILENT),
        (ALLOWED, DENIED, DENIED),
        (SILENT, ALLOWED, SILENT),
        (SILENT, SILENT, SILENT),
        (DENIED, ALLOWED, DENIED),
        (DENIED, DENIED, DENIED),
    ],
)
def test_across_accounts_both_sides_have_to_allow_and_each_is_told(
    own: Outcome, theirs: Outcome, outcome: Outcome
) -> None:
    said = {ALLOWED: statement(), SILENT: statement(Action="iam:*"), DENIED: statement("Deny")}
    found = simulate(identity(said[own]), resource(said[theirs]), account=ELSEWHERE)
    assert found.outcome is outcome
    assert found.by_kind == {LayerKind.IDENTITY: own, LayerKind.RESOURCE: theirs}


def test_across_accounts_the_boundary_is_told_too() -> None:
    boundary = of(LayerKind.BOUNDARY, statement(Action="iam:*"))
    found = simulate(identity(statement()), resource(statement()), boundary, account=ELSEWHERE)
    assert found.by_kind is not None
    assert found.by_kind[LayerKind.BOUNDARY] is SILENT
    assert found.outcome is SILENT


def test_within_an_account_there_are_no_details() -> None:
    assert simulate(identity(statement()), account="111122223333").by_kind is None
    assert simulate(identity(statement())).by_kind is None


def test_the_owner_has_the_resources_whose_arns_name_nobody() -> None:
    ana = principals.user(ANA, "AIDAANA")
    scenario = Scenario((identity(statement()),), {}, ANA, ana, owner=ELSEWHERE)
    assert scenario.on("s3:GetObject", BUCKET).outcome is SILENT
    own = "arn:aws:sqs:us-east-1:111122223333:q"
    assert scenario.on("sqs:SendMessage", own, "111122223333").outcome is ALLOWED


def test_each_resource_has_its_own_account_unless_the_context_gives_one() -> None:
    ana = principals.user(ANA, "AIDAANA")
    own = identity(statement(Condition={"StringEquals": {"aws:ResourceAccount": "111122223333"}}))
    scenario = Scenario((own,), {}, ANA, ana, owner="111122223333")
    assert scenario.on("s3:GetObject", BUCKET).outcome is ALLOWED
    elsewhere = Scenario((own,), {"AWS:resourceaccount": ELSEWHERE}, ANA, ana, "111122223333")
    assert elsewhere.on("s3:GetObject", BUCKET).outcome is SILENT
    assert scenario.on("s3:GetObject", BUCKET).missing == ()
    assert simulate(own).missing == ("aws:ResourceAccount",)


# --- several resources ---------------------------------------------------------------------------


def test_together_the_strictest_decision_counts_and_its_statements() -> None:
    ana = principals.user(ANA, "AIDAANA")
    document = identity(
        statement(Resource=BUCKET),
        statement("Deny", Resource="arn:aws:s3:::b/x*", Condition={"Null": {"aws:userid": "true"}}),
    )
    scenario = Scenario((document,), {}, ANA, ana)
    found = [scenario.on("s3:GetObject", f"arn:aws:s3:::b/{name}") for name in ("k", "x", "xx")]
    whole = together(found)
    assert [one.outcome for one in found] == [ALLOWED, DENIED, DENIED]
    assert (whole.resource, whole.outcome, whole.missing) == ("*", DENIED, ("aws:userid",))
    assert matched(whole) == [("IDENTITY", 1)]
    assert together(found[:1]) == found[0]


def test_together_a_ceiling_allows_only_if_it_allows_everywhere() -> None:
    ana = principals.user(ANA, "AIDAANA")
    layers = (identity(statement()), of(LayerKind.BOUNDARY, statement(Resource=BUCKET)))
    scenario = Scenario(layers, {}, ANA, ana)
    found = [scenario.on("s3:GetObject", one) for one in (BUCKET, "arn:aws:s3:::x")]
    assert [one.by_boundary for one in found] == [True, False]
    assert together(found).by_boundary is False
