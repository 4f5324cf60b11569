"""``python -m taverna_server.cli``: how ``serve`` starts its reconciler."""

import sys

from taverna_server.cli import main

sys.exit(main())
