"""The workflow: one file per step in the life of an agreement.

    offer/      prepare, generate and send an agreement; remind, hand over, withdraw, expire
    signing/    the customer's link, completing, reading, signing; our signature
    applying/   customers who begin by themselves on the public page
    sealing/    seals, closing, the evidence package, and the keys
    keeping/    the archive: storing, checking, extending, exporting, restoring
    life/       the end of a signed agreement
    bulk/       lists of customers, and one step for many agreements
    people/     accounts, passwords, roles and sessions; the processor's profile
    templates/  own templates: taking in, looking, publishing
    telling/    links, mails and alarms

No function parses input or knows HTTP: each loads under the row lock, asks the core, and writes
state, audit entry and jobs in one transaction. Import-linter enforces the order of the folders.

A function named ``…_in`` does the same in the caller's transaction, which loaded the agreement
under its lock and checked the permission. ``seen`` is the version of the agreement that the caller
read. A job that raises is run again after a growing pause (``service/running/worker.py``).
"""
