"""The rules: who may do what to which run, and what becomes of it.

One ``RunManager`` stands behind every face. Requests write what is wanted; the
reconciler makes it so, one step at a time. The room knows nothing of HTTP, XML
or JSON, and starts engines only through a runner.
"""
