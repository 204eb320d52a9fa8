"""The processor's staff pages, one file per part of their work."""

from service.web.staff import (  # noqa: F401  each adds its pages to the blueprint
    account,
    account_links,
    agreements,
    batches,
    countersign,
    coverage,
    documents,
    ending,
    hand_over,
    import_page,
    import_steps,
    imports,
    kept_filters,
    keys,
    list_columns,
    look,
    mandates,
    operations,
    overview,
    people,
    profile,
    public_page,
    questions,
    registering,
    sending,
    staff_log,
    suggestions,
    take_over,
    template_steps,
    templates,
)
from service.web.staff.blueprint import blueprint

__all__ = ["blueprint"]
