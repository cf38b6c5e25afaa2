"""Which addresses may be asked: public ones, and those in networks that the operator opened."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# An IPv4 address may stand inside: NAT64 (RFC 6052, RFC 8215); the others urllib's library knows.
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


def may_ask(address: Address, allowed: tuple[Network, ...] = ()) -> bool:
    """Whether an address is public, or the operator's; an IPv4 address inside counts as well."""
    if any(address.version == one.version and address in one for one in allowed):
        return True
    inside = _inside(address) if isinstance(address, IPv6Address) else None
    if inside is not None:
        return may_ask(inside, allowed)
    site_local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (
        site_local or address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address carries, in one of the five known ways."""
    if address.teredo is not None:
        return address.teredo[1]
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and any(address in one for one in (*_NAT64, _COMPATIBLE)):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return carried
