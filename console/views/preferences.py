"""Preferences: how the console looks, the time zone, and the columns of each table."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from console import preferences as kept
from console import responses
from console.forms.base import send
from console.forms.preferences import ColumnsForm, PreferencesForm
from console.http import Request
from console.preferences import Preferences
from console.responses import SeeOther, see_other
from console.tables import TABLES, Table
from identity.local_path import local_path

_YEAR = 365 * 24 * 60 * 60


def preferences(request: Request) -> HttpResponse:
    form = PreferencesForm(request.POST or None, request.preferences)
    if form.is_valid() and (done := send(request, form, lambda: _save(request, form))):
        return done
    return responses.page(
        request,
        "console/preferences/page.html",
        form=form,
        zones=kept.zones(),
        tables=TABLES.values(),
    )


def _save(request: Request, form: PreferencesForm) -> HttpResponse:
    chosen = form.chosen()
    response = see_other("preferences")
    kept.change(request, response, **chosen)
    keep_theme(response, chosen["theme"])
    keep_language(response, chosen["language"])
    with translation.override(chosen["language"] or translation.get_language()):
        messages.success(request, _("Your preferences were saved."))
    return response


@require_POST
def reset(request: Request) -> HttpResponse:
    """Everything as it was before anything was chosen."""
    response = see_other("preferences")
    kept.keep(request, response, Preferences())
    keep_theme(response, "")
    keep_language(response, "")
    messages.success(request, _("Your preferences are the default ones again."))
    return response


@require_POST
def zone(request: Request) -> HttpResponse:
    """The answer to the line that asks once whether to use the browser's time zone."""
    back = local_path(request.POST.get("next", "")) or "/"
    response = SeeOther(back)
    if (chosen := request.POST.get("zone", "")) in kept.zones():
        kept.change(request, response, zone=chosen)
    return response


def table(request: Request, table: str) -> HttpResponse:
    """Which optional columns a table shows."""
    if table not in TABLES:
        raise Http404
    shown = TABLES[table]
    form = ColumnsForm(request.POST or None, shown, request.preferences.shown(shown))
    if form.is_valid() and (
        done := send(request, form, lambda: _save_columns(request, shown, form))
    ):
        return done
    return responses.page(request, "console/preferences/table.html", form=form, table=shown)


def _save_columns(request: Request, table: Table, form: ColumnsForm) -> HttpResponse:
    response = see_other(table.url_name)
    chosen = dict(request.preferences.columns)
    chosen[table.key] = table.known(form.cleaned_data["columns"])
    kept.change(request, response, columns=chosen)
    messages.success(request, _("The columns were saved."))
    return response


def keep_theme(response: HttpResponse, theme: str) -> None:
    _keep_cookie(response, "theme", theme if theme in kept.THEMES else "")


def keep_language(response: HttpResponse, language: str) -> None:
    _keep_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)


def _keep_cookie(response: HttpResponse, name: str, value: str) -> None:
    """What the sign-in pages know too, before anybody has signed in."""
    if not value:
        response.delete_cookie(name)
        return
    response.set_cookie(
        name, value, max_age=_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
