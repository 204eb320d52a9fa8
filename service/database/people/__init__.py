"""Staff, their accounts and activity, data of browsers, and the processor's logo."""
