"""How long things last, and how often something may be tried.

The terms of an agreement itself are in ``deadlines.py``, those of a lock in the archive in
``storage/retention.py``.
"""

from __future__ import annotations

from datetime import timedelta

# Behind a signing link.
LINK_SESSION_HOURS = 12
CODE_MINUTES = 10
CODE_TRIES = 5
DRAFT_DAYS = 90  # what a signer typed but did not submit
SAMPLE_DAYS = 200  # a link lives for 180 at most; after that the text is made again on request

# Of staff.
STAFF_SESSION_IDLE_HOURS = 4
STAFF_SESSION_HOURS = 12  # however active: a browser that was left open ends with the working day
KNOWN_BROWSER_DAYS = 365
MOST_KNOWN_BROWSERS = 20
LINKS_PER_ADDRESS = 3  # to an account, requested within an hour
LINKS_IN_ALL = 300
LINK_REQUEST_HOURS = 24
ACTIVITY_DAYS = 400  # as long as a lock of the archive: a year and the time to notice

# Of whoever fills in a form.
KEPT_FORM_HOURS = 12  # as long as a session at most
KEPT_FORMS_OF_A_BROWSER = 20
KEPT_FORMS_OF_STRANGERS = 2000  # all together, so that nobody fills the disk from outside
REPEATED_REQUEST_HOURS = 24

READ_BACK = timedelta(days=365)  # within this time each original is read back
