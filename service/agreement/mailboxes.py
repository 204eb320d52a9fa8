"""Detects a mistyped mail provider in an e-mail address."""

from __future__ import annotations

from difflib import get_close_matches

# The most used mail providers in Belgium, in the Netherlands and worldwide.
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
OTHERS = ("mail.com", "email.com", "ymail.com")  # real ones that look like a typing error
LONGEST_UNSURE = 8  # live.be resembles too many company names
AS_GOOD_AS_THE_SAME = 0.88  # gmial.com scores 0.89 against gmail.com, ginmail.be 0.84


def meant(email: str) -> str:
    """The address probably meant, or an empty string; only a hint, never a refusal."""
    local, _, domain = email.rpartition("@")
    if domain in PROVIDERS + OTHERS:
        return ""
    long_enough = [each for each in PROVIDERS if len(each) > LONGEST_UNSURE]
    near = get_close_matches(domain, long_enough, n=1, cutoff=AS_GOOD_AS_THE_SAME)
    return f"{local}@{near[0]}" if near else ""
