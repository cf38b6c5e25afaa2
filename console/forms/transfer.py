"""What is taken out of an account, and what is brought into it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.forms.base import Form
from console.importing.wishes import UnreadableError
from console.jobs import exports, imports


class ExportForm(Form):
    """Which file."""

    format = forms.ChoiceField(
        label=_("Format"),
        initial=exports.DETAILS,
        choices=[
            (
                exports.DETAILS,
                _("JSON – account authorization details, as the AWS CLI has them"),
            ),
            (exports.TERRAFORM, _("Terraform – a configuration for the AWS provider")),
            (exports.CLOUDFORMATION, _("CloudFormation – a template, or several in an archive")),
            (exports.USERS, _("Users as CSV – to be changed in a spreadsheet and imported again")),
        ],
        widget=forms.RadioSelect,
    )


class ImportForm(Form):
    """A file; `content` are its bytes, and `form` is which of the two kinds it is."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "Account authorization details as JSON, of this product, AWS or moto; or users as CSV. "
            "Up to 10 MiB."
        ),
    )
    move = forms.BooleanField(
        label=_("Put this account's ID in the place of the file's, in every ARN"),
        required=False,
        initial=True,
    )
    content = b""
    form = ""

    def clean(self) -> dict[str, Any]:
        """Read it, so that what is wrong is said at once."""
        given: dict[str, Any] = super().clean() or {}
        file = given.get("file")
        if file is None:
            return given
        if file.size > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            raise ValidationError({"file": gettext("The file is larger than 10 MiB.")})
        self.content = file.read()
        begins = self.content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        self.form = "details" if begins in (b"{", b"[") else "users"
        try:
            imports.wishes(self.content, self.form, move=False, account="")
        except UnreadableError as problem:
            words = gettext("The file cannot be used: %s.") % problem
            raise ValidationError({"file": words}) from problem
        return given
