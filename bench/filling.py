"""Fills a migrated database by SQL with many agreements, as if created over five years.

Nine in ten are completed and archived; the last month's are in every state. PDFs, texts and records
of acts are a few bytes, as no measured query reads them. Everything is derived from the row's
number. The log's hashes form no chain, and no file exists.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import psycopg

from bench.rows import AGREEMENTS
from bench.rows_archive import ARCHIVE
from bench.rows_imports import IMPORTS
from bench.rows_log import LOG
from bench.rows_progress import PROGRESS
from service.agreement.parties import Processor

YEARS = 5
STAFF = 40
OURS = "christophe zenner it4professionals"
PROCESSOR = Processor(
    name="Christophe Zenner",
    trade_name="IT4Professionals",
    enterprise_number="0863643458",
    street="Voorbeeldstraat 1",
    postcode="9000",
    city="Gent",
    email="info@it4professionals.example",
    phone="+32 9 234 56 78",
    representative_name="Christophe Zenner",
    representative_function="Zaakvoerder",
)
KINDS = (
    "Bakkerij Slagerij Garage Apotheek Boekhandel Drukkerij Kapsalon Brouwerij "
    "Schilderwerken Tandartspraktijk Notariskantoor Timmerbedrijf Wandelclub Kinderopvang "
    "Bloemenhuis Fietsatelier"
)
BEGINNINGS = "Pee Jans Verm Wille Claes Goos Maer Hend Dev Laur Smeet Ver Vand Ooster Bruyn"
ENDINGS = "ters sens eulen kens sens maekers ten rickx os eyssens haegen beek hoeven linck sels"
CITIES = "Antwerpen Gent Brugge Leuven Hasselt Breda Utrecht Rotterdam Eindhoven Kortrijk"


def fill(connection: psycopg.Connection[Any], rows: int) -> None:
    """Insert ``rows`` agreements into an empty database, with its owner's autocommit connection."""
    connection.execute("set session_replication_role = replica")
    connection.execute("set synchronous_commit = off")
    connection.execute("set work_mem = '128MB'")
    connection.execute("set maintenance_work_mem = '512MB'")
    indexes = _drop_indexes(connection)
    bound = psycopg.ClientCursor(connection)  # a table cannot be created with bound parameters
    for statement in (*AGREEMENTS, *ARCHIVE, *LOG, *IMPORTS, *PROGRESS):
        bound.execute(statement, _values(rows))
    connection.execute("drop table filling")
    for definition in indexes:
        connection.execute(definition)
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum analyze")


def _drop_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop indexes that no constraint needs, and return their definitions: building them later is
    faster."""
    found = connection.execute(_INDEXES).fetchall()
    for name, _ in found:
        connection.execute(f'drop index "{name}"')
    return [definition for _, definition in found]


_INDEXES = """
select c.relname, pg_get_indexdef(i.indexrelid)
from pg_index i
join pg_class c on c.oid = i.indexrelid
join pg_class t on t.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and t.relname not like 'procrastinate%'
  and not exists (select from pg_constraint where conindid = i.indexrelid)
"""


def _values(rows: int) -> dict[str, Any]:
    return {
        "rows": rows,
        "days": YEARS * 365,
        "staff": STAFF,
        "processor": json.dumps(asdict(PROCESSOR)),
        "ours": OURS,
        "kinds": KINDS,
        "beginnings": BEGINNINGS,
        "endings": ENDINGS,
        "cities": CITIES,
        "name": PROCESSOR.representative_name,
    }
