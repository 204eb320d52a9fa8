"""Composes mails (pure), builds the message, and sends it by SMTP or to the development mailbox."""
