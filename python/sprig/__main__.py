"""python -m sprig convert IN OUT"""

import sys

from sprig.convert.command import main

if __name__ == "__main__":
    sys.exit(main())
