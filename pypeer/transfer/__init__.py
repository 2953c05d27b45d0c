"""Transfer: the receiver pulls chunks of an offered tree over whatever link there is.

Pure cores (`sender`, `receiver` and what they use) decide; `sources` and `store` touch the disk in threads; `session`
runs a core over a link.
"""
