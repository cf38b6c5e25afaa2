"""The house rules that a program can check: who imports whom, how long, what is listed."""

from __future__ import annotations

import ast
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from botocore.model import OperationModel
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from console.environment import KNOWN, refuse_unknown
from identity import errors
from identity.operations.registry import TABLE

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("console", "federation", "identity")
LONGEST_FUNCTION, LONGEST_FILE = 40, 330


def sources() -> list[Path]:
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def functions() -> list[tuple[int, str]]:
    """(lines, where) of every function, longest first; a docstring counts."""
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                found.append((lines, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"))
    return sorted(found, reverse=True)


def test_imports_point_down() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_function_is_longer_than_a_page() -> None:
    found = functions()
    lengths = [length for length, _ in found]
    print(f"\n{len(found)} functions, median {lengths[len(lengths) // 2]} lines; the longest:")
    print("\n".join(f"{length:4} {where}" for length, where in found[:10]))
    assert [where for length, where in found if length > LONGEST_FUNCTION] == []


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    lengths = sorted(((len(p.read_text().splitlines()), p) for p in sources()), reverse=True)
    print("\n" + "\n".join(f"{n:4} {path.relative_to(ROOT)}" for n, path in lengths[:10]))
    assert [path for n, path in lengths if n > LONGEST_FILE] == []


def test_every_import_stands_on_top_of_its_file() -> None:
    inside = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_every_answered_action_is_in_the_coverage_page() -> None:
    call_command("api_coverage", "--check", stdout=StringIO())


def classes_by_code() -> dict[str, list[type[errors.AwsError]]]:
    found: dict[str, list[type[errors.AwsError]]] = {}
    for thing in vars(errors).values():
        if isinstance(thing, type) and issubclass(thing, errors.AwsError):
            found.setdefault(thing.code, []).append(thing)
    return found


def modelled_errors() -> list[tuple[str, int]]:
    """(code, HTTP status) of every error that the models of the answered actions list."""
    models: list[OperationModel] = [operation.model for operation in TABLE.values()]
    listed = [shape.metadata.get("error", {}) for model in models for shape in model.error_shapes]
    return sorted({(error["code"], error["httpStatusCode"]) for error in listed if error})


def test_our_errors_have_the_status_that_the_service_models_give_them() -> None:
    ours = classes_by_code()
    modelled = modelled_errors()
    assert modelled
    wrong = [
        (code, status, error.status)
        for code, status in modelled
        for error in ours.get(code, [])
        if error.status != status
    ]
    assert wrong == []


def test_the_clients_fault_is_a_4xx_and_ours_a_5xx() -> None:
    for group in classes_by_code().values():
        for error in group:
            assert error.status // 100 == (4 if error.sender else 5), error


def test_a_misspelt_setting_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="`BARTIZAN_BASEURL`"):
        refuse_unknown({"BARTIZAN_BASEURL": "x", "BARTIZAN_BASE_URL": "y", "HOME": "z"})


def test_a_misspelt_setting_stops_every_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"BARTIZAN_DATA_DIR": str(tmp_path), "BARTIZAN_TYPO": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "unknown setting `BARTIZAN_TYPO`" in done.stderr


def test_every_setting_is_in_the_manual_and_read_by_the_settings() -> None:
    manual = (ROOT / "docs" / "operating.md").read_text()
    settings = (ROOT / "console" / "settings.py").read_text()
    assert [name for name in sorted(KNOWN) if f"`{name}`" not in manual] == []
    assert [name for name in sorted(KNOWN) if f'"{name}"' not in settings] == []
