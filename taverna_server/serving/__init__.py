"""What all faces share: who is calling, bodies, files, links, errors, negotiation.

A face (``rest``, ``player``, ``web``, ``reana``) translates between its wire and
the manager; whatever is HTTP and the same for all of them is here. It knows no
document of any face, and no rule.
"""
