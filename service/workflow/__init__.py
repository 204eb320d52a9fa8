"""The journey: one file per thing that can happen to an agreement.

    create  edit  preview          sales prepares
    send  resend  copy_link  change_email  extend  void
    open_link  complete            the controller opens the link and completes Bijlage 1
    generate                       the document is made and frozen
    prove_mailbox  sign            the controller proves the mailbox and signs twice
    decline  delegate              the controller does not sign, asks first, or passes on
    countersign  take_over         the processor signs, or a colleague does instead
    seal  close  archive           sealing, evidence, the archive
    deliver                        mails
    expire  sweep                  what time brings, and what a crash left
    retain  renew                  locks roll, working copies go, revocation lists are made anew
    retrieve                       the archive hands out
    verify                         anybody has a file checked
    accounts  profile              staff, and the processor itself

Each function parses nothing and knows no HTTP: it loads under the row lock, asks the core, and
writes state, audit entry and jobs in one transaction.
"""
