"""`python -m archspec`."""

import sys

from archspec.commands import main

sys.exit(main())
