"""Forms with a policy document in them: it is checked, and what the check says is read first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console import editor
from console.forms.base import Form
from console.forms.edited import EditedForm
from console.policy_report import Report, first_error, report
from identity import quotas
from identity.policy import Kind, size

EXAMPLE = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "iam:Get*",
      "Resource": "*"
    }
  ]
}"""


class DocumentField(forms.CharField):
    """Text in the policy language; as it was typed but for the browser's line ends."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "code", "rows": 18, "spellcheck": "false", "autocapitalize": "none"}
        super().__init__(
            label=gettext_lazy("Policy document"),
            help_text=gettext_lazy("JSON in the policy language of AWS."),
            widget=forms.Textarea(attrs=attrs),
            strip=False,
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class CheckedForm(Form):
    """A form whose `document` is saved once it has no errors, and its remarks were seen.

    `accepted` names the text whose remarks its reader has seen. A form that was sent by *Check*
    comes back unbound with all that was typed, and with a `report`.
    """

    document_kind = Kind.IDENTITY
    size_limit = quotas.POLICY_SIZE

    document = DocumentField()
    accepted = forms.CharField(widget=forms.HiddenInput, required=False)

    fields_of = {"MalformedPolicyDocument": "document", "LimitExceeded": "document"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report: Report | None = None
        if self.check_asked:
            self.report = report(self._text(), self.document_kind)
            self.initial["accepted"] = self.report.seal

    @property
    def check_asked(self) -> bool:
        return bool(self.initial.get("check"))

    @property
    def used(self) -> int:
        """The size of the document as it stands, white space not counted."""
        return size(self._text())

    def _text(self) -> str:
        """As it stands in the field now."""
        return str(self["document"].value() or "").replace("\r\n", "\n")

    @property
    def seal(self) -> str:
        """What the hidden field says next: the text whose remarks are on the page now."""
        return self.report.seal if self.report else ""

    @property
    def reviewed(self) -> bool:
        """Whether the next press saves, as nothing stands in the way of the text on the page."""
        return self.report is not None and not self.report.errors and not self.report.refusal

    @property
    def saves_anyway(self) -> bool:
        """Whether the next press saves over remarks."""
        return self.report is not None and not self.report.errors and self.report.remarks > 0

    def clean_document(self) -> str:
        """Refuse what has errors, with the place of the first."""
        text: str = self.cleaned_data["document"]
        self.report = report(text, self.document_kind)
        if self.report.refusal:
            raise ValidationError(self.report.refusal)
        if size(text) > self.size_limit:
            message = _("The document has %(used)d characters without white space; %(limit)d fit.")
            raise ValidationError(message % {"used": size(text), "limit": self.size_limit})
        if error := first_error(self.report.findings):
            line, column = error.span.start
            words = {"line": line, "column": column, "message": error.message}
            raise ValidationError(_("Line %(line)s, column %(column)s: %(message)s") % words)
        return text

    def clean(self) -> dict[str, Any]:
        """Remarks are no errors, but take one more press on the same text."""
        found = self.report
        if found and found.remarks and not self.errors and not self.accepts(found):
            words = ngettext(
                "The check has %(count)d remark. Read it below, then save anyway or change the "
                "text.",
                "The check has %(count)d remarks. Read them below, then save anyway or change the "
                "text.",
                found.remarks,
            )
            raise ValidationError(words % {"count": found.remarks})
        return self.cleaned_data

    def accepts(self, found: Report) -> bool:
        """Whether the page that was sent showed what was found of this very text."""
        return bool(self.cleaned_data.get("accepted") == found.seal)


class EditedDocumentForm(EditedForm, CheckedForm):
    """A document that is there already, and may be changed by others meanwhile."""

    def mine(self) -> str:
        return self._text()


def sent(request: HttpRequest, **initial: Any) -> dict[str, Any]:
    """How to make a `CheckedForm` from a request: to be shown, to be checked, or to be saved.

    Another page's `proposal` fills the document in and writes nothing, and so does a press in the
    editor that only moves on: to another tab, to one card more.
    """
    posted = editor.posted(request)
    if not posted.keys().isdisjoint({"check", *editor.MOVES}):
        return {"initial": posted.dict()}
    if proposal := posted.get("proposal"):
        return {"initial": {**initial, "document": proposal}}
    return {"data": posted or None, "initial": initial}
