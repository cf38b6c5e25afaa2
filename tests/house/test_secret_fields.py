"""No field that takes a secret is kept for later; every form's fields are looked at."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from django import forms as django_forms

from console import forms, kept_forms
from console.forms.saml_keys import SecretText
from console.forms.signin import CodeInput

_HIDING = (django_forms.PasswordInput, CodeInput, SecretText)


def _fields() -> dict[str, django_forms.Field]:
    found: dict[str, django_forms.Field] = {}
    for module in pkgutil.iter_modules(forms.__path__):
        for _name, one in inspect.getmembers(
            importlib.import_module(f"console.forms.{module.name}"), inspect.isclass
        ):
            if issubclass(one, django_forms.BaseForm):
                declared = getattr(one, "base_fields", {})
                found |= {f"{one.__name__}.{name}": field for name, field in declared.items()}
    return found


def test_what_is_typed_unseen_or_works_once_is_not_kept_for_later() -> None:
    fields = _fields()
    assert len(fields) > 100
    hiding = {
        name
        for name, field in fields.items()
        if isinstance(field.widget, _HIDING)
        or field.widget.attrs.get("autocomplete") in ("one-time-code", "current-password")
    }
    kept = {name for name in hiding if not kept_forms.is_left_out(name.rpartition(".")[2])}
    assert hiding
    assert kept == set()
