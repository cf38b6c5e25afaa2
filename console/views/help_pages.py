"""Help: topics in plain words with the API's actions for the same."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from console import help_topics, responses
from console.http import Request
from console.navigation import address
from console.search_words import PAGES, TASKS


@require_safe
def topics(request: Request) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:128]
    found = help_topics.matching(text) if text else list(help_topics.TOPICS)
    return responses.page(request, "console/help/topics.html", topics=found, text=text)


@require_safe
def topic(request: Request, key: str) -> HttpResponse:
    if key not in help_topics.BY_KEY:
        raise Http404
    shown = help_topics.BY_KEY[key]
    labels = {
        named.url_name: named.label for named in (*TASKS, *PAGES) if "%" not in str(named.label)
    }
    pages = [(labels[name], url) for name in shown.pages if (url := address(name))]
    return responses.page(request, "console/help/topic.html", topic=shown, pages=pages)
