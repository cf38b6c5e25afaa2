"""The site map with the federation endpoint."""

from console.urls import urlpatterns as console_urls
from federation.urls import federation_urls

urlpatterns = [*console_urls, *federation_urls]
