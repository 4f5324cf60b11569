"""Taverna 1: reads Scufl documents (``.xml``) into the model (t2flow-format, its second part).

Theory of operation. A Scufl processor has no ports of its own: those that links
and defaults name are its ports, and how deep they are is known only where the
kind says so (``kinds/``); for a service of which nothing is known depth 0 is
assumed, as Taverna 2 did until it had asked the service. Names lose the characters
that Taverna 2 does not take. What Taverna 1 had and Taverna 2 has not (``boring``,
``log``, ``critical``, breakpoints) is left out.
"""

from taverna_server.workflow.scufl.reading import NAMESPACE, read_scufl, read_scufl_ports

__all__ = ["NAMESPACE", "read_scufl", "read_scufl_ports"]
