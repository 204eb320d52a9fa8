"""The processor's own templates: import, sample, publish, choose."""
