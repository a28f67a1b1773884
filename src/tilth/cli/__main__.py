"""`python -m tilth.cli`, where the `tilth` script is not on the path."""

import sys

from tilth.cli.main import main

sys.exit(main())
