from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class IdentityConfig(AppConfig):
    name = "identity"
    verbose_name = "Identity"

    def ready(self) -> None:
        # Every app's `operations` package fills the one table of actions, as the admin's own
        # discovery does; federation adds its actions without identity knowing of it.
        autodiscover_modules("operations")
