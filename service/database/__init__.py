"""PostgreSQL: tables, migrations, and one small class per kind of stored thing."""
