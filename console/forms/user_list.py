"""What the list of users is narrowed and sorted by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms import words
from identity.models.user import UserQuerySet, folded

ORDERS: Mapping[str, tuple[str, str, bool]] = {
    "name": ("name_folded", "", False),
    "created": ("created_at", "name_folded", False),
    "-created": ("created_at", "name_folded", True),
    "activity": ("idle_since", "name_folded", False),
    "key_age": ("oldest_active_key_at", "name_folded", False),
    "password_age": ("password_changed_at", "name_folded", False),
    "path": ("path", "name_folded", False),
    "tag": ("tagged", "", False),
}
"""Column, a second one to tell equals apart, and whether it goes down: each has its index."""


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=3650, required=False)


def _text(label: Any, hint: Any) -> forms.CharField:
    plain = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    widget = forms.TextInput(attrs=plain)
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=512, widget=widget
    )


class UserFilterForm(words.Form):
    """A GET form: what is left empty narrows nothing."""

    q = forms.CharField(required=False, max_length=700)
    access = forms.ChoiceField(
        label=gettext_lazy("Console access"),
        required=False,
        choices=[
            ("", gettext_lazy("Any")),
            ("on", gettext_lazy("Enabled")),
            ("off", gettext_lazy("Disabled")),
            ("never", gettext_lazy("Never signed in")),
            ("must", gettext_lazy("Must change")),
            ("expired", gettext_lazy("Password expired")),
        ],
    )
    mfa = forms.ChoiceField(
        label=gettext_lazy("MFA"),
        required=False,
        choices=[
            ("", gettext_lazy("Any")),
            ("none", gettext_lazy("None")),
            ("some", gettext_lazy("At least one device")),
        ],
    )
    keys = _days(gettext_lazy("Active key older than, in days"))
    unused = _days(gettext_lazy("Unused for, in days"))
    tag = _text(gettext_lazy("Tag"), gettext_lazy("key=value, the whole value"))
    path = _text(gettext_lazy("Path"), gettext_lazy("Begins with, such as /staff/"))
    sort = forms.ChoiceField(
        label=gettext_lazy("Sort by"),
        required=False,
        choices=[
            ("", gettext_lazy("What fits the filter")),
            ("name", gettext_lazy("User name")),
            ("-created", gettext_lazy("Newest first")),
            ("created", gettext_lazy("Oldest first")),
            ("activity", gettext_lazy("Unused for longest")),
            ("key_age", gettext_lazy("Oldest active key")),
        ],
    )

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query)

    def clean_tag(self) -> str:
        tag: str = self.cleaned_data["tag"].strip()
        if tag and not tag.partition("=")[0]:
            raise ValidationError(_("Write a tag as key=value."))
        return tag

    def clean_path(self) -> str:
        path: str = self.cleaned_data["path"].strip()
        if path and not path.startswith("/"):
            raise ValidationError(_("A path begins with /."))
        return path

    @property
    def narrows(self) -> bool:
        names = ("access", "mfa", "keys", "unused", "tag", "path")
        return any(self.cleaned_data.get(name) for name in names)

    def order(self) -> str:
        """As chosen; else by the column that a filter cuts a range out of, else by name."""
        wanted = self.cleaned_data
        if wanted["sort"]:
            return str(wanted["sort"])
        ranges = {
            "tag": "tag",
            "keys": "key_age",
            "unused": "activity",
            "path": "path",
        }
        found = next((order for name, order in ranges.items() if wanted[name]), "")
        return found or ("password_age" if wanted["access"] == "expired" else "name")

    def narrowed(self, users: UserQuerySet, max_age: int | None) -> UserQuerySet:
        """The users that match; `max_age` is how many days a password of the account lasts."""
        wanted, now = self.cleaned_data, timezone.now()
        # A list with one value is compared as a column: `mfa_enabled` alone would use no index but
        # one of nobody else, as that of those who must change their password.
        conditions = _ACCESS[wanted["access"]] | _MFA[wanted["mfa"]]
        if wanted["access"] == "expired":
            users = _expired(users, max_age)
        if wanted["keys"]:
            conditions["oldest_active_key_at__lte"] = now - timedelta(days=wanted["keys"])
        elif self.order() == "key_age":
            conditions["oldest_active_key_at__isnull"] = False
        if wanted["unused"]:
            conditions["idle_since__lte"] = now - timedelta(days=wanted["unused"])
        if wanted["tag"]:
            key, _equals, value = wanted["tag"].partition("=")
            conditions |= {"tags__key_folded": folded(key), "tags__value": value}
        found = users.filter(**conditions).under(wanted["path"] or "/")
        # The user's number as the index of tags has it: pages are cut out of that index.
        return found.annotate(tagged=F("tags__user_id")) if wanted["tag"] else found


_ACCESS: Mapping[str, dict[str, Any]] = {
    "": {},
    "on": {"console_enabled__in": [True]},
    "off": {"console_enabled__in": [False]},
    "never": {"console_enabled__in": [True], "password_last_used_at": None},
    "must": {"must_change_password": True},
    "expired": {"console_enabled__in": [True]},
}
_MFA: Mapping[str, dict[str, Any]] = {
    "": {},
    "none": {"mfa_enabled__in": [False]},
    "some": {"mfa_enabled__in": [True]},
}


def _expired(users: UserQuerySet, max_age: int | None) -> UserQuerySet:
    if not max_age:
        return users.none()
    return users.filter(password_changed_at__lte=timezone.now() - timedelta(days=max_age))
