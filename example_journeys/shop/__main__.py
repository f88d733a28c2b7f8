"""`python -m shop`: say where the shop is; open it if it is closed. Remove `.shop/` to close it."""

import argparse
from pathlib import Path

from .door import IDLE_SECONDS, find_or_open


def main() -> None:
    """Print the address, alone on its line."""
    parser = argparse.ArgumentParser(
        prog="python -m shop", description="Find or open the example shop; print its address."
    )
    parser.add_argument(
        "--folder", type=Path, default=Path(__file__).parent.parent / ".shop", help="where its address is kept"
    )
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS, metavar="SECONDS", help="when to close by itself")
    arguments = parser.parse_args()
    print(find_or_open(arguments.folder, idle_seconds=arguments.idle).url)


if __name__ == "__main__":
    main()
