"""Lists and the archive are filtered in one way: by search words, in one index.

Owner, state and import become words too. The words are stored once, without their places in a text,
and the indexes on owner, template and service are dropped. In the index on words the fortnights of
the last activity and of the effective date come first: of several conditions, PostgreSQL goes from
one match of the first to the next. For 100,000 agreements this takes about half a minute.
"""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_FORTNIGHT = (
    "(array[((last_activity_at at time zone 'UTC'::text)::date - '2000-01-01'::date) / 14])"
)
_EFFECTIVE = "(array[(effective_date - '2000-01-01'::date) / 14])"

# What service/agreement/facets.py and service/database/agreement/search_words.py give.
_NEW_WORDS = """
create function new_words(search tsvector, agreement uuid, services text[], template text,
  state text, owner uuid) returns tsvector language sql stable as $$
select array_to_tsvector(array(
  select case
      when kept like 'xql%xq' then '=l' || substr(kept, 4, length(kept) - 5)
      when kept = 'xqvnationalnumberxq' then '=vnational_number'
      when kept like 'xqv%xq' then '=v' || substr(kept, 4, length(kept) - 5)
      when kept like 'xqm%xq' then '=m' || substr(kept, 4, length(kept) - 5)
      when kept like 'xqs%xq' then '=p' || substr(kept, 4, length(kept) - 5)
      else kept end
    from unnest(tsvector_to_array(search)) kept where kept not similar to 'xq(d|t)%xq'
  union select '=many' from unnest(tsvector_to_array(search)) kept where kept like 'xqm%xq'
  union select '=po' from unnest(tsvector_to_array(search)) kept where kept like 'xqso%xq'
  union select '=d' || regexp_replace(lower(service), '[^a-z0-9_]', '', 'g')
    from unnest(services) service
  union select '=t' || left(template, 8) where template is not null
  union select '=s' || state
  union select '=o' || left(replace(owner::text, '-', ''), 12)
  union select '=i' || imports.number from imports join import_lines on import_id = id
    where agreement_id = agreement))
$$
"""
_USED = "new_words(search, id, services, template_sha256, state, sender_id)"
_FORMER_WORDS = """
update agreements a set words = array_to_string(array(
  select case
      when kept like '=d%' then 'xqd' || replace(substr(kept, 3), '_', '') || 'xq'
      when kept like '=l%' then 'xql' || substr(kept, 3) || 'xq'
      when kept like '=t%' then 'xqt' || left(template_sha256, 16) || 'xq'
      when kept like '=v%' then 'xqv' || replace(substr(kept, 3), '_', '') || 'xq'
      when kept like '=m%' then 'xqm' || substr(kept, 3) || 'xq'
      when kept like '=p%' then 'xqs' || substr(kept, 3) || 'xq'
      else kept end
    from unnest(tsvector_to_array(found)) kept
    where kept not similar to '=(s|o|i)%' and kept not in ('=many', '=po')), ' ')
"""
_FORMER_INDEXES = {
    "ix_agreements_sender": "btree (sender_id, last_activity_at desc, id desc)",
    "ix_agreements_template": "btree (left(template_sha256, 8), last_activity_at desc, id desc)",
    "ix_agreements_services": "gin (services)",
}


def upgrade() -> None:
    for name in ("ix_agreements_search", *_FORMER_INDEXES):
        op.execute(f"drop index {name}")
    op.execute(_NEW_WORDS)
    op.execute("alter table agreements alter column search drop expression")
    # Writes the whole table once, so that nothing of the former columns stays.
    op.execute(
        f"alter table agreements drop column words, alter column search type tsvector using {_USED},"
        " alter column search set default '', alter column search set not null"
    )
    op.execute("drop function new_words")
    op.execute(
        f"create index ix_agreements_search on agreements using gin ({_FORTNIGHT}, {_EFFECTIVE}, search)"
    )
    op.execute("analyze agreements")


def downgrade() -> None:
    op.execute("drop index ix_agreements_search")
    op.execute("alter table agreements rename column search to found")
    op.execute("alter table agreements add column words text not null default ''")
    op.execute(_FORMER_WORDS)
    op.execute("alter table agreements drop column found")
    op.execute(
        "alter table agreements add column search tsvector"
        " generated always as (to_tsvector('simple', words)) stored"
    )
    op.execute(f"create index ix_agreements_search on agreements using gin (search, {_FORTNIGHT})")
    for name, columns in _FORMER_INDEXES.items():
        op.execute(f"create index {name} on agreements using {columns}")
