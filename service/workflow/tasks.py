"""The kinds of jobs that steps leave for the worker, with their queues.

``service/running/jobs.py`` lists what each does and what its failure shows.
"""

from __future__ import annotations

from service.database.queue.jobs import BULK, HOUSEKEEPING, MAIL, Task

# A text that cannot be made waits for a person. Jobs for signed agreements are never given up.
GENERATE = Task("generate", goes_on=False)
PREVIEW = Task("preview", goes_on=False)
SAMPLE = Task("sample", goes_on=False)
# It waits for the signatory instead.
MANDATE = Task("mandate", goes_on=False)
SEAL = Task("seal")  # and the following steps: see ``service/running/jobs.py``
CLOSE = Task("close")  # only deferred by former code, like the next
ARCHIVE = Task("archive")
KEEP_REGISTERED = Task("keep_registered")
DELIVER = Task("deliver", MAIL, about="message_id")
# All imports in one job, so that together they keep to the pace of mails.
IMPORT = Task("import", BULK, about="", single="imports")
BATCH = Task("batch", BULK, about="", single="batches")
FORGOTTEN = Task("forgotten", about="request_id")
TEMPLATE = Task("template", about="version_id", goes_on=False)
LOOK = Task("look", HOUSEKEEPING)
KEEP_ENDS = Task("keep_ends", HOUSEKEEPING, about="", single="ends")
REREAD = Task("reread", HOUSEKEEPING, about="", single="archive")
EXTEND = Task("extend", HOUSEKEEPING, about="", single="locks")
