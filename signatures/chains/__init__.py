"""Certificates, their chains and revocation lists, and trusted lists."""
