"""A simulation for a page: the call that the form stands for, and its results as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.forms.simulator import PASTED, SimulatorForm
from console.http import Request
from console.permissions import reading
from console.simulated_policies import Listing, Simulated, listings
from identity import arns

_PLAIN_CHARACTERS = ("*", "?", "$")


@dataclass(frozen=True, slots=True)
class Row:
    """One action on one resource: the decision in words, the statements behind it, what is more.

    `links` are the statements, each with where it stands on the page, or "".
    """

    action: str
    resource: str
    decision: str
    status: str
    statements: tuple[str, ...]
    notes: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """The rows, and the texts of the policies whose statements made the decisions."""

    rows: list[Row]
    listings: list[Listing]


def run(request: Request, form: SimulatorForm) -> Results:
    """The results, page after page; the form then has a field for every context key asked for,
    and a box for every policy of whoever is simulated.

    Raises AwsError as the API does.
    """
    keys = _keys(request, form)
    subject = Simulated(request, form.cleaned_data["kind"], form.cleaned_data["name"])
    params = _params(request, form) | _excluded(form, subject)
    params["ContextEntries"] = [entry for entry in map(form.entry, keys) if entry]
    results: list[Mapping[str, Any]] = []
    try:
        results += _results(request, params)
    finally:
        missing = {key: None for result in results for key in result["MissingContextValues"]}
        form.offer(missing, needed=True)
        form.offer(key for key in keys if key not in missing)
    texts = {**subject.texts(), **_given_texts(form)}
    matched = [one for result in results for one in _specific(result, "MatchedStatements")]
    shown, keys_of = listings(texts, matched)
    return Results([row for result in results for row in _rows(result, keys_of)], shown)


def _excluded(form: SimulatorForm, subject: Simulated) -> dict[str, Any]:
    """The policies whose boxes were emptied; the form gets its boxes anew."""
    choices = subject.choices()
    if not choices:
        return {}
    whose = f"{form.cleaned_data['kind']}/{form.cleaned_data['name']}"
    left_out = form.left_out(choices, whose)
    form.choose_from(choices, whose)
    return {"PolicyExclusionList": subject.excluded(left_out)} if left_out else {}


def _given_texts(form: SimulatorForm) -> dict[str, str]:
    """What was pasted, by the names that results have for it."""
    given = form.cleaned_data
    return {
        "PolicyInputList.1": given["policy"].replace("\r\n", "\n"),
        "PermissionsBoundaryPolicyInputList.1": given["boundary"].replace("\r\n", "\n"),
    }


def _specific(result: Mapping[str, Any], member: str) -> Iterator[Any]:
    for one in result.get("ResourceSpecificResults") or [result]:
        yield from one[member]


def _keys(request: Request, form: SimulatorForm) -> list[str]:
    """The keys that the policies ask for; of an entity only for who may read them."""
    texts = [text for text in (form.cleaned_data["policy"], form.cleaned_data["boundary"]) if text]
    found: list[str] = []
    if texts:
        answer = request.iam.get_context_keys_for_custom_policy(PolicyInputList=texts)
        found += answer["ContextKeyNames"]
    if source := _source(request, form):
        own = reading(
            lambda: request.iam.get_context_keys_for_principal_policy(PolicySourceArn=source)
        )
        found += own.value["ContextKeyNames"] if own.value else []
    return [key for key in dict.fromkeys(found) if key not in _PLAIN_CHARACTERS]


def _source(request: Request, form: SimulatorForm) -> str:
    kind, name = form.cleaned_data["kind"], form.cleaned_data["name"]
    return "" if kind == PASTED else arns.iam(request.caller.account_id, kind, name)


def _params(request: Request, form: SimulatorForm) -> dict[str, Any]:
    given = form.cleaned_data
    params: dict[str, Any] = {
        "ActionNames": given["actions"],
        "PolicyInputList": [given["policy"]] if given["policy"] else [],
    }
    if given["resources"]:
        params["ResourceArns"] = given["resources"]
    if given["boundary"]:
        params["PermissionsBoundaryPolicyInputList"] = [given["boundary"]]
    if given["scp"]:
        level = {"ServiceControlPolicyInputList": [given["scp"]]}
        params["OrderedOrganizationPolicyInputList"] = [level]
    if source := _source(request, form):
        params["PolicySourceArn"] = source
    return params


def _results(request: Request, params: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    iam = request.iam
    simulate = (
        iam.simulate_principal_policy if "PolicySourceArn" in params else iam.simulate_custom_policy
    )
    page = simulate(**params)
    yield from page["EvaluationResults"]
    while page["IsTruncated"]:
        page = simulate(**params, Marker=page["Marker"])
        yield from page["EvaluationResults"]


def _rows(result: Mapping[str, Any], keys_of: Mapping[str, str]) -> Iterator[Row]:
    for one in result.get("ResourceSpecificResults") or [result]:
        decision = one.get("EvalResourceDecision") or one["EvalDecision"]
        words, status = _words(decision)
        yield Row(
            result["EvalActionName"],
            one["EvalResourceName"],
            words,
            status,
            tuple(map(_statement, one["MatchedStatements"])),
            tuple(_notes(one, result)),
            tuple((_statement(each), _anchor(each, keys_of)) for each in one["MatchedStatements"]),
        )


def _anchor(statement: Mapping[str, Any], keys_of: Mapping[str, str]) -> str:
    key = keys_of.get(statement["SourcePolicyId"], "")
    return f"#{key}-{statement['StartPosition']['Line']}" if key else ""


def _words(decision: str) -> tuple[str, str]:
    return {
        "allowed": (_("Allowed"), "ok"),
        "explicitDeny": (_("Denied by a statement"), "err"),
        "implicitDeny": (_("Denied: nothing allows it"), "off"),
    }[decision]


def _statement(statement: Mapping[str, Any]) -> str:
    policy = statement["SourcePolicyId"]
    if "StartPosition" not in statement:
        return _("%(policy)s, which cannot be read") % {"policy": policy}
    first, last = statement["StartPosition"]["Line"], statement["EndPosition"]["Line"]
    if first == last:
        return _("%(policy)s, line %(line)d") % {"policy": policy, "line": first}
    words = {"policy": policy, "first": first, "last": last}
    return _("%(policy)s, lines %(first)d to %(last)d") % words


def _notes(result: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[str]:
    organization = whole.get("OrganizationsDecisionDetail", {})
    if organization.get("AllowedByOrganizations") is False:
        yield _("The guardrail (SCP) does not allow it.")
    detail = result.get("PermissionsBoundaryDecisionDetail", {})
    if detail.get("AllowedByPermissionsBoundary") is False:
        yield _("The permissions boundary does not allow it.")
    if result["MissingContextValues"]:
        keys = ", ".join(result["MissingContextValues"])
        yield _("Depends on %(keys)s.") % {"keys": keys}
