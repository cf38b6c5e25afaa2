"""A row of a decision table, put as a question to the engine and to the reference evaluator."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from identity.policy import (
    Kind,
    Layer,
    LayerKind,
    Principal,
    Request,
    Source,
    load,
    parse,
    root_layer,
)
from identity.policy import principals as engine
from tests.identity.policy.reference import Asked, Who
from tests.identity.policy.reference_operators import Values
from tests.identity.policy.tables import ELEMENTS, Row, document, people, value

DEFAULTS = {
    "who": "ana",
    "does": "iam:GetUser",
    "on": "arn:aws:iam::111122223333:user/ana",
    "policies": "identity: this",
}
ALLOW_ALL = document('{"Effect": "Allow", "Action": "*", "Resource": "*"}')
Written: TypeAlias = list[tuple[str, list[str]]]


def question(row: Row) -> tuple[Request, list[Layer]]:
    """What the row asks, for the engine."""
    cells, context = DEFAULTS | row.cells, _context(row)
    who = _person(row)
    request = Request(
        who["arn"], cells["does"], cells["on"], context, principal(who), _owner(cells)
    )
    return request, [_layer(row, kind, names) for kind, names in _layers(row)]


def literal_question(row: Row) -> tuple[Asked, Written]:
    """The same for the reference evaluator."""
    cells, found = DEFAULTS | row.cells, _person(row)
    who = Who(found["is"], found["account"], found["arn"], found["id"], found["of"])
    asked = Asked(cells["does"], cells["on"], _context(row), who, _owner(cells))
    written = [
        (kind, [_text(row, name, kind)[0] for name in names] if kind != "ROOT" else [ALLOW_ALL])
        for kind, names in _layers(row)
    ]
    return asked, written


# --- who, where and when -------------------------------------------------------------------------


def _person(row: Row) -> dict[str, str]:
    name = row.cells.get("who", DEFAULTS["who"])
    if name not in people():
        raise row.error(f"nobody is called `{name}`")
    return people()[name]


def principal(who: dict[str, str]) -> Principal | None:
    """The person as the engine knows them; of the unknown it is told nothing."""
    arn = who["arn"]
    match who["is"]:
        case "user":
            return engine.user(arn, who["id"])
        case "role session":
            return engine.role_session(arn, who["of"], who["id"])
        case "federated user":
            return engine.federated_user(arn, who["of"], who["id"])
        case "root":
            return engine.root(who["account"], canonical_id=who["id"])
        case "service":
            return engine.service(arn)
        case "provider":
            return engine.federated(arn)
    return engine.ANONYMOUS if who["is"] == "anonymous" else None


def _owner(cells: dict[str, str]) -> str:
    fields = cells["on"].split(":")
    return cells.get("owner") or (fields[4] if len(fields) > 5 else "")


def _context(row: Row) -> dict[str, Values]:
    pairs = [part.partition("=") for part in row.cells.get("when", "").split(";") if part.strip()]
    if not all(sign and ":" in key for key, sign, _ in pairs):
        raise row.error("`when` reads `key = value; key = value`")
    given = row.keys | {key.strip(): cell.strip() for key, _, cell in pairs}
    return {key: _found(cell) for key, cell in given.items() if cell != "absent"}


def _found(cell: str) -> Values:
    """A text, or the tuple of a multivalued key; numbers and truths are texts in a request."""
    read = value(cell) if cell[:1] in ("[", '"') else cell
    return tuple(read) if isinstance(read, list) else str(read)


# --- policies ------------------------------------------------------------------------------------


def _layers(row: Row) -> list[tuple[str, list[str]]]:
    said = row.cells.get("policies", DEFAULTS["policies"])
    layers = []
    for part in said.split(";"):
        kind, colon, names = (word.strip() for word in part.partition(":"))
        if kind == "root" and not colon:
            layers.append(("ROOT", ["root user"]))
        elif kind.upper() in LayerKind.__members__ and names:
            listed = [name.strip() for name in names.split(",")]
            layers.append((kind.upper(), [] if listed == ["none"] else listed))
        elif said != "none":
            raise row.error(f"`{part.strip()}` is no layer")
    return layers


def _layer(row: Row, kind: str, names: list[str]) -> Layer:
    if kind == "ROOT":
        return root_layer()
    sources = []
    for name in names:
        text, stored = _text(row, name, kind)
        sources.append(Source(name, (load if stored else parse)(text, kind_of(kind, text))))
    return Layer(LayerKind[kind], tuple(sources))


def kind_of(layer: str, text: str) -> Kind:
    """How a layer's documents are read: RCPs and the policies of resources name principals."""
    if layer == "TRUST":
        return Kind.TRUST
    named = layer == "RESOURCE" or (layer == "RCP" and 'Principal"' in text)
    return Kind.RESOURCE if named else Kind.IDENTITY


def _text(row: Row, name: str, kind: str) -> tuple[str, bool]:
    if name == "this":
        return _this(row, kind), False
    if name not in row.texts:
        raise row.error(f"no policy is called `{name}`")
    return row.texts[name]


def _this(row: Row, kind: str) -> str:
    """The policy of one statement that the row itself spells."""
    said: dict[str, Any] = {
        name: value(row.cells[name]) for name in ELEMENTS if row.cells.get(name)
    }
    if not said:
        raise row.error("no column says what `this` policy allows or denies")
    said.setdefault("Effect", "Allow")
    if "NotAction" not in said:
        said.setdefault("Action", "*")
    if "NotResource" not in said and kind != "TRUST":
        said.setdefault("Resource", "*")
    return _versioned(row, said)


def _versioned(row: Row, statement: dict[str, Any]) -> str:
    version = row.cells.get("version") or "2012-10-17"
    members = {} if version == "none" else {"Version": version}
    return json.dumps({**members, "Statement": statement})


# --- conditions ----------------------------------------------------------------------------------


def condition_question(row: Row, operator: str) -> tuple[Request, str, str]:
    """The request, and a document that allows, one that denies, under the row's condition."""
    if len(row.keys) != 1:
        raise row.error("a condition is about one key")
    (key,) = row.keys
    request = Request("", "iam:GetUser", "*", _context(row))
    condition = {operator: {key: value(row.cells["wants"])}}
    allow, deny = (
        {"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition}
        for effect in ("Allow", "Deny")
    )
    return request, _versioned(row, allow), _versioned(row, deny)
