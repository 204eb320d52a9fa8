"""The controller opens, completes, reads and signs; the processor countersigns."""
