"""The workflow: one file per step in the life of an agreement.

    offer/      create  edit  sample  generate  send  remind  resend  take_over  answer  void
                expire
    signing/    open_link  read_sample  draft  complete  read  prove_mailbox  sign  delegate
                decline  open_text  countersign  send_back, and accept, where a signature
                becomes valid
    sealing/    seal  close  closing_facts  evidence_package, and the keys
    keeping/    finish  archive  examine  reread  retain  renew_stamps  anchor  audit  dossier
                retrieve  verify
    package/    recorded  take_out  originals: one agreement's files in the archive
    people/     staff and their accounts, passwords, roles and sessions; the processor's profile
    telling/    links  notify  deliver  ask_countersigners  alarm
    sweep       finds work lost in a crash in the state tables, and defers it again
    tasks       the jobs that steps leave for the worker

No function parses input or knows HTTP: each loads under the row lock, asks the core, and writes
state, audit entry and jobs in one transaction. Folders import only earlier ones, ``telling`` and
``package``; import-linter enforces their order.
"""
