"""What the form components ask of Django's forms."""

from __future__ import annotations

from django.forms import BaseForm, BoundField, CheckboxInput


def layout(field: BoundField) -> str:
    """How a field is drawn: `group` in a fieldset, `choice` with the box first, or `line`."""
    if field.use_fieldset:
        return "group"
    return "choice" if isinstance(field.field.widget, CheckboxInput) else "line"


def optional(field: BoundField) -> bool:
    """Whether the label says so; a single checkbox is optional by its nature."""
    return not field.field.required and layout(field) != "choice"


def problems(form: BaseForm) -> list[dict[str, str]]:
    """Every error of a form: those of the whole first, then the fields in their order.

    `target` is the id of the control to go to, "" where there is none to see.
    """
    whole = [{"text": str(text), "label": "", "target": ""} for text in form.non_field_errors()]
    return whole + [
        {"text": str(text), "label": str(bound.label), "target": _target(bound)}
        for bound in form
        for text in bound.errors
    ]


def _target(field: BoundField) -> str:
    if field.is_hidden:
        return ""
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label
