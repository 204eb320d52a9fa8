"""Every kind of job that a step leaves for the worker, with its queue.

They stand together because many steps ask for the same one. What each does, and what its failing
shows, is the list in ``service/running/jobs.py``; what comes by the clock stands there too.
"""

from __future__ import annotations

from service.database.queue.jobs import HOUSEKEEPING, MAIL, Task

# A text that cannot be made waits for a person. Nothing that was signed is ever given up.
GENERATE = Task("generate", goes_on=False)
PREVIEW = Task("preview", goes_on=False)
SAMPLE = Task("sample", goes_on=False)
SEAL = Task("seal")  # and all that follows: see ``keeping/finish.py``
CLOSE = Task("close")  # only from former code, like the next
ARCHIVE = Task("archive")
DELIVER = Task("deliver", MAIL, about="message_id")
FORGOTTEN = Task("forgotten", about="request_id")
LOOK = Task("look", HOUSEKEEPING)
REREAD = Task("reread", HOUSEKEEPING, about="", single="archive")
EXTEND = Task("extend", HOUSEKEEPING, about="", single="locks")
