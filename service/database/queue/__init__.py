"""Follow-up work: jobs, mails and requests that wait."""
