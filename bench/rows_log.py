"""The statements that add mails, questions and the log, after the archive."""

from __future__ import annotations

from bench.rows import named

LOG = (
    f"""
    insert into messages (id, key, subject, agreement_id, kind, recipient, recipient_name, reply_to,
      "values", link_id, state, queued_at, sent_at)
    select md5(i || kind)::uuid, i || kind, 'agreement', id, kind, 'an' || i || '@klant.example',
      'An ' || family, '', '{{}}', case when kind <> 'completed' then {named("link")} end,
      case when i %% 9000 = 1 and kind = 'invitation' then 'refused'
           when i %% 300 = 2 and age < 30 and kind = 'invitation' then 'queued' else 'sent' end,
      case when kind = 'completed' then active_at else created_at end,
      case when kind = 'completed' then active_at else created_at end
    from filling, unnest(array['invitation', 'code', 'received', 'completed']) kind
    where state <> 'draft' and (kind = 'invitation' or signed)
    """,
    f"""
    insert into questions (id, agreement_id, signatory_id, question, asked_at, ended, answer,
      ended_at, matters)
    select {named("question")}, id, signatory_id, 'Wat is een subverwerker?', created_at,
      case when waits then '' else 'answered' end, case when waits then '' else 'Een hulp.' end,
      case when waits then null else active_at end,
        state in ('sent', 'preparing', 'generation_failed', 'ready', 'in_signing')
    from (select *, age < 30 and i %% 2 = 0 as waits from filling where i %% 50 < 2) asked
    where state <> 'draft'
    """,
    f"""
    insert into openings (id, agreement_id, edition, signatory_id, what, document_sha256, sha256,
      opened_at)
    select {named("opening")}, id, 1, signatory_id, 'view', frozen_sha256, 'a', active_at
    from filling where frozen
    """,
    f"""
    insert into openings (id, agreement_id, edition, staff_id, what, document_sha256, sha256,
      opened_at)
    select {named("opened")}, id, 1, {named("staff", "(1 + i %% 3)")}, 'view', frozen_sha256, 'a',
      active_at
    from filling where signed or (state = 'in_signing' and i %% 2 = 0)
    """,
    """
    insert into audit_entries (agreement_id, seq, at, actor, event, data, personal_digest,
      prev_hash, hash)
    select id, seq, created_at + (active_at - created_at) * (seq / 6.0),
      case when seq = 4 then 'signer:' || signatory_id else 'system' end,
      (array['agreement.created', 'agreement.sent', 'link.opened', 'act.accepted',
        'original.closed', 'archive.verified'])[seq],
      '{}', case when seq < 4 then sha256((i || 'p')::bytea) else '' end,
      sha256((i || (seq - 1)::text)::bytea), sha256((i || seq::text)::bytea)
    from filling, generate_series(1, 6) seq
    where seq <= case when signed then 6 when state = 'draft' then 1 else 3 end
    order by i, seq
    """,
    """
    insert into audit_personal (entry_id, salt, data)
    select id, '\\x00', '{"name": "An Peeters"}' from audit_entries where personal_digest <> ''
    """,
    """
    insert into audit_entries (agreement_id, seq, at, actor, event, data, prev_hash, hash)
    select agreement_id, 7, looked_at + interval '1 second', 'system', 'archive.damaged', '{}',
      '', ''
    from archive_states where state in ('corrupt', 'missing')
    """,
    # An anchor for each day but today, with the chains that ended then.
    """
    insert into anchors (number, day, record, sha256, response, token_time, token_quality, through)
    select row_number() over (order by day), day, '', md5(day::text), '', day, 'own', through
    from (
      select at::date as day, max(id) as through from audit_entries
      where at < current_date group by at::date
    ) days
    """,
    """
    insert into anchor_heads (number, position, agreement_id, seq, hash)
    select number, row_number() over (partition by number order by agreement_id), agreement_id, seq,
      hash
    from (
      select distinct on (agreement_id, at::date) agreement_id, at::date as day, seq, hash
      from audit_entries order by agreement_id, at::date, seq desc
    ) heads join anchors using (day)
    """,
    """
    insert into anchor_objects (number, key, version_id, sha256, size, locked_until)
    select number, 'anchors/' || number || name, 'v1', 'a', 900,
      clock_timestamp() + (61 + number %% 339) * interval '1 day'
    from anchors, unnest(array['record', 'heads', 'token']) name
    """,
    f"""
    insert into staff_activity (kind, staff_id, subject, hour, last_at)
    select 'dossier_viewed', {named("staff", "(1 + i %% %(staff)s)")}, 'VO-' || i,
      date_trunc('hour', created_at), created_at
    from filling where age < 400
    """,
    """
    insert into procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
    select 'interactive', 'deliver', 'deliver:' || id, 'deliver:' || id,
      jsonb_build_object('message_id', id)
    from messages where state = 'queued'
    """,
)
