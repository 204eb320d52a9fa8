"""Steps of the controller (open, complete, read, sign) and the processor's countersignature."""
