"""Which of our errors a function can raise, read from the source: its own, and what it calls'.

Followed are names, functions of imported modules, methods of the call and of `self`; what is
reached through other objects is not, so that what is found here is there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
_ERRORS = "identity.errors"
_METHODS_OF = {"call": "identity.calls.Call"}


@dataclass
class _Module:
    name: str
    imported: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, list[ast.AST]] = field(default_factory=dict)


def errors_of(function: Callable[..., Any]) -> frozenset[str]:
    """The names of the error classes that the function, or what it calls, names."""
    inner = getattr(function, "__qualname__", "").split(".<locals>")[0]
    return reached(f"{function.__module__}.{inner}")


def reached(name: str) -> frozenset[str]:
    seen, todo, found = set[str](), [name], set[str]()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        if one.startswith(f"{_ERRORS}."):
            found.add(one.removeprefix(f"{_ERRORS}."))
        todo.extend(_named_in(one))
    return frozenset(found)


@cache
def _named_in(name: str) -> tuple[str, ...]:
    module_name, _, rest = _split(name)
    module = _modules().get(module_name)
    if module is None or not rest or module_name == _ERRORS:
        return ()
    if rest in module.imported:
        return (module.imported[rest],)
    holder = rest.rpartition(".")[0]
    return tuple(
        found
        for node in module.nodes.get(rest, [])
        for found in _names(node, module, f"{module_name}.{holder}")
    )


def _split(name: str) -> tuple[str, str, str]:
    """`identity.calls.Call.user` is `Call.user` of `identity.calls`."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        if ".".join(parts[:end]) in _modules():
            return ".".join(parts[:end]), ".", ".".join(parts[end:])
    return "", "", name


def _names(node: ast.AST, module: _Module, holder: str) -> Iterator[str]:
    for one in _without_annotations(node):
        if isinstance(one, ast.Name):
            yield module.imported.get(one.id, f"{module.name}.{one.id}")
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            base = one.value.id
            owner = holder if base == "self" else _METHODS_OF.get(base)
            yield f"{owner or module.imported.get(base, f'{module.name}.{base}')}.{one.attr}"


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        for name, value in ast.iter_fields(one):
            if name not in ("annotation", "returns"):
                inner = value if isinstance(value, list) else [value]
                todo.extend(child for child in inner if isinstance(child, ast.AST))


@cache
def _modules() -> dict[str, _Module]:
    files = [file for app in ("identity", "federation") for file in (ROOT / app).rglob("*.py")]
    return {module.name: module for module in map(_read, files)}


def _read(file: Path) -> _Module:
    parts = file.relative_to(ROOT).with_suffix("").parts
    module = _Module(".".join(part for part in parts if part != "__init__"))
    for node in ast.parse(file.read_text()).body:
        _enter(node, module, "")
    return module


def _enter(node: ast.AST, module: _Module, holder: str) -> None:
    if isinstance(node, ast.ImportFrom) and node.module:
        for name in node.names:
            module.imported[name.asname or name.name] = f"{node.module}.{name.name}"
    elif isinstance(node, ast.FunctionDef):
        module.nodes.setdefault(f"{holder}{node.name}", []).append(node)
    elif isinstance(node, ast.ClassDef):
        for inner in node.body:
            _enter(inner, module, f"{holder}{node.name}.")
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and node.value is not None:
                module.nodes.setdefault(f"{holder}{target.id}", []).append(node.value)
