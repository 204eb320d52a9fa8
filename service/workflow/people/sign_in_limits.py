"""How often a password may be tried: for an address, a known browser, a network, and everybody.

Only what did not succeed counts. A browser from which the account signed in before has a count of
its own and heeds no other, so strangers keep no owner out of it. The others serve whoever signs
in from elsewhere, and limit what a flood of tries can cost. No page of a signer asks any of them.
"""

from __future__ import annotations

import hmac
import ipaddress

from service.database.people.sign_in_tries import Counter
from service.deps import Deps

TRIES_BEFORE_LOCK = 5
LOCK_MINUTES = 15
MOST_OF_A_NETWORK = 10  # without a minute's pause; an office behind one address shares them
MOST_OF_EVERYBODY = 60  # the same, over all networks: 1.6 s of processor time
MOST_LINKS_OF_A_NETWORK = 10  # without an hour's pause
_MINUTE = 60  # seconds


def of_address(deps: Deps, email: str) -> Counter:
    """The tries for an e-mail address, whether it has an account or not."""
    key = _key(deps, "address", email.lower())
    return Counter(key, TRIES_BEFORE_LOCK, LOCK_MINUTES * _MINUTE)


def of_browser(deps: Deps, browser_id: str) -> Counter:
    """The tries from a known browser."""
    return Counter(_key(deps, "browser", browser_id), TRIES_BEFORE_LOCK, LOCK_MINUTES * _MINUTE)


def of_stranger(deps: Deps, email: str, ip: str) -> list[Counter]:
    """What a try from a browser that is not known counts for: its e-mail address, its network (of
    IPv6 the /64, which one customer has whole), and everybody."""
    network = Counter(_key(deps, "network", network_of(ip)), MOST_OF_A_NETWORK, _MINUTE)
    everybody = Counter(_key(deps, "everybody", ""), MOST_OF_EVERYBODY, _MINUTE)
    return [of_address(deps, email), network, everybody]


def of_links(deps: Deps, ip: str) -> Counter:
    """The links for a forgotten password or a locked account that a network asked for."""
    return Counter(_key(deps, "links", network_of(ip)), MOST_LINKS_OF_A_NETWORK, 60 * _MINUTE)


def network_of(ip: str) -> str:
    """The network that an IP address stands for; empty for what is no address."""
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
