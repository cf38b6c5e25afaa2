"""The user pages: name and path, tags, and the typed confirmation of a deletion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form, new_token
from console.forms.edited import EditedFieldsForm, EditedForm, version_of

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

MAX_TAGS = 50
BLANK_ROWS = 5

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_+=,.@-]")
_PATH = re.compile(r"/|/[\x21-\x7e]{1,510}/")

NAME_TAKEN = gettext_lazy("A user of this name already exists. Names ignore upper and lower case.")


def validate_user_name(name: str) -> None:
    """Name what does not belong into a user name, character by character."""
    wrong = sorted(set(_NOT_IN_A_NAME.findall(name)))
    if not wrong:
        return
    named = ", ".join(_("the space") if mark == " " else mark for mark in wrong)
    raise ValidationError(
        _("User names may hold letters, digits and + = , . @ _ -. Remove %(wrong)s.")
        % {"wrong": named}
    )


def validate_path(path: str) -> None:
    if not _PATH.fullmatch(path):
        raise ValidationError(
            _("A path begins and ends with / and holds no spaces, for example /staff/berlin/.")
        )


class UserNameField(forms.CharField):
    """1 to 64 characters; the browser neither capitalises nor corrects them."""

    MOST = 64
    default_validators = [validate_user_name]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("User name"))
        kwargs.setdefault("help_text", gettext_lazy("1 to 64 letters, digits and + = , . @ _ -"))
        super().__init__(max_length=self.MOST, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        typing = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        return {**super().widget_attrs(widget), **typing}


class PathField(forms.CharField):
    """`/` when left empty."""

    default_validators = [validate_path]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Path"),
            help_text=gettext_lazy("For example /staff/berlin/. Policies can name a whole path."),
            max_length=512,
            required=False,
            empty_value="/",
            **kwargs,
        )


class EditUserForm(EditedFieldsForm):
    """Rename and move: a new name, a new path, or both."""

    name = UserNameField()
    path = PathField()

    fields_of = {"EntityAlreadyExists": "name"}
    sentences = {"EntityAlreadyExists": NAME_TAKEN}


class CopyForm(Form):
    """Whose permissions are copied."""

    copied_from = UserNameField(label=gettext_lazy("Copy from a user"))


class ConfirmForm(Form):
    """Level 1 and 2 of console.md 4.4: with `expected`, its text must be typed (in any case)."""

    confirm = forms.CharField(
        max_length=128,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, expected: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        if not expected:
            del self.fields["confirm"]
            return
        self.fields["confirm"].required = True
        self.fields["confirm"].label = _("To confirm, type %(text)s") % {"text": expected}

    def clean_confirm(self) -> str:
        typed: str = self.cleaned_data["confirm"]
        if typed.strip().casefold() != self.expected.casefold():
            raise ValidationError(
                _("This is not %(text)s. Nothing was deleted.") % {"text": self.expected}
            )
        return typed


def cell(label: str, initial: str, max_length: int) -> forms.CharField:
    """A field in a table, where the column says what the label would."""
    drawn = forms.TextInput(attrs={"aria-label": label, "class": "in", "autocomplete": "off"})
    return forms.CharField(
        label=label, initial=initial, max_length=max_length, required=False, widget=drawn
    )


def _lines(tags: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{key} = {value}" for key, value in sorted(tags))


class TagsForm(EditedForm):
    """All tags of one object as rows of key and value; a row without a key is no tag.

    Keys of users ignore case, those of policies do not.
    """

    def __init__(
        self, data: QueryDict | None, *, tags: list[t.TagTypeDef], ignore_case: bool = True
    ) -> None:
        typed = data.dict() if data else {}
        again = "check" in typed  # sent to be looked at once more
        super().__init__(None if again else data, initial=typed if again else {})
        self._folded: Callable[[str], str] = str.lower if ignore_case else str
        self.current = {tag["Key"]: tag["Value"] for tag in tags}
        self.edits(_lines(self.current.items()))
        rows = sum(name.startswith("key_") for name in typed)
        self.row_count = min(MAX_TAGS, max(len(tags) + BLANK_ROWS, rows))
        shown = [*self.current.items(), *[("", "")] * self.row_count]
        for number, (key, value) in enumerate(shown[: self.row_count], 1):
            self._add_row(number, key, value)

    def _add_row(self, number: int, key: str, value: str) -> None:
        self.fields[f"key_{number}"] = cell(_("Key %d") % number, key, 128)
        self.fields[f"value_{number}"] = cell(_("Value %d") % number, value, 256)

    def mine(self) -> str:
        typed = [(key.value() or "", value.value() or "") for key, value in self.rows()]
        return _lines(pair for pair in typed if pair[0])

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        numbers = range(1, self.row_count + 1)
        return [(self[f"key_{number}"], self[f"value_{number}"]) for number in numbers]

    def clean(self) -> dict[str, Any]:
        self.wanted: dict[str, str] = {}
        for number in range(1, self.row_count + 1):
            self._take_row(number)
        return self.cleaned_data

    def _take_row(self, number: int) -> None:
        key = self.cleaned_data.get(f"key_{number}", "")
        value = self.cleaned_data.get(f"value_{number}", "")
        if value and not key:
            self.add_error(f"key_{number}", _("This value has no key."))
        elif self._folded(key) in map(self._folded, self.wanted):
            self.add_error(f"key_{number}", _("This key stands in the list twice."))
        elif key:
            self.wanted[key] = value

    def undo_fields(self) -> list[tuple[str, str]]:
        """What brings the tags of before back, once these are saved; nothing where none was lost.

        Whoever changes them meanwhile makes it a conflict.
        """
        if self.current.items() <= self.wanted.items():
            return []
        rows = [
            (f"{part}_{number}", text)
            for number, pair in enumerate(self.current.items(), 1)
            for part, text in zip(("key", "value"), pair, strict=True)
        ]
        version = version_of(_lines(self.wanted.items()))
        return [("version", version), ("form_token", new_token()), *rows]

    def changed_tags(self) -> list[t.TagTypeDef]:
        """New tags and new values, for TagUser."""
        return [
            {"Key": key, "Value": value}
            for key, value in self.wanted.items()
            if self.current.get(key) != value
        ]

    def removed_keys(self) -> list[str]:
        """Keys that are gone, for UntagUser; where case is ignored a change of it keeps the key."""
        kept = {self._folded(key) for key in self.wanted}
        return [key for key in self.current if self._folded(key) not in kept]
