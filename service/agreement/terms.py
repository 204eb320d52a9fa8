"""Lifetimes, and limits on attempts.

The terms of an agreement itself are in ``deadlines.py``, those of archive locks in
``storage/retention.py``.
"""

from __future__ import annotations

from datetime import timedelta

# Behind a signing link.
LINK_SESSION_HOURS = 12
CODE_MINUTES = 10
CODE_TRIES = 5
DRAFT_DAYS = 90  # a signer's unsubmitted input
SAMPLE_DAYS = 200  # a link is valid for at most 180; after that the text is made again on request

# Of staff.
STAFF_SESSION_IDLE_HOURS = 4
STAFF_SESSION_HOURS = 12  # even if active: a session left open ends with the working day
KNOWN_BROWSER_DAYS = 365
MOST_KNOWN_BROWSERS = 20
LINKS_PER_ADDRESS = 3  # account links requested within an hour
LINKS_IN_ALL = 300
LINK_REQUEST_HOURS = 24
ACTIVITY_DAYS = 400  # as long as an archive lock: a year and the time to notice

# Of the public page, which mails a code for every application.
APPLICATIONS_AN_HOUR = 3  # to one mailbox
APPLICATIONS_A_DAY = 5
APPLICATIONS_OF_A_NETWORK_AN_HOUR = 10  # shared by an office behind one IP address
APPLICATIONS_OF_A_NETWORK_A_DAY = 30
APPLICATION_HOURS = 24  # of what is counted; what was typed is deleted with its code

# Of imported lists. The newest of its kind is kept: it says who the customers are.
IMPORT_DAYS = 400
UNUSED_IMPORT_DAYS = 90  # a list of which nothing was made
BATCH_DAYS = 400  # what became of a step for many agreements at once

# Of filled-in forms.
KEPT_FORM_HOURS = 12  # as long as a session can last
KEPT_FORMS_OF_A_BROWSER = 20
KEPT_FORMS_OF_STRANGERS = 2000  # in total, so that outsiders cannot fill the disk
REPEATED_REQUEST_HOURS = 24

READ_BACK = timedelta(days=365)  # each original is read back within this time
