"""The workflow: one file per step in the life of an agreement.

    offer/      create  edit  sample  generate  send  remind  resend  take_over  hand_over
                answer  void  expire
    signing/    open_link  read_sample  draft  complete  read  prove_mailbox  sign  delegate
                decline  open_text  countersign  send_back, and accept, where a signature
                becomes valid
    applying/   page  apply  begin: customers who begin by themselves
    sealing/    seal  close  evidence_package, and the keys
    keeping/    archive  examine  reread  retain  renew_stamps  anchor  audit  dossier
                retrieve  verify  locks
    life/       end  change_end  undo_end: a signed agreement in force
    bulk/       take_in  judge  decide  run  lines  look  problems  coverage: lists
                of customers
    people/     staff and their accounts, passwords, roles and sessions; the processor's profile
    telling/    links  notify  deliver  ask_countersigners  alarm
    package_files  the files of one agreement in the archive
    sweep       finds work lost in a crash in the state tables, and defers it again
    tasks       the jobs that steps leave for the worker

No function parses input or knows HTTP: each loads under the row lock, asks the core, and writes
state, audit entry and jobs in one transaction. Folders import only earlier ones, ``telling`` and
``package_files``; import-linter enforces their order.
"""
