"""The message on the next page that somebody visits once their job is over."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from console.jobs.kinds import KINDS
from console.jobs.rows import Job, State
from console.jobs.starting import WATCHED


def tell(request: HttpRequest) -> None:
    """One query for who has started a job in this session, none for others."""
    session = getattr(request, "session", {})
    watched = session.get(WATCHED)
    if not watched or request.method != "GET":
        return
    ended = Job.objects.filter(pk__in=watched, ended_at__isnull=False).defer("given", "log")
    over = list(ended)
    if over:
        left = {str(job.pk) for job in over}
        session[WATCHED] = [one for one in watched if one not in left]
    for job in over:
        if str(job.pk) not in request.path:  # its own page says it anyway
            _tell(request, job)


def _tell(request: HttpRequest, job: Job) -> None:
    level, words = {
        State.DONE: (messages.SUCCESS, _("%s: the job is done.")),
        State.FAILED: (messages.ERROR, _("%s: the job failed.")),
    }.get(State(job.state), (messages.INFO, _("%s: the job was cancelled.")))
    address, label = reverse("job", args=[job.pk]), str(KINDS[job.kind].label)
    text = format_html('{} <a href="{}">{}</a>', words % label, address, _("Show the job"))
    messages.add_message(request, level, text)
