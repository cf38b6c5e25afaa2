"""A policy seen from a service: what it says of each action, and by which statements."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from console.policy_summary import level_words
from identity.catalogue import catalogue
from identity.policy import Document, Statement, load
from identity.policy.catalogue import Action, Service, folded
from identity.policy.printing import text as printed


@dataclass(frozen=True, slots=True)
class Row:
    """One action; `kind` is that of a status, `answer` what the policy says in words."""

    name: str
    level: str
    kind: str
    answer: str


@dataclass(frozen=True, slots=True)
class ServicePage:
    prefix: str
    name: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class ActionPage:
    """`statements` are those about the action, as JSON, each with its number in the document."""

    service: ServicePage
    row: Row
    statements: list[tuple[int, str]]
    resource_types: list[tuple[str, str]]
    condition_keys: tuple[str, ...]
    dependent_actions: tuple[str, ...]


def of_service(document: str, prefix: str) -> ServicePage | None:
    """None for a service that is not known here."""
    service = catalogue().services.get(folded(prefix))
    return _service(load(document), service) if service else None


def _service(document: Document, service: Service) -> ServicePage:
    actions = sorted(service.actions.values(), key=lambda action: action.name)
    rows = [_row(document, service, action) for action in actions]
    return ServicePage(service.prefix, service.name, rows)


def _row(document: Document, service: Service, action: Action) -> Row:
    about = [rule.statement for rule in document.about(f"{service.prefix}:{action.name}")]
    kind, answer = _answer(about)
    return Row(action.name, level_words(action.access_level), kind, answer)


def _answer(about: list[Statement]) -> tuple[str, str]:
    denies = [one for one in about if one.effect == "Deny"]
    allows = [one for one in about if one.effect == "Allow"]
    if any(map(_always, denies)):
        return "err", _("Denied")
    if not allows:
        return ("err", _("Denied in part")) if denies else ("off", _("Not mentioned"))
    if denies:
        return "warn", _("Allowed, and denied in part")
    return ("ok", _("Allowed")) if any(map(_always, allows)) else ("ok", _("Allowed in part"))


def _always(statement: Statement) -> bool:
    return statement.resources == ("*",) and not statement.conditions


def of_action(document: str, prefix: str, name: str) -> ActionPage | None:
    """None for an action that is not known here."""
    service = catalogue().services.get(folded(prefix))
    action = service.actions.get(folded(name)) if service else None
    if service is None or action is None:
        return None
    read = load(document)
    about = read.about(f"{service.prefix}:{action.name}")
    types = [(kind, service.resource_types[kind].arn) for kind, _must in action.resource_types]
    return ActionPage(
        ServicePage(service.prefix, service.name, []),
        _row(read, service, action),
        [(rule.statement.index + 1, _json(read, rule.statement)) for rule in about],
        types,
        action.condition_keys,
        action.dependent_actions,
    )


def _json(document: Document, statement: Statement) -> str:
    """The one statement as it would be printed, without the document around it."""
    lines = printed(Document(document.version, "", (statement,))).splitlines()
    return "\n".join(line[4:] for line in lines[3:-2])


def no_such(name: str) -> str:
    return _("%s is not known here.") % name
