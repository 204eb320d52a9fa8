"""Limits on failed password attempts: per address, known browser and network, and in total.

A browser known to the account has only its own count, so strangers cannot lock out the owner there.
Signers' pages use none of them.
"""

from __future__ import annotations

import hmac
import ipaddress

from service.database.people.sign_in_tries import Counter
from service.deps import Deps

TRIES_BEFORE_LOCK = 5
LOCK_MINUTES = 15
MOST_OF_A_NETWORK = 10  # without a minute's pause; shared by an office behind one IP address
MOST_OF_EVERYBODY = 60  # the same, over all networks: 1.6 s of processor time
MOST_LINKS_OF_A_NETWORK = 10  # without an hour's pause
_MINUTE = 60  # seconds


def of_address(deps: Deps, email: str) -> Counter:
    key = _key(deps, "address", email.lower())
    return Counter(key, TRIES_BEFORE_LOCK, LOCK_MINUTES * _MINUTE)


def of_browser(deps: Deps, browser_id: str) -> Counter:
    return Counter(_key(deps, "browser", browser_id), TRIES_BEFORE_LOCK, LOCK_MINUTES * _MINUTE)


def of_stranger(deps: Deps, email: str, ip: str) -> list[Counter]:
    """The counters for an unknown browser: its e-mail address, its network (for IPv6 the /64, which
    belongs to one customer), and the total."""
    network = Counter(_key(deps, "network", network_of(ip)), MOST_OF_A_NETWORK, _MINUTE)
    everybody = Counter(_key(deps, "everybody", ""), MOST_OF_EVERYBODY, _MINUTE)
    return [of_address(deps, email), network, everybody]


def of_links(deps: Deps, ip: str) -> Counter:
    """A network's requests for links after a forgotten password or a lock."""
    return Counter(_key(deps, "links", network_of(ip)), MOST_LINKS_OF_A_NETWORK, 60 * _MINUTE)


def network_of(ip: str) -> str:
    """The network of an IP address; empty if it is not an address."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def _key(deps: Deps, kind: str, value: str) -> bytes:
    message = f"zegel sign-in tries {kind}\n{value}".encode(errors="replace")
    return hmac.digest(deps.secret_key, message, "sha256")
