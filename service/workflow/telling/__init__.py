"""Notifications: links, mails, their delivery, and alarms."""
