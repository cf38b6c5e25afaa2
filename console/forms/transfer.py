"""What is taken out of an account, and what is brought into it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms.base import Form
from console.jobs import exports


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
