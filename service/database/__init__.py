"""PostgreSQL: tables, migrations, and one small class per kind of thing that is kept there."""
