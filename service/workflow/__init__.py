"""The journey: one file per thing that can happen to an agreement.

    offer/      create  edit  sample  generate  send  remind  resend  take_over  answer  void
                expire
    signing/    open_link  read_sample  draft  complete  read  prove_mailbox  sign  delegate
                decline  open_text  countersign  send_back, and accept, where a signature comes
                to count
    sealing/    seal  close  evidence_package, and the keys it is done with
    keeping/    finish  archive  examine  reread  retain  renew_stamps  anchor  audit  retrieve
                verify
    package/    recorded  take_out  originals: what the archive holds of one agreement
    people/     staff and their accounts, passwords, roles and sessions; the processor's profile
    telling/    links  notify  deliver  undelivered  ask_countersigners  alarm
    sweep       what a crash left undone is found in the state tables and deferred again
    tasks       what steps leave for the worker

Each function parses nothing and knows no HTTP: it loads under the row lock, asks the core, and
writes state, audit entry and jobs in one transaction. Chapters import earlier steps only, and
``telling`` and ``package``; the import-linter file holds their order.
"""
