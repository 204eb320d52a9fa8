"""The statement that counts the agreements for the overview, after those of imports."""

from __future__ import annotations

from importlib import import_module

_MIGRATION = import_module("service.database.migrations.versions.0057_progress")
PROGRESS = (_MIGRATION._COUNTS.replace("%", "%%"),)
_STAGE = """
case when state in ('sent', 'preparing', 'generation_failed') then 'ub'
  when state = 'ready' or (state = 'in_signing' and processor_first) then 'oc'
  when state = 'in_signing' then 'od' when signed then 'oe' when state <> 'draft' then 'uc' end
"""
PROGRESS_WORDS = f"""
'=p' || {_STAGE}, '=p' || substr({_STAGE}, 1, nullif(({_STAGE} like 'o%%')::int, 0)),
case when state <> 'draft' then '=many' end, case when state <> 'draft'
  then '=m' || to_char(created_at at time zone 'Europe/Brussels', 'YYYYMM') end
"""
