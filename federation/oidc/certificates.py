"""Whom TLS believes: the authorities of this host, and after them a provider's thumbprints.

As AWS does, a thumbprint counts only where no authority vouches for the chain. A certificate that
fits one is no proof in itself, since anybody can show it: it becomes the one authority of a second
connection, which has to hold for the host's name, the dates and every signature of the chain.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

Connect = Callable[[], socket.socket]


class UnknownThumbprintError(Exception):
    """No authority vouches for the host, and no certificate of its chain has a known thumbprint."""

    def __init__(self) -> None:
        super().__init__(
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
        )


def thumbprint(der: bytes) -> str:
    """The SHA-1 of a certificate, in lower case, as IAM takes it."""
    return hashlib.sha1(der, usedforsecurity=False).hexdigest()


@contextmanager
def secured(
    connect: Connect, host: str, thumbprints: Sequence[str], seconds: float
) -> Iterator[ssl.SSLSocket]:
    """A connection whose other end is proven to be `host`; it ends after so many seconds.

    Raises OSError and UnknownThumbprintError.
    """
    with _Watch(seconds) as watch:
        try:
            tls = watch.wrapped(connect(), ssl.create_default_context(), host)
        except ssl.SSLCertVerificationError as problem:
            if not thumbprints:
                raise UnknownThumbprintError from problem
            anchor = _fitting(watch.chain(connect(), host), thumbprints)
            tls = watch.wrapped(connect(), _trusting(anchor), host)
        with tls:
            yield tls
        watch.require_time()  # what was cut off looks like an end


def shown(connected: socket.socket, host: str, seconds: float) -> list[bytes]:
    """The chain that a host shows, unproven, its own certificate first. Raises OSError."""
    with _Watch(seconds) as watch:
        return watch.chain(connected, host)


class _Watch:
    """Ends its connections after some seconds, however slowly bytes come, handshake included."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._sockets: list[ssl.SSLSocket] = []
        self._over = False

    def __enter__(self) -> _Watch:
        self._timer.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._timer.cancel()

    def wrapped(
        self, connected: socket.socket, context: ssl.SSLContext, host: str
    ) -> ssl.SSLSocket:
        with connected:
            tls = context.wrap_socket(
                connected, server_hostname=host, do_handshake_on_connect=False
            )
        self._sockets.append(tls)
        try:
            self.require_time()
            tls.do_handshake()
        except BaseException:
            tls.close()
            raise
        return tls

    def chain(self, connected: socket.socket, host: str) -> list[bytes]:
        """What the other end shows; nothing is said to it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with self.wrapped(connected, context, host) as tls:
            return _chain_of(tls)

    def require_time(self) -> None:
        """Raise TimeoutError when the time is over."""
        if self._over:
            raise TimeoutError

    def _end(self) -> None:
        self._over = True
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def _chain_of(tls: Any) -> list[bytes]:
    """Python has the whole chain in public from 3.13 on; before that, one step inside."""
    if hasattr(tls, "get_unverified_chain"):
        return [bytes(one) for one in tls.get_unverified_chain()]
    found = tls._sslobj.get_unverified_chain() or []
    return [ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in found]


def _fitting(chain: Sequence[bytes], thumbprints: Sequence[str]) -> bytes:
    found = next((der for der in chain if thumbprint(der) in thumbprints), None)
    if found is None:
        raise UnknownThumbprintError
    return found


def _trusting(anchor: bytes) -> ssl.SSLContext:
    """One certificate vouches for everything, be it an authority's, or the host's own."""
    context = ssl.create_default_context(cadata=anchor)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # private authorities' forms differ
    return context
