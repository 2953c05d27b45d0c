"""A laboratory of NATs and firewalls, made of network namespaces: `python -m tests.nat --help`.

Everything happens inside one set of namespaces of its own (enter.py): names are private, several laboratories may run
at once, and the kernel takes all of it away when the first process ends, however it ends.

| module | what it is |
| --- | --- |
| sites, plan, rules, expect, pairs | pure: kinds of sites, addresses, nftables rules, what should connect |
| netns, places, building, lab | namespaces, the core of the network, sites, and what happens to them |
| shaper, cable, cables | delay, jitter, loss, reordering and rate |
| server, front | the signaling server, and TLS before it |
| proxy, gateway, gateway_wire | an HTTP proxy, and a router's NAT-PMP, PCP and UPnP |
| capture | all packets of an interface |
| probe, probing | what a site does, by RFC 4787 and RFC 5780, without any code of the product |
| peer, plain, page | one program at each client: pypeer, bare aiortc, Chromium; driven by driver, plain_pairs |
| fleet | the programs at all clients |
| matrix, report | all pairs, and the table |
| large | one transfer in which something happens |
| names | what a page's system asks for the addresses of names |
"""
