"""The statements that add imports; a customer began one agreement in 200."""

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
    select {named("import", "imported")}, row_number() over (partition by imported order by i),
      'sent', array[name], name, id
    from filling where imported is not null
    """,
    """
    insert into self_started (agreement_id, known) select id, 'same' from filling
    where i %% 200 = 0
    """,
    """
    update agreements set flags = flags || array['self_started'],
      search = search || array_to_tsvector(array['=hself_started'])
    where id in (select agreement_id from self_started)
    """,
)
