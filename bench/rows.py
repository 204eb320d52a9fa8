"""The statements that fill a database with agreements, documents and acts.

What looks random is derived from the row's number in the table ``filling``.
"""

from __future__ import annotations

from bench.rows_progress import PROGRESS_WORDS


def chance(salt: str, row: str = "i") -> str:
    """A number from 0 to 1, always equal for this row."""
    return f"(('x' || left(md5({row} || '{salt}'), 7))::bit(28)::int / 268435456.0)"


def named(kind: str, row: str = "i") -> str:
    """The id of agreement ``i``'s row of this kind."""
    return f"md5({row} || '{kind}')::uuid"


def _pick(names: str, salt: str) -> str:
    array = f"string_to_array(%({names})s, ' ')"
    return f"({array})[1 + floor({chance(salt)} * cardinality({array}))::int]"


_NUMBERED = "lpad(in_year::text, greatest(5, length(in_year::text)), '0')"
_STATE = """
case when age > 30 then
  case when u < .905 then 'completed' when u < .925 then 'declined' when u < .965 then 'expired'
       when u < .995 then 'voided' else 'draft' end
else
  case when u < .15 then 'draft' when u < .40 then 'sent' when u < .402 then 'preparing'
       when u < .403 then 'generation_failed' when u < .483 then 'ready'
       when u < .533 then 'in_signing' when u < .534 then 'fully_signed'
       when u < .535 then 'sealing' when u < .536 then 'seal_failed' when u < .55 then 'declined'
       when u < .57 then 'voided' else 'completed' end
end"""

_SERVICES = f"""
case when {chance("service")} < .6 then array['cloud_storage']
     when {chance("service")} < .99 then array['cloud_storage', 'domain_names', 'support']
     else array['dynamic_dns'] end"""
_TEMPLATE = "md5(year || 'template') || md5(year || 't')"  # a new one every year

AGREEMENTS = (
    # --- who works here -------------------------------------------------------------------
    "insert into processor_profiles (version, profile) values (1, %(processor)s)",
    f"""
    insert into staff (id, email, name, function, roles, password_hash)
    select {named("staff")}, 'm' || i || '@it4professionals.example',
      case when i <= 3 then %(name)s else 'Medewerker ' || i end, 'Medewerker',
      case when i <= 3 then array['verkoop','tekenbevoegde','archief','beheer']
           else array['verkoop'] end, 'none'
    from generate_series(1, %(staff)s) i
    """,
    # --- the plan: one row for each agreement, from the oldest to the newest ----------------
    f"""
    create unlogged table filling as
    with drawn as (
      select i, {chance("state")} as u, %(days)s * (1 - i / %(rows)s::float) as age,
        {chance("pace")} as pace, {chance("kind")} < .7 as belgian
      from generate_series(1, %(rows)s) i
    ), stated as (
      select *, {_STATE} as state, clock_timestamp() - age * interval '1 day' as created_at,
        i %% 20 = 0 as ours_first
      from drawn
    )
    select *,
      ours_first and state not in ('draft', 'sent') as processor_first,
      {named("agreement")} as id, {named("signatory")} as signatory_id,
      sha256((i || 'frozen')::bytea) as frozen_sha256,
      extract(year from created_at)::int as year,
      row_number() over (partition by extract(year from created_at) order by i) as in_year,
      -- signed, or stopped, after up to eighteen days; what runs did something this week
      least(created_at + pace * interval '18 days', clock_timestamp() - pace * interval '7 days')
        as active_at,
      {_pick("kinds", "k")} || ' ' || {_pick("beginnings", "b")} || {_pick("endings", "e")}
        || ' ' || (i %% 997) as name,
      {_pick("beginnings", "x")} || {_pick("endings", "y")} as family,
      {_pick("cities", "c")} as city,
      case when belgian then 'BE' when i %% 500 = 7 then 'LU' else 'NL' end as country,
      case when i %% 20 = 4 then 'special' when i %% 400 = 6 then 'criminal' else '' end as flag,
      case when belgian then '0' || (200000000 + (i * 7919::bigint) %% 799999999)
           else (10000000 + (i * 7919::bigint) %% 89999999)::text end as number,
      -- import 1 made a fiftieth of all, two years ago; import 2 made a thousand of the newest
      case when i between %(rows)s * .6 and %(rows)s * .62 then 1
        when i > %(rows)s - 1000 then 2 end as imported,
      state in ('fully_signed', 'sealing', 'seal_failed', 'completed') as signed,
      state in ('ready', 'in_signing', 'fully_signed', 'sealing', 'seal_failed', 'completed')
        as frozen
    from stated
    """,
    "create index on filling (id)",
    "analyze filling",
    f"""
    insert into document_templates (sha256, kind, version, language, docx)
    select distinct {_TEMPLATE}, 'agreement', year || '-01-01', 'nl', 'docx'::bytea from filling
    """,
    """
    insert into reference_counters (year, last)
    select year, max(in_year) from filling group by year
    """,
    f"""
    insert into agreements (id, reference, state, edition, signing_order, annex_locked, processor,
      processor_version, controller, main_reference, services, dpo_answer, details_confirmed,
      link_days, sender_id, countersigner_id, template_sha256, frozen_sha256, created_at,
      last_activity_at, state_since, sent_at, opened_at, expires_at, fully_signed_at,
      effective_date, search)
    select id, 'VO-' || year || '-' || {_NUMBERED}, state, 1,
      case when processor_first then 'processor_first' else 'controller_first' end, false,
      %(processor)s::jsonb, 1,
      jsonb_build_object('name', name, 'legal_form', case when belgian then 'BV' else '' end,
        'number_type', case when belgian then 'be' else 'nl' end, 'number', number,
        'country', country,
        'street', 'Molenstraat ' || i %% 200, 'postcode', '2000', 'city', city,
        'notices_email', 'info' || i || '@klant.example', 'trade_name', ''),
      'HO-' || i, {_SERVICES}, case when frozen then 'no' else '' end, frozen, 30,
      {named("staff", "(1 + i %% %(staff)s)")}, {named("staff", "(1 + i %% 3)")},
      {_TEMPLATE}, case when frozen then frozen_sha256 else '' end,
      created_at, active_at, active_at, case when state <> 'draft' then created_at end,
      case when frozen then created_at + interval '1 hour' end,
      case when state <> 'draft' then created_at + interval '30 days' end,
      case when signed then active_at end,
      case when signed then (active_at at time zone 'Europe/Brussels')::date end,
      strip(to_tsvector('simple', lower(concat_ws(' ', name, case when belgian then 'BV' end, city,
        number, case when belgian then concat_ws(' ', left(number, 4), substr(number, 5, 3),
          substr(number, 8), ltrim(number, '0'), 'be' || number) end,
        'info' || i, 'klant example an', family, 'an' || i, 'vo', year,
        {_NUMBERED}, 'vo' || year || {_NUMBERED}, 'ho', i, %(ours)s))))
      || array_to_tsvector(array_remove(array['=l' || lower(country), '=t' || left({_TEMPLATE}, 8),
        '=v' || nullif(flag, ''), '=s' || state, '=i' || imported, {PROGRESS_WORDS},
        '=o' || left(md5((1 + i %% %(staff)s) || 'staff'), 12)], null))
      || array_to_tsvector(string_to_array('=d' || array_to_string({_SERVICES}, ' =d'), ' '))
    from filling order by i
    """,
    """
    insert into annex_items (agreement_id, list, position, code, label, flag, entered_by)
    select id, case when p = 1 then 'personal_data' else 'data_subjects' end, p, 'own',
      'Naam en voornaam', case when p = 1 then flag else '' end, 'controller'
    from filling, generate_series(1, 2) p
    """,
    """
    insert into signatories (id, agreement_id, name, email, function, created_at)
    select signatory_id, id, 'An ' || family, 'an' || i || '@klant.example', 'Bestuurder',
      created_at
    from filling
    """,
    """
    insert into signature_places (agreement_id, place, party, capacity, signatory, ordinal, state)
    select id, place, split_part(place, '_', 1), split_part(place, '_', 2), 1,
      case when not processor_first then n else n %% 3 + 1 end, case
      when signed then 'signed'
      when state in ('declined', 'voided') then 'lapsed'
      when state = 'expired' then 'expired'
      when state = 'ready' then case when processor_first = (place = 'processor_agreement')
        then 'open' else 'blocked' end
      when state = 'in_signing' then case when processor_first = (place = 'processor_agreement')
        then 'signed' else 'open' end
      when processor_first = (place = 'processor_agreement') then 'open'
      else 'blocked' end
    from filling,
      unnest(array['controller_agreement', 'controller_annex', 'processor_agreement'])
        with ordinality as places (place, n)
    """,
    """
    insert into awaiting_us (agreement_id, countersigner_id, state_since)
    select filling.id, agreements.countersigner_id, agreements.state_since
    from filling join agreements using (id) join signature_places on agreement_id = filling.id
    where filling.state in ('ready', 'in_signing')
      and party = 'processor' and signature_places.state = 'open'
    """,
    f"""
    insert into links (id, agreement_id, signatory_id, token_hash, created_at, opened_at, ended)
    select {named("link")}, id, signatory_id, decode(md5(i || 'token'), 'hex'), created_at,
      case when frozen then created_at + interval '1 hour' end, ''
    from filling where state <> 'draft'
    """,
    f"""
    insert into code_challenges (id, link_id, code_hash, sent_to, created_at, expires_at,
      consumed_at)
    select {named("code")}, {named("link")}, '', 'an' || i || '@klant.example', active_at,
      active_at + interval '10 minutes', active_at
    from filling where signed or state = 'in_signing'
    """,
    # None ends while the database is kept: those would be dropped within minutes.
    f"""
    insert into link_sessions (secret_hash, link_id, ip, user_agent, created_at, last_seen_at,
      expires_at)
    select decode(md5(i || 'session'), 'hex'), {named("link")}, '192.0.2.1', 'Firefox', active_at,
      active_at, clock_timestamp() + interval '2 years'
    from filling where age < 30 and state in ('sent', 'ready')
    """,
    """
    insert into drafts (signatory_id, form, fields, kept_at)
    select signatory_id, 'details', '{}', active_at from filling where state = 'sent' and age < 30
    """,
    """
    insert into documents (agreement_id, edition, kind, sha256, pdf, size, pages, reading_html,
      context, template_version, template_sha256, engine, created_at)
    select id, 1, 'frozen', frozen_sha256,
      case when not (state = 'completed' and age > 30) then ''::bytea end,
      case when state = 'completed' and age > 30 then 120000 end, 12,
      case when not (state = 'completed' and age > 30) then '<p>De tekst.</p>' end,
      jsonb_build_object('processor', jsonb_build_object('representative',
        jsonb_build_object('name', %(name)s::text))), '1', 'a', 'LibreOffice', created_at
    from filling where frozen
    """,
    f"""
    insert into acts (agreement_id, edition, place, ordinal, signatory_id, staff_id, signed_at,
      document_sha256, record, record_sha256)
    select id, 1, place, ordinal,
      case when party = 'controller' then signatory_id end,
      case when party = 'processor' then {named("staff", "(1 + i %% 3)")} end,
      active_at, frozen_sha256, '{{}}', 'a'
    from filling join signature_places on agreement_id = id
    where signature_places.state = 'signed'
    """,
    """
    insert into seals (agreement_id, edition, step, pdf, sha256, token_time, token_quality,
      created_at)
    select agreement_id, 1, ordinal, '', 'a', signed_at, 'own', signed_at
    from acts join filling on filling.id = agreement_id where state = 'in_signing'
    """,
    """
    insert into originals (agreement_id, edition, sha256, size, level, evidence_sha256,
      manifest_facts, created_at)
    select id, 1, sha256((i || 'original')::bytea), 250000, 'B-LTA',
      sha256((i || 'sheet')::bytea),
      '{"effective_date": "2026-01-01", "controller": "", "processor": "", "template_version": "",
        "certificates": {}}', active_at
    from filling where state = 'completed'
    """,
)
