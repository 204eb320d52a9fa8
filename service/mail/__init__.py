"""Mails: composed by pure functions, built into a message, and sent by SMTP or to the development
mailbox."""
