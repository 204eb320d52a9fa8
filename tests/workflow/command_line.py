"""The command ``zegel`` on the database of a test."""

from __future__ import annotations

from click.testing import CliRunner, Result
from house import House

from service.cli.main import main


def zegel(house: House, *arguments: object, **more: str) -> Result:
    """Run it; ``more`` are further settings. Without those of a bucket the archive cannot be read:
    most commands do not need it."""
    environment = {
        "ZEGEL_MODE": "development",
        "ZEGEL_DATA": str(house.deps.settings.data_dir),
        "ZEGEL_BASE_URL": house.deps.settings.base_url,
        "ZEGEL_SECRET_KEY": "5" * 64,
        "DATABASE_URL": house.deps.database.url.replace("+psycopg", ""),
        "S3_ENDPOINT_URL": "http://127.0.0.1:1",
        "S3_BUCKET": "none",
        "S3_ACCESS_KEY_ID": "none",
        "S3_SECRET_ACCESS_KEY": "none",
        **more,
    }
    return CliRunner().invoke(main, [str(each) for each in arguments], env=environment)
