"""The search words of an agreement also say by what the archive is filtered.

These are its services, the controller's country, the template, and the special kinds of data in
Bijlage 1, each as a word that nobody types (``service/agreement/facets.py``). So one index finds
filters and words, alone and together. For a million agreements this takes some minutes.
"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_ADD = """
update agreements a set words = concat_ws(' ', a.words,
  (select string_agg('xqd' || regexp_replace(lower(service), '[^a-z0-9]', '', 'g') || 'xq', ' ')
    from unnest(a.services) service),
  'xql' || lower(coalesce(a.controller ->> 'country', 'BE')) || 'xq',
  'xqt' || left(a.template_sha256, 16) || 'xq',
  (select string_agg(distinct 'xqv' || replace(i.flag, '_', '') || 'xq', ' ')
    from annex_items i where i.agreement_id = a.id
      and i.flag in ('special', 'criminal', 'national_number', 'minors')))
"""
_REMOVE = "update agreements set words = regexp_replace(words, ' xq[a-z0-9]*xq', '', 'g')"


def upgrade() -> None:
    op.execute(_ADD)
    op.execute("analyze agreements (search)")


def downgrade() -> None:
    op.execute(_REMOVE)
