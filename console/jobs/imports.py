"""The jobs that check what an import would do, and that do it, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from console.exporting.snapshot import details
from console.importing import plans
from console.importing.plans import CHANGE, CONFLICT, CREATE, SKIP, Here, Plan
from console.importing.tables import read_users
from console.importing.wishes import (
    GROUP,
    POLICY,
    ROLE,
    USER,
    UnreadableError,
    Wish,
    at_home,
    read_details,
    source_of,
)
from console.jobs.work import Row, Work, as_csv
from identity import authorization
from identity.calls import Call, is_policy_arn
from identity.errors import AwsError, NoSuchEntity
from identity.operations import registry
from identity.policy import Kind, parse
from identity.wire import spec, validate

CHECK, IMPORT = "import-check", "import"
DONE = {CREATE: "created", CHANGE: "changed", SKIP: "skipped", CONFLICT: CONFLICT}
FAILED, FAILURES = "failed", "failures"
COLUMNS = ("kind", "name", "outcome", "details")
FORMATS: dict[str, Callable[[str], list[Wish]]] = {"details": read_details, "users": read_users}

_AT_ONCE = 20
_FILTERS = {POLICY: "LocalManagedPolicy", GROUP: "Group", USER: "User", ROLE: "Role"}
_KEYS = {POLICY: "PolicyName", GROUP: "GroupName", USER: "UserName", ROLE: "RoleName"}


def wishes(content: bytes, form: str, *, move: bool, account: str) -> list[Wish]:
    """What the file wishes for here. UnreadableError says what is wrong with it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UnreadableError(_("it is not UTF-8 text")) from problem
    found = FORMATS[form](text)
    source = source_of(found)
    if not move or not source or source == account:
        return found
    return [at_home(wish, source, account) for wish in found]


def check(work: Work) -> None:
    """Nothing is called: what is here is read, and the door is asked about each call."""
    _go(work, lambda wish, plan: _checked(work, wish, plan))


def bring_in(work: Work) -> None:
    """All calls of a row or none, each through the door."""
    _go(work, lambda wish, plan: _done(work, wish, plan))


def _go(work: Work, treat: Callable[[Wish, Plan], tuple[str, list[str]]]) -> None:
    params, account = work.job.params, work.caller.account_id
    wanted = wishes(work.job.document, params["form"], move=params["move"], account=account)
    work.begin(f"{work.job.kind}-{account}.csv", "text/csv; charset=utf-8")
    work.write(as_csv([COLUMNS]))
    here = _here(work, wanted)
    for number, wish in enumerate(wanted):
        if number % _AT_ONCE == 0:
            work.step(number, len(wanted))
        outcome, notes = treat(wish, plans.plan(wish, here))
        words = " ".join(" ".join(notes).split())
        work.write_rows([(wish.kind, wish.name, outcome, words)], marks)
    work.finish_rows(marks)
    work.step(len(wanted), len(wanted))


def marks(row: Row) -> Iterator[str]:
    """The filters that show a row."""
    yield row[2]
    if row[2] in (FAILED, CONFLICT):
        yield FAILURES


# --- what is here --------------------------------------------------------------------------------


def _here(work: Work, wanted: list[Wish]) -> Here:
    """Of the account what the file names; and what will be here once the file's own are made."""
    named, account = {wish.folded for wish in wanted}, work.caller.account_id
    here = Here(account, {}, set(), {wish.name.lower() for wish in wanted if wish.kind == GROUP})
    for kind, filter_ in _FILTERS.items():
        for page in details(work.iam, filter_):
            work.step()
            for entity in page:
                key = (kind, entity[_KEYS[kind]].lower())
                if key in named:
                    here.entities[key] = entity
                if kind == POLICY:
                    here.policies.add(entity["Arn"])
                elif kind == GROUP:
                    here.groups.add(key[1])
    own = [wish for wish in wanted if wish.kind == POLICY]
    here.policies.update(f"arn:aws:iam::{account}:policy{one.path}{one.name}" for one in own)
    here.policies.update(_built_in(work, wanted))
    return here


def _built_in(work: Work, wanted: list[Wish]) -> Iterator[str]:
    """The shipped policies that the file names, as far as this installation has them."""
    named = {arn for wish in wanted for arn in (*wish.attached, wish.boundary)}
    for arn in sorted(named):
        if arn.startswith("arn:aws:iam::aws:policy/") and is_policy_arn(arn):
            try:
                work.iam.get_policy(PolicyArn=arn)
            except NoSuchEntity:
                continue
            yield arn


# --- what is done --------------------------------------------------------------------------------


def _checked(work: Work, wish: Wish, plan: Plan) -> tuple[str, list[str]]:
    try:
        for verb, params in plan.steps:
            _ask(work, verb, params)
    except AwsError as problem:
        return CONFLICT, [problem.message]
    return plan.outcome, [*_words(plan), *plan.notes]


def _ask(work: Work, verb: str, params: dict[str, Any]) -> None:
    """What the door asks before anything is done. Raises what it would refuse with."""
    action = spec.action("iam", verb)
    assert action is not None  # verbs are ours
    call = Call(work.caller, "iam", action, params, work.facts)
    operation = registry.find("iam", action)
    validate.validate(operation.model.input_shape, params)
    with suppress(NoSuchEntity):  # it will be there by then
        authorization.authorize(call, operation)
    for name, text in params.items():
        if name in ("PolicyDocument", "AssumeRolePolicyDocument"):
            parse(text, _kind(verb))


def _kind(verb: str) -> Kind:
    if verb in ("create_role", "update_assume_role_policy"):
        return Kind.TRUST
    return Kind.MANAGED if verb.startswith("create_policy") else Kind.IDENTITY


def _done(work: Work, wish: Wish, plan: Plan) -> tuple[str, list[str]]:
    try:
        with transaction.atomic():
            for verb, params in plan.steps:
                getattr(work.iam, verb)(**params)
    except AwsError as problem:
        return FAILED, [f"{problem.code}: {problem.message}"]
    return DONE[plan.outcome], [*_words(plan), *plan.notes]


def _words(plan: Plan) -> list[str]:
    """Which calls, for who knows the API."""
    called: dict[str, int] = {}
    for verb, _params in plan.steps:
        action = str(spec.action("iam", verb))
        called[action] = called.get(action, 0) + 1
    words = [
        f"{action} ({count} times)" if count > 1 else action for action, count in called.items()
    ]
    return [", ".join(words) + "."] if words else []
