"""The statements that fill a database with imports, after its agreements.

Import 1 made a fiftieth of all agreements, two years ago; import 2 made a thousand of the newest.
"""

from __future__ import annotations

from bench.rows import named

IMPORTS = (
    f"""
    insert into imports (id, number, name, by_id, state, dialect, headings, targets, shape, options)
    select {named("import", "n")}, n, 'klanten.xlsx', {named("staff", "1")}, 'done', '{{}}',
      array['Naam'], array['name'], 'shape', '{{}}'
    from generate_series(1, 2) n
    """,
    f"""
    insert into import_lines (import_id, row, state, cells, organisation, agreement_id)
    select {named("import", "n")}, row_number() over (partition by n order by i), 'sent',
      array[name], name, id
    from (
      select *, case when i between %(rows)s * .6 and %(rows)s * .62 then 1
        when i > %(rows)s - 1000 then 2 end as n from filling
    ) as chosen where n is not null
    """,
)
