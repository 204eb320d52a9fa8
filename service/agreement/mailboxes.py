"""A mail address in which the provider's name was probably mistyped."""

from __future__ import annotations

from difflib import get_close_matches

# Where most people without a domain of their own have their mailbox, in Belgium, in the
# Netherlands and everywhere.
PROVIDERS = (
    "gmail.com",
    "hotmail.com",
    "hotmail.be",
    "hotmail.nl",
    "outlook.com",
    "outlook.be",
    "live.be",
    "live.nl",
    "live.com",
    "yahoo.com",
    "icloud.com",
    "telenet.be",
    "skynet.be",
    "proximus.be",
    "scarlet.be",
    "ziggo.nl",
    "kpnmail.nl",
    "planet.nl",
    "hetnet.nl",
    "xs4all.nl",
)
OTHERS = ("mail.com", "email.com", "ymail.com")  # real ones that look like a slip
LONGEST_UNSURE = 8  # live.be is near too many names of companies
AS_GOOD_AS_THE_SAME = 0.88  # gmial.com is 0.89 of gmail.com; ginmail.be is 0.84


def meant(email: str) -> str:
    """The address that was probably meant, or an empty string: only a hint, never a refusal."""
    local, _, domain = email.rpartition("@")
    if domain in PROVIDERS + OTHERS:
        return ""
    long_enough = [each for each in PROVIDERS if len(each) > LONGEST_UNSURE]
    near = get_close_matches(domain, long_enough, n=1, cutoff=AS_GOOD_AS_THE_SAME)
    return f"{local}@{near[0]}" if near else ""
