"""The texts of the doctor: short sentences, and ASCII only, for every terminal. Pure."""

from typing import Final

from pypeer.doctor.advice import Advice, Use, Way
from pypeer.doctor.findings import AddressKind, Filtering, Mapping, Obstacle, Status
from pypeer.doctor.networks import Kind, Verdict

HEADLINES: Final[dict[Kind, tuple[str, str]]] = {
    Kind.PUBLIC: (
        "Everybody can connect to you directly.",
        "This machine is straight on the Internet: nothing translates its address, and no firewall keeps others out.",
    ),
    Kind.FIREWALL: (
        "Direct connections work with nearly everybody.",
        "This machine has an address of its own on the Internet, and a firewall that lets in only answers. So"
        " both sides have to send at the same time, which Byway does.",
    ),
    Kind.HOME: (
        "Direct connections work with nearly everybody.",
        "Your router shares one address among all its devices (NAT), in the friendly way: one port for all "
        "partners, and whoever you have sent something to gets in.",
    ),
    Kind.STRICT: (
        "Direct connections work with most people.",
        "Your router shares one address among all its devices (NAT). It uses one port for all partners, but "
        "lets in only answers. So both sides have to send at the same time, which Byway does.",
    ),
    Kind.CGNAT: (
        "Direct connections work with most people.",
        "Your provider shares one public address among many customers (carrier-grade NAT). Nobody can dial "
        "you, but both sides can send at the same time, which Byway does.",
    ),
    Kind.COUNTING: (
        "Direct connections are harder here, but mostly work.",
        "Your router (NAT) uses another port for each partner, counting up. Byway guesses the next one.",
    ),
    Kind.SYMMETRIC: (
        "Direct connections are hard here.",
        "Your router (NAT) uses a random port for each partner, so nobody can know where to reach you. Byway "
        "tries many ports, which mostly works if the other side's router is an ordinary one. Otherwise it "
        "takes a relay.",
    ),
    Kind.BLOCKED: (
        "Direct connections to other networks do not work: UDP is blocked.",
        "Direct connections use UDP. Several packets were sent to the server's UDP ports, and nothing came back.",
    ),
    Kind.UNKNOWN: (
        "What your router does could not be measured.",
        "Within your own network direct connections work. For the rest, see below.",
    ),
}

AWAY: Final = "The server cannot be reached, so not much could be found out."

KINDS: Final[dict[AddressKind, str]] = {
    AddressKind.PUBLIC: "public",
    AddressKind.PRIVATE: "private",
    AddressKind.SHARED: "shared by the provider",
    AddressKind.UNIQUE_LOCAL: "private",
    AddressKind.LOOPBACK: "this machine only",
    AddressKind.LINK_LOCAL: "this network only",
    AddressKind.OTHER: "special",
}

OBSTACLES: Final[dict[Obstacle, str]] = {
    Obstacle.NAME: "Its name is not found: check the spelling, and whether this machine has a network at all.",
    Obstacle.REFUSED: (
        "The machine is there, but nothing listens at that port: is the server running, is the port right?"
    ),
    Obstacle.SILENT: "Nothing comes back: the machine is off, or a firewall on the way swallows the packets.",
    Obstacle.UNREACHABLE: "There is no way there: check the network of this machine, and the address.",
    Obstacle.CERTIFICATE: (
        "Its certificate is not trusted: check the address and the clock; somebody may be listening in."
    ),
    Obstacle.NOT_BYWAY: "Something else answers there, or a proxy in between does: check the address.",
    Obstacle.OTHER: "The port is open, but the connection breaks: a proxy or firewall may cut WebSockets.",
    Obstacle.NONE: "",
}

STATUSES: Final[dict[Status, str]] = {
    Status.BLOCKED: "blocked: nothing came back",
    Status.ABSENT: "not available on this machine",
    Status.UNTESTED: "not measured: there was nobody to ask over it",
    Status.WORKS: "works",
}

MAPPINGS: Final[dict[Mapping, str]] = {
    Mapping.NONE: "none",
    Mapping.ENDPOINT_INDEPENDENT: "the same for all partners (endpoint-independent mapping)",
    Mapping.ADDRESS_DEPENDENT: "another for each partner's address (address-dependent mapping)",
    Mapping.ADDRESS_AND_PORT_DEPENDENT: (
        "another for each partner (address-and-port-dependent mapping, 'symmetric NAT')"
    ),
    Mapping.UNKNOWN: "not known: only one server to ask",
}

FILTERINGS: Final[dict[Filtering, str]] = {
    Filtering.ENDPOINT_INDEPENDENT: "everybody (endpoint-independent filtering)",
    Filtering.ADDRESS_DEPENDENT: "hosts that you sent to (address-dependent filtering)",
    Filtering.ADDRESS_AND_PORT_DEPENDENT: "answers only (address-and-port-dependent filtering)",
    Filtering.UNKNOWN: "not known: the server cannot answer from a second address or port (RFC 5780)",
}

WAYS: Final[dict[Way, tuple[str, str]]] = {
    Way.DIRECT: ("Direct", "one side dials the other"),
    Way.REVERSED: ("Reversed", "who was asked dials who asked"),
    Way.PUNCHED: ("Hole punching", "both sides send at the same time (UDP)"),
    Way.PREDICTED: ("Port guessing", "hole punching at a port that is not known"),
    Way.SPLICED: ("TCP splice", "both sides dial at the same time (two pypeers)"),
    Way.TURN_UDP: ("Relay, UDP", "a TURN server passes everything on"),
    Way.TURN_TCP: ("Relay, TCP", "likewise, past firewalls without UDP"),
    Way.TURN_TLS: ("Relay, TLS", "likewise, and it looks like a web page"),
    Way.WEBSOCKET: ("Relay, HTTP", "inside the connection to the server"),
}

USES: Final[dict[Use, str]] = {
    Use.YES: "works",
    Use.SOME: "works with some",
    Use.NO: "does not work from here",
    Use.UNKNOWN: "not known",
    Use.OFF: "the server has none",
}

REASONS: Final[dict[tuple[Way, Use], str]] = {
    (Way.DIRECT, Use.YES): "works, you can be dialled",
    (Way.DIRECT, Use.SOME): "within your network, and where the other side can be dialled",
    (Way.DIRECT, Use.NO): "within your network only",
    (Way.REVERSED, Use.YES): "works, you can be dialled",
    (Way.REVERSED, Use.SOME): "where the other side can be dialled",
    (Way.PUNCHED, Use.YES): "works, since your port is the same for all partners",
    (Way.PUNCHED, Use.SOME): "with routers that are not strict, since your port is another for each partner",
    (Way.PREDICTED, Use.YES): "mostly works, if the other side's port varies",
    (Way.PREDICTED, Use.SOME): "mostly works, if the other side's port does not vary",
    (Way.SPLICED, Use.YES): "works, since your TCP port is the same for all partners",
    (Way.SPLICED, Use.SOME): "by guessing your next TCP port, since the router counts",
    (Way.SPLICED, Use.NO): "your TCP port is another one, at random, for each partner",
}
"""Where there is more to say than USES has."""

PARTNERS: Final[dict[Kind, str]] = {
    Kind.PUBLIC: "a public server, no NAT, no firewall",
    Kind.HOME: "a home router",
    Kind.STRICT: "a strict home router",
    Kind.CGNAT: "a provider's shared address (CGNAT)",
    Kind.SYMMETRIC: "an office, random ports (symmetric NAT)",
    Kind.BLOCKED: "a network that blocks UDP",
}

VERDICTS: Final[dict[Verdict, str]] = {
    Verdict.DIRECT: "directly",
    Verdict.PUNCHED: "directly",
    Verdict.PREDICTED: "mostly directly",
    Verdict.RELAYED: "by the relay",
    Verdict.NONE: "needs a relay",
    Verdict.UNKNOWN: "not known",
}

ADVICE: Final[dict[Advice, str]] = {
    Advice.SERVER_AWAY: "Get the connection to the server working first, or name another one with --server.",
    Advice.NO_STUN: (
        "The server named nobody to ask for your public address. It does not if you use it as localhost: use "
        "the address that others use. Or name a STUN server: --stun HOST."
    ),
    Advice.INSIDE: (
        "The server is in your own network, and sees only that. To learn how you look from the Internet, name"
        " a server there: --stun HOST or --server URL."
    ),
    Advice.UDP_BLOCKED: (
        "Allow outgoing UDP in the firewall of this machine or network, or use another network, such as a "
        "phone's hotspot. It may also be the server whose UDP ports are closed; to tell, ask another: --stun "
        "HOST."
    ),
    Advice.PROXY: (
        "A proxy is set here. It carries the connection to the server, and leads to partners who can be "
        "dialled, if it lets connections to their ports out; for all others there is only the relay of the server."
    ),
    Advice.VARIES: (
        "If the router is yours, look in its settings for the type of NAT. 'Symmetric' or 'strict' should "
        "become 'full cone', 'open' or 'endpoint-independent'; or switch on UPnP. Or use another network, "
        "such as a phone's hotspot."
    ),
    Advice.TCP_VARIES: (
        "Your router (NAT) gives TCP another port for each partner, where RFC 5382 (REQ-1) asks for one for "
        "all. Direct connections use UDP instead. If the router is yours, switch on UPnP, or look for a "
        "friendlier type of NAT."
    ),
    Advice.TCP_REMAINS: (
        "Between two pypeers a direct connection by TCP is possible: your TCP port is the same for all partners "
        "(RFC 5382, REQ-1). Browsers cannot do that."
    ),
    Advice.CGNAT: (
        "To be reachable, ask your provider for a public IPv4 address, or use IPv6. Port forwarding in your "
        "own router cannot help."
    ),
    Advice.FIREWALL: (
        "Nothing has to change. If this machine is to be dialled by everybody, let UDP in through its firewall."
    ),
    Advice.IPV6_OFF: (
        "Switch on IPv6 in the router, if your provider has it. It has no NAT: with partners who have it too,"
        " connections become direct."
    ),
    Advice.IPV6_BLOCKED: ("This machine has IPv6, but UDP does not get through over it: check the firewall for IPv6."),
    Advice.RELAY_NONE: (
        "For whoever runs the server: add a relay (TURN). Without one, some people cannot be reached from here."
    ),
    Advice.RELAY_FAILED: "For whoever runs the server: its relay (TURN) does not answer from here.",
    Advice.STUN_CLOSED: (
        "For whoever runs the server: some of its UDP ports do not answer. Open all of them in its firewall."
    ),
    Advice.NOT_SURE: (
        "Not everything could be told apart: that takes a server with two addresses (--stun-address, twice). "
        "What is marked as likely may be otherwise."
    ),
    Advice.NOTHING: "Nothing. This is as good as it gets.",
}
