"""Mails: composed purely, built into a message, handed to SMTP or to the mailbox of development."""
