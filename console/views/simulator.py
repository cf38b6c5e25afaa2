"""The policy simulator: one form, its results under it, at an address that can be kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from console import responses, saved_runs, simulations
from console.forms.base import NOT_ABOUT_THE_FORM
from console.forms.simulator import SimulatorForm, with_picked
from console.http import Request
from console.responses import see_other
from console.simulations import Results
from identity.catalogue import catalogue
from identity.errors import AwsError

# The server takes 8,190 characters of a request's first line, and addresses travel through mail.
_LONGEST_QUERY = 4000


@require_http_methods(["GET", "HEAD", "POST"])
def simulator(request: Request) -> HttpResponse:
    """A form sent by POST becomes an address, unless its policies are too long for one.

    *Show actions* runs nothing: the page comes again with the boxes of a service. `?run=` is a
    saved one, run again with what is there now.
    """
    sent = with_picked(request.POST or _asked(request))
    if "show" in sent:
        return _page(request, SimulatorForm(initial=sent.dict()), None)
    form = SimulatorForm(sent or None)
    found = None
    if form.is_valid():
        permalink = _permalink(sent)
        if request.method == "POST" and len(permalink) <= _LONGEST_QUERY:
            return HttpResponseRedirect(permalink)
        found = _run(request, form)
    return _page(request, form, found, _permalink(sent).partition("?")[2] if found else "")


def _asked(request: Request) -> QueryDict:
    run = request.GET.get("run", "")
    return QueryDict(saved_runs.named(request, run).query) if run else request.GET


@require_POST
def save(request: Request) -> HttpResponse:
    """Keep what was asked under a name, or forget it (`forget` is its number)."""
    if forget := request.POST.get("forget", ""):
        run = saved_runs.named(request, forget)
        run.delete()
        messages.success(request, _("Run %(name)s was deleted.") % {"name": run.name})
        return see_other("simulator")
    name = request.POST.get("name", "").strip()[: saved_runs.LONGEST]
    if not name:
        messages.warning(request, _("Name the run to save it."))
        return see_other("simulator")
    saved_runs.save(request, name, request.POST.get("query", ""))
    messages.success(request, _("Run %(name)s was saved.") % {"name": name})
    return see_other("simulator", run=str(saved_runs.of(request).get(name=name).pk))


def _page(
    request: Request, form: SimulatorForm, found: Results | None, query: str = ""
) -> HttpResponse:
    return responses.page(
        request,
        "console/simulator.html",
        form=form,
        rows=found.rows if found else None,
        listings=found.listings if found else [],
        query=query,
        saved=saved_runs.of(request).defer("query"),
        services=sorted((one.prefix, one.name) for one in catalogue().services.values()),
    )


def _run(request: Request, form: SimulatorForm) -> Results | None:
    """None when the simulator refused what the form holds, which then says why."""
    try:
        return simulations.run(request, form)
    except AwsError as problem:
        if problem.status >= 500 or problem.code in NOT_ABOUT_THE_FORM:
            raise
        form.add_error("name" if problem.code == "NoSuchEntity" else None, problem.message)
        return None


def _permalink(sent: QueryDict) -> str:
    """The address of the page with what was filled in."""
    kept = sent.copy()
    for name in list(kept):
        if name in ("csrfmiddlewaretoken", "service", "next", "run") or not str(kept[name]).strip():
            del kept[name]
    return f"{reverse('simulator')}?{kept.urlencode()}"
