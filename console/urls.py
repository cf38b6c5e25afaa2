"""The site map, in named blocks. The SDK endpoint at `/` is answered before this is read."""

from django.urls import URLPattern, path
from django.http import HttpRequest, HttpResponse

from identity.access import public


@public
def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


entry_urls: list[URLPattern] = [path("healthz", health, name="health")]
setup_urls: list[URLPattern] = []
signin_urls: list[URLPattern] = []
home_urls: list[URLPattern] = []
user_urls: list[URLPattern] = []
me_urls: list[URLPattern] = []
account_urls: list[URLPattern] = []
activity_urls: list[URLPattern] = []

urlpatterns = [
    *entry_urls,
    *setup_urls,
    *signin_urls,
    *home_urls,
    *user_urls,
    *me_urls,
    *account_urls,
    *activity_urls,
]
