"""Ports that home routers are asked for, and get back: PCP, NAT-PMP and UPnP IGD."""
