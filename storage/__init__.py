"""Keeps bytes for years in any S3 store with Object Lock, and proves that they did not change.

Three layers, each usable without those above, and none of them knows the service::

    from storage.objects import ObjectStore, S3Config      # put once, lock, read back
    from storage.archive import Package, store, check      # one agreement, one prefix
    from storage.retention import lock_until               # how long
"""
