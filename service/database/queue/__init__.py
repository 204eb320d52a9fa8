"""Follow-up work: jobs, mails and pending requests."""
