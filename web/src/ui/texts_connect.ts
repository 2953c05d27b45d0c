/** Texts about how two peers are connected, or why they are not; part of `texts.ts`. */

import type { PathInfo } from "../app/model.ts";
import type { CandidateKind, CheckState, Mapping, Phases, Reason } from "../gen/peer.ts";

type Scope = PathInfo["scope"];

export const path = {
  label: "How you are connected",
  name: { machine: "On this machine", network: "Same network", internet: "Direct, through NATs", relay: "Through a relay" } satisfies Record<Scope, string>,
  words: {
    machine: "Both ends are on this machine. Nothing leaves it.",
    network: "Straight across your own network. Nothing goes over the Internet.",
    internet: "From device to device over the Internet, through the routers (NATs) between you.",
    relay: "No direct way was open, so a relay passes the sealed data on. It cannot read it.",
  } satisfies Record<Scope, string>,
  failed: "No way to the other side opened.",
  again: "The first try found no way. Trying again…",
  why: "Why it is not more direct",
  whyFailed: "What stood in the way",
  change: "What would help",
  servers: "Servers that could not help",
  trouble: (url: string, code: number) => `The relay ${url} cannot be used (code ${code}).`,
  details: "Details",
  copy: "Copy report",
  way: "Way",
  here: "This end",
  there: "Other end",
  rtt: "Round trip",
  netHere: "Network here",
  netThere: "Network there",
  took: "Time to connect",
  checks: "Addresses that were tried",
  result: "Result",
  noChecks: "No pair of addresses could be tried.",
  hidden: "hidden",
  more: (rest: number) => `and ${rest} more, in the report`,
  milliseconds: (seconds: number) => `${seconds < 0.01 ? (seconds * 1000).toFixed(1) : Math.round(seconds * 1000)} ms`,
  phase: (name: string, seconds: number) => `${name} ${seconds.toFixed(2)} s`,
  ways: {
    direct: "direct", reversed: "direct, dialled from the other side", mapped: "direct, through a mapped port", punched: "UDP hole punching",
    predicted: "UDP hole punching with port prediction", spliced: "TCP simultaneous open", proxied: "through a proxy of one side’s network", "turn-udp": "TURN relay over UDP",
    "turn-tcp": "TURN relay over TCP", "turn-tls": "TURN relay over TLS", websocket: "relay inside the server connection", failed: "none",
  } as Readonly<Record<string, string>>,
  kinds: { host: "own address", srflx: "seen from outside", prflx: "found on the way", relay: "relay", proxy: "proxy here" } satisfies Record<CandidateKind, string>,
  states: {
    succeeded: "works", "in-progress": "no answer yet", waiting: "not tried", frozen: "not tried", failed: "no answer",
  } satisfies Record<CheckState, string>,
  mappings: {
    unknown: "not measured",
    none: "no NAT",
    independent: "NAT, one port for everybody",
    sequential: "NAT, other ports for others, counting up",
    random: "NAT, other ports for others, at random",
    blocked: "UDP is blocked",
  } satisfies Record<Mapping, string>,
  phases: {
    gathered: "addresses", described: "descriptions", checked: "first answer", secured: "encryption", opened: "open",
  } satisfies Record<keyof Phases, string>,
};

/** Each reason as a sentence. */
export const reasons: Readonly<Record<Reason, string>> = {
  "different-networks": "Each of you is behind a router (NAT) of your own, so the way leads through both. It is still from device to device.",
  "relay-only": "This page was opened with “relay-only” in its address, which forbids direct ways.",
  "no-candidates-there": "The other side named no address of its own. Its browser, or an extension there, keeps them back.",
  "no-common-family": "One of you has only IPv4, the other only IPv6.",
  "udp-blocked-here": "The network here lets no UDP out, which direct connections need.",
  "udp-blocked-there": "The network of the other side lets no UDP out, which direct connections need.",
  "varies-here": "The router (NAT) here uses another port for each destination, so the other side cannot tell where to send.",
  "varies-there": "The router (NAT) of the other side uses another port for each destination, so this one cannot tell where to send.",
  "no-hairpin": "You are both behind the same router, and it does not lead its own devices to each other.",
  filtered: "Both sides sent to each other, and nothing came through: a firewall drops it.",
  "no-relay": "This server has no relay that could help out.",
  "proxy-refuses": "The proxy of the network here lets no connection to the other side out.",
};

/** What to change about each reason; nothing where nothing needs to be. */
export const remedies: Readonly<Partial<Record<Reason, string>>> = {
  "relay-only": "Take “?relay-only” out of the address of this page.",
  "no-candidates-there": "Ask the other person to allow WebRTC for this page, or to use another browser.",
  "no-common-family": "Use a network that has both, or ask for a relay (TURN) on the server.",
  "udp-blocked-here": "Try another network, such as a phone’s hotspot, or ask whoever runs this one to allow outgoing UDP.",
  "udp-blocked-there": "Ask the other person to try another network, such as a phone’s hotspot.",
  "varies-here": "Try another network: company networks and some hotspots do this, home routers rarely.",
  "varies-there": "Ask the other person to try another network: home routers rarely do this.",
  "no-hairpin": "Join the same Wi-Fi or cable network, and not its guest network.",
  filtered: "Allow this browser in the firewall of both devices, or try another network on one side.",
  "no-relay": "Ask whoever runs this server to add a relay (TURN).",
};
