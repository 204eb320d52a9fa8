"""``python -m service`` is ``zegel``."""

from service.cli import main

main()
