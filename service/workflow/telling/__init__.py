"""Who is told: links, mails, their delivery, and alarms."""
