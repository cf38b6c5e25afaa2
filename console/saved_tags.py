"""What is said of saved tags, with an Undo where any was taken or changed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.template.loader import render_to_string

from console.forms.users import TagsForm


def say(request: HttpRequest, form: TagsForm) -> None:
    """The form stands at the address of the request, which the Undo is sent to as well."""
    shown = {"url": request.path, "fields": form.undo_fields()}
    messages.success(request, render_to_string("console/_tags_message.html", shown, request))
