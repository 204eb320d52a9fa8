"""The core: what an agreement is and what may happen to it. Pure; no input or output."""
