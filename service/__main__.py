"""The command ``zegel``, also as ``python -m service``."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line. While its code is being loaded, Ctrl-C ends the process silently."""
    taught = signal.getsignal(signal.SIGINT)
    if taught is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Loaded here, so that the lines above come first.
    from service.cli.main import main as command_line  # noqa: PLC0415

    signal.signal(signal.SIGINT, taught)
    command_line()


if __name__ == "__main__":
    main()
