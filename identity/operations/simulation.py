"""The policy simulator: what policies would decide, and which context keys they ask for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from identity import arns
from identity.calls import Call
from identity.catalogue import catalogue
from identity.errors import InvalidInput
from identity.models.permissions import Granted, Holder
from identity.operations import paging
from identity.operations import simulation_callers as callers
from identity.operations import simulation_entities as entities
from identity.operations import simulation_inputs as inputs
from identity.operations.registry import operation
from identity.operations.simulation_callers import Simulated
from identity.policy import Document, Kind, Layer, LayerKind, Match, Position, Source, load
from identity.policy.context_keys import used
from identity.policy.simulate import Result as Simulation
from identity.policy.simulate import Scenario, together

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

_WORK = 50_000_000
"""What a page may cost: about two seconds, and results of a few dozen megabytes at the very worst.

A character of a policy costs 2 and a statement, of which the results may tell, 300: for each
resource, and again for each value in the longest context entry.
"""

_KINDS = {
    LayerKind.IDENTITY: "IAM Policy",
    LayerKind.RESOURCE: "Resource Policy",
    LayerKind.TRUST: "Resource Policy",
    LayerKind.BOUNDARY: "Permissions Boundary Policy",
}


@operation("iam", "SimulatePrincipalPolicy", resource=entities.source_arn, read_only=True)
def simulate_principal_policy(
    call: Call, params: t.SimulatePrincipalPolicyRequestTypeDef
) -> Result:
    """The policies of a user, group or role, and those passed in. Role trust is not among them."""
    entity = entities.source(call)
    excluded = params.get("PolicyExclusionList") or ()
    found = entities.without_excluded(entities.granted(entity), excluded)
    arn = params.get("CallerArn", entity.arn)
    caller = callers.of_entity(call, entity) if arn == entity.arn else callers.named(call, arn)
    return _simulate(call, caller, found)


@operation("iam", "SimulateCustomPolicy", read_only=True)
def simulate_custom_policy(call: Call, params: t.SimulateCustomPolicyRequestTypeDef) -> Result:
    arn = params.get("CallerArn")
    caller = callers.nobody(call) if arn is None else callers.named(call, arn)
    return _simulate(call, caller, [])


def _simulate(call: Call, caller: Simulated, stored: Sequence[Granted]) -> Result:
    """One page of results, which counts actions; `stored` are the policies that count."""
    params = call.params
    actions, resources = params["ActionNames"], params.get("ResourceArns") or ["*"]
    inputs.check_actions(actions)
    inputs.check_resources(resources)
    inputs.check_handling(params.get("ResourceHandlingOption"), actions, resources)
    layers = [*_layers(params, stored), *_resource_layer(params, caller, resources)]
    context = inputs.context(params.get("ContextEntries") or (), caller.keys)
    owner = inputs.owner(params) or caller.principal.account or call.account.id
    scenario = Scenario(tuple(layers), context, caller.arn, caller.principal, owner)
    weight = 2 * sum(len(one.document) for one in stored) + 300 * _statement_count(layers)
    most = _most_actions(params, weight, len(resources))
    page = paging.page_of_few(call, actions, member="EvaluationResults", most=most)
    page["EvaluationResults"] = [
        _evaluation(scenario, action, resources) for action in page["EvaluationResults"]
    ]
    return page


def _layers(params: Mapping[str, Any], stored: Iterable[Granted]) -> list[Layer]:
    """What decides beside the resource's policy; a boundary passed in replaces the attached one."""
    identity: list[Source] = []
    boundary: list[Source] = []
    for one in stored:
        source = Source(entities.source_id(one), load(one.document))
        (boundary if one.holder is Holder.BOUNDARY else identity).append(source)
    boundary = inputs.boundary(params) or boundary
    layers = inputs.organization(params)
    layers.append(Layer(LayerKind.IDENTITY, (*identity, *inputs.policies(params))))
    if boundary:
        layers.append(Layer(LayerKind.BOUNDARY, tuple(boundary)))
    return layers


def _resource_layer(
    params: Mapping[str, Any], caller: Simulated, resources: Iterable[str]
) -> list[Layer]:
    """The policy that every resource is treated as if it had; it needs a caller and ARNs.

    One that names no resources is the trust policy of a role.
    """
    text = params.get("ResourcePolicy")
    if text is None:
        return []
    if not caller.arn:
        raise InvalidInput("Invalid caller - Caller cannot be null or empty.")
    if "*" in resources:
        raise InvalidInput("Invalid Entity Arn: * does not clearly define entity type and name.")
    try:
        return [Layer(LayerKind.RESOURCE, (inputs.read("ResourcePolicy", text, Kind.RESOURCE),))]
    except InvalidInput as problem:
        with contextlib.suppress(InvalidInput):
            return [Layer(LayerKind.TRUST, (inputs.read("ResourcePolicy", text, Kind.TRUST),))]
        raise problem from None


def _statement_count(layers: Iterable[Layer]) -> int:
    return sum(len(one.document.statements) for layer in layers for one in layer.policies)


def _most_actions(params: Mapping[str, Any], weight: int, resources: int) -> int:
    """How many actions a page may hold, so that no request costs more than a page should."""
    weight += 2 * _characters(params.get(name) for name in _TEXTS)
    entries = params.get("ContextEntries") or ()
    values = [len(entry.get("ContextKeyValues") or ()) for entry in entries]
    times = max(values, default=1) + _characters(entries) // 256
    cost = (weight + 1) * resources * max(times, 1)
    if cost > _WORK:
        raise InvalidInput("The simulation is too large: ask for fewer resources at once.")
    return _WORK // cost


_TEXTS = (
    "PolicyInputList",
    "PermissionsBoundaryPolicyInputList",
    "OrderedOrganizationPolicyInputList",
    "ResourcePolicy",
)


def _characters(value: Any) -> int:
    """How many there are in all texts of a parameter."""
    if isinstance(value, str):
        return len(value)
    items = value.values() if isinstance(value, Mapping) else value or ()
    return sum(map(_characters, items))


# --- results -------------------------------------------------------------------------------------


def _evaluation(scenario: Scenario, action: str, resources: Sequence[str]) -> dict[str, Any]:
    """The `EvaluationResult` structure; each resource has its own result when any is named."""
    found = [scenario.on(action, one, arns.owner(one)) for one in resources]
    whole = together(found)
    shown: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": _resource_name(action, resources),
        "EvalDecision": whole.outcome.value,
        **_details(whole),
    }
    if whole.by_organizations is not None:
        shown["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": whole.by_organizations}
    if resources != ["*"]:
        shown["ResourceSpecificResults"] = [
            {
                "EvalResourceName": one.resource,
                "EvalResourceDecision": one.outcome.value,
                **_details(one),
            }
            for one in found
        ]
    return shown


def _resource_name(action: str, resources: Sequence[str]) -> str:
    """The one resource; for several the template of their type, if the catalogue knows it."""
    if len(resources) == 1:
        return resources[0]
    known = catalogue().action(action)
    service = catalogue().services.get(action.partition(":")[0].lower())
    if known is None or service is None or not known.resource_types:
        return "*"
    found = service.resource_types.get(known.resource_types[0][0])
    return found.arn if found else "*"


def _details(result: Simulation) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "MatchedStatements": [_statement(match) for match in result.matches],
        "MissingContextValues": list(result.missing),
    }
    if result.by_boundary is not None:
        shown["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": result.by_boundary
        }
    if result.by_kind is not None:
        shown["EvalDecisionDetails"] = {
            _KINDS[kind]: outcome.value for kind, outcome in result.by_kind.items()
        }
    return shown


def _statement(match: Match) -> dict[str, Any]:
    """The `Statement` structure. A stored policy that cannot be read has no places."""
    shown: dict[str, Any] = {
        "SourcePolicyId": match.source,
        "SourcePolicyType": _KINDS[match.kind],
    }
    if match.span:
        shown["StartPosition"] = _position(match.span.start)
        shown["EndPosition"] = _position(match.span.end)
    return shown


def _position(place: Position) -> dict[str, int]:
    return {"Line": place.line, "Column": place.column}


# --- context keys --------------------------------------------------------------------------------


@operation("iam", "GetContextKeysForCustomPolicy")
def get_context_keys_for_custom_policy(
    call: Call, params: t.GetContextKeysForCustomPolicyRequestTypeDef
) -> Result:
    return _context_keys(source.document for source in inputs.policies(params))


@operation("iam", "GetContextKeysForPrincipalPolicy", resource=entities.source_arn)
def get_context_keys_for_principal_policy(
    call: Call, params: t.GetContextKeysForPrincipalPolicyRequestTypeDef
) -> Result:
    """Those of the attached policies, of groups and of the boundary, then of what is passed in."""
    stored = [load(one.document) for one in entities.granted(entities.source(call))]
    return _context_keys([*stored, *(source.document for source in inputs.policies(params))])


def _context_keys(documents: Iterable[Document]) -> Result:
    """The keys of each document once, document by document, as AWS lists them."""
    return {"ContextKeyNames": [key for document in documents for key in used(document)]}
