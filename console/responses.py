"""Answers that every page gives alike: 303 after a success, 422 with the form after a failure."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from console import conflicts


class SeeOther(HttpResponseRedirect):
    """303: what was sent has been done, look there (RFC 9110 section 15.4.4)."""

    status_code = 303


def address(name: str, *args: str, **query: str) -> str:
    """The path of a named page; keywords become its query string, empty ones are left out."""
    given = {key: value for key, value in query.items() if value}
    return reverse(name, args=args) + (f"?{urlencode(given)}" if given else "")


def see_other(name: str, *args: str, **query: str) -> SeeOther:
    """303 to a named page, after every POST that succeeded."""
    return SeeOther(address(name, *args, **query))


def page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """The page; 422 when its `form` was sent and has problems, 409 when it was overtaken."""
    form: BaseForm | None = context.get("form")
    failed = form is not None and form.is_bound and not form.is_valid()
    if conflict := getattr(form, "conflict", None):
        return conflicts.page(request, conflict)
    return render(request, template, context, status=422 if failed else 200)
