"""``python -m signatures verify FILE…``"""

import sys

from signatures.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
