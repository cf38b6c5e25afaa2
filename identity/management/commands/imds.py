"""`manage.py imds`: programs on this machine get credentials of an instance profile's role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity.instance_profiles import Instance
from identity.management import operator
from identity.metadata_service import MetadataServer
from identity.models import InstanceProfile


class Command(BaseCommand):
    help = (
        "Serve an instance metadata service, version 2, on 127.0.0.1 until it is interrupted. "
        "Every program on this machine can get the role's credentials from it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="account ID or alias")
        parser.add_argument("--instance-profile", required=True, metavar="NAME")
        parser.add_argument("--port", type=int, default=1338)

    def handle(self, **options: Any) -> None:
        account = operator.account_with_id(options["account"])
        name = options["instance_profile"]
        profile = InstanceProfile.objects.named(name).filter(account=account).first()
        if profile is None:
            raise CommandError(f"no instance profile `{name}`")
        try:
            server = MetadataServer(options["port"], Instance(profile.pk))
        except OSError as problem:
            raise CommandError(f"port `{options['port']}` cannot be had: {problem}") from problem
        with server:
            self._say_where(server)
            self._serve(server)

    def _say_where(self, server: MetadataServer) -> None:
        url = f"http://127.0.0.1:{server.server_port}"
        self.stdout.write(f"AWS_EC2_METADATA_SERVICE_ENDPOINT={url}")
        self.stdout.write(f"instance {server.instance.id}")
        self.stdout.flush()  # a service manager reads it through a pipe

    def _serve(self, server: MetadataServer) -> None:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("stopped")
