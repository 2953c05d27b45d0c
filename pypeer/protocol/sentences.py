"""What codes of relays say to a person: for pypeer, and, by the schema, for the page."""

from typing import Final

TURN_MEANINGS: Final = {
    300: "the relay wants another server to be used",
    400: "the relay does not understand the request",
    401: "the relay does not accept the credentials: they are wrong, or their time is over",
    403: "the relay does not carry to this address",
    420: "the relay lacks something that the request needs",
    437: "the relay does not know the allocation: it started anew, or our address changed",
    438: "the relay asks for a new nonce each time",
    440: "the relay has no address of this version of IP",
    441: "the allocation belongs to other credentials",
    442: "the relay carries no UDP",
    443: "the relay has no address of the version of IP of this peer",
    486: "these credentials have as many allocations as they may",
    500: "the relay has an error of its own",
    508: "the relay has no room for more",
}
"""RFC 8489, section 14.8; RFC 8656, section 19."""

RELAY_CLOSES: Final = {
    4001: "the server restarts",
    4012: "the other side, or this one, took nothing for too long",
    4040: "the other side did not come to it in time",
    4041: "the other side has left it",
    4042: "it carries as much as it may",
    4050: "the server failed",
    4500: "the server did not understand what came first",
    4502: "a newer link took its place",
    4503: "the ticket came too late",
    4510: "the ticket is not good, or its time is over",
}
"""Close codes of the relay inside a WebSocket (signaling.protocol.codes)."""
