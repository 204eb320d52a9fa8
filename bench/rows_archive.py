"""The statements that add the archive, after the agreements."""

from __future__ import annotations

from bench.rows import chance

ARCHIVE = (
    # Each was read back within nine months.
    f"""
    insert into archive_states (agreement_id, state, prefix, failure, checked_at, looked_at,
      judged_twice_at, stored_at, shed_at)
    select id, found, 'overeenkomsten/' || i || '/', failure,
      case when found not in ('local', 'locked') then looked end,
      case when found not in ('local', 'locked') then looked end,
      case when active_at < clock_timestamp() - interval '1 day' then looked end, active_at,
      case when age > 30 and found = 'verified' and failure = '' then looked end
    from (
      select *, greatest(active_at, clock_timestamp() - {chance("read")} * interval '271 days')
          as looked,
        case when i %% 9000 = 8 then 'local' when i %% 9000 = 18 then 'locked'
             when i %% 50000 = 28 then 'corrupt' when i %% 50000 = 38 then 'missing'
             else 'verified' end as found,
        case when i %% 9000 = 8 then 'StorageUnavailable' when i %% 50000 = 48 then 'unread'
             else '' end as failure
      from filling where state = 'completed'
    ) archived
    """,
    """
    insert into archived_objects (agreement_id, name, key, version_id, sha256, size, locked_until,
      inside, stored_at)
    select a.agreement_id, name, prefix || name, 'v1', sha256((prefix || name)::bytea), 100000,
      clock_timestamp() + (59 + abs(hashtext(prefix)) %% 341) * interval '1 day',
      case when name like '%%.zip' then '{"bewijs.json": [9000, "a"], "manifest.json": [900, "b"]}'
           else '{}' end::jsonb, checked_at
    from archive_states a,
      unnest(array['overeenkomst.pdf', 'bewijsblad.pdf', 'bewijs.zip', 'manifest.json']) name
    where checked_at is not null
    """,
    # One in eight has ended, one in forty so long ago that its lock is not extended.
    """
    insert into contract_lives (agreement_id, ends_on, reason, noted_by)
    select id, current_date - case when i %% 40 = 16 then 4015 else i %% 700 - 180 end,
      'main_agreement', 'system'
    from filling where state = 'completed' and age > 30 and i %% 8 = 0
    """,
    """
    insert into end_records (agreement_id, number, record, seal, stored_at)
    select agreement_id, 1, convert_to(repeat('r', 900), 'UTF8'),
      convert_to(repeat('s', 3000), 'UTF8'), clock_timestamp()
    from contract_lives
    """,
    """
    insert into registered_files (id, staff_id, name, media_type, sha256, size, pdf_sha256,
      pdf_size, pages, agreement_id, record, seal, stored_at)
    select agreement_id, a.sender_id, 'x.pdf', 'application/pdf', md5(prefix), 90000, md5(prefix),
      90000, 4, agreement_id, convert_to(repeat('r', 900), 'UTF8'),
      convert_to(repeat('s', 3000), 'UTF8'), clock_timestamp()
    from archive_states join agreements a on a.id = agreement_id
    where abs(hashtext(prefix)) %% 20 = 0
    """,
    """
    update archived_objects o
    set locked_until = clock_timestamp() - interval '1 year', final_for_years = 10
    from contract_lives l
    where l.agreement_id = o.agreement_id and l.ends_on < current_date - 4000
    """,
    # The oldest packages have a second, newer stamp.
    """
    insert into document_stamps (agreement_id, name, "of", stamped_at, proves_until)
    select id, case when renewed then 'vernieuwd/' else '' end || file, file,
      active_at + case when renewed then interval '4 years' else interval '0' end,
      active_at + case when renewed then interval '10 years' else interval '4 years 60 days' end
    from filling join archive_states on agreement_id = id and archive_states.state = 'verified',
      unnest(array['overeenkomst.pdf', 'bewijsblad.pdf']) file, unnest(array[false, true]) renewed
    where checked_at is not null
      and (not renewed or active_at < clock_timestamp() - interval '4 years')
    """,
    """
    update archived_objects o set stamp_proves_until = newest.proves_until
    from (
      select distinct on (agreement_id, "of") agreement_id, "of", proves_until
      from document_stamps order by agreement_id, "of", stamped_at desc
    ) newest
    where newest.agreement_id = o.agreement_id and newest."of" = o.name
    """,
)
