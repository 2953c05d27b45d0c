/** Texts of the page that checks the own connection; part of `texts.ts`. */

import type { Answer, Findings } from "../check/findings.ts";
import type { Advice, Partner, Prospect, Rung, RungState } from "../check/prospects.ts";
import type { Mapping } from "../gen/peer.ts";

export const check = {
  open: "Check my connection",
  title: "Check my connection",
  running: "Looking at your network…",
  runningLead: "This takes a few seconds, up to twelve where a firewall swallows packets. Nobody is connected to.",
  failed: "The check did not work",
  again: "Check again",
  copy: "Copy what was found",
  home: "Send something",
  foundTitle: "What was found",
  partnersTitle: "With whom a direct connection works",
  rungsTitle: "Ways that this page can use",
  rungsNote: "The command line, pypeer, has more: it can ask the router for a port, guess the next one, and use TCP.",
  adviceTitle: "What to change",
  verdicts: {
    none: ["You are straight on the Internet", "Nothing translates your address. Nearly everybody can connect to you directly."],
    independent: ["Direct connections work here", "Your router translates addresses in the friendly way: it keeps one port for everybody, so others can reach you once you reach out."],
    sequential: ["Direct connections are hard here", "Your router uses another port for each destination. Some people can connect to you directly, others only over a relay."],
    random: ["Direct connections are hard here", "Your router uses another port for each destination. Some people can connect to you directly, others only over a relay."],
    blocked: ["A firewall stands in the way", "No UDP gets out of your network, so there is no direct way to anybody outside of it."],
    unknown: ["Not everything can be measured here", "Within your own network direct connections work. What your router does to the outside could not be found out."],
  } satisfies Record<Mapping, readonly [string, string]>,
  noAddresses: ["This browser keeps to itself", "It names no network address to this page, so it cannot connect to anybody directly."] as const,
  rows: {
    server: "Server (WebSocket)",
    udp: "UDP to the outside",
    nat: "Router (NAT)",
    outside: "Seen from outside as",
    ipv4: "Internet over IPv4",
    ipv6: "Internet over IPv6",
    local: "Local addresses",
    relay: "Relay",
  },
  online: { yes: "connected", no: "not connected" },
  udp: { yes: "gets through", no: "blocked", unknown: "not measured" } satisfies Record<Answer, string>,
  family: { yes: "yes", no: "no", unknown: "not known" } satisfies Record<Answer, string>,
  nat: {
    none: "none: others see the address that this device has",
    independent: "keeps one port for everybody",
    sequential: "another port for each destination, counting up",
    random: "another port for each destination, at random",
    blocked: "not known, since UDP is blocked",
    unknown: "not known",
  } satisfies Record<Mapping, string>,
  local: { none: "none are named", hidden: "hidden from the page by this browser; only your own network can resolve them", seen: "named to people you connect to" },
  relay: {
    none: "this server has none",
    works: (ways: readonly string[]) => `can be reached over ${ways.map((way) => way.toUpperCase()).join(", ")}`,
    failed: "this server names one, but it cannot be reached from here",
  },
  partners: {
    "same-network": "Someone in your own network",
    public: "Someone straight on the Internet, with no firewall",
    home: "Someone behind a usual home router",
    varying: "Someone behind a router that changes ports (some companies and mobile networks)",
    blocked: "Someone whose network blocks UDP",
  } satisfies Record<Partner, string>,
  prospects: {
    direct: "directly", maybe: "often directly", relay: "over the relay", none: "not without a relay", unknown: "cannot be said",
  } satisfies Record<Prospect, string>,
  rungs: {
    "same-network": "Across the same network", ipv6: "Straight over IPv6", punched: "Through NATs by UDP hole punching",
    "turn-udp": "Relay over UDP", "turn-tcp": "Relay over TCP", "turn-tls": "Relay over TLS, like a web page",
  } satisfies Record<Rung, string>,
  rungStates: { yes: "open", some: "with some people", no: "closed", unknown: "not known", off: "not set up here" } satisfies Record<RungState, string>,
  advice: {
    "server-away": "The server cannot be reached at the moment. If that lasts, a proxy or firewall may cut WebSockets: try another network.",
    "webrtc-blocked": "Allow WebRTC for this page: a privacy extension or a policy of this browser holds it back.",
    "udp-blocked": "Try another network, such as a phone’s hotspot, or ask whoever runs this one to allow outgoing UDP.",
    varies: "For direct connections use another network; a home router hardly ever does this. If the router is yours, look for “symmetric NAT” or “strict NAT” in its settings and switch it off.",
    "relay-failed": "Tell whoever runs this server that its relay (TURN) does not answer. Perhaps a firewall here blocks it too.",
    "no-relay": "Ask whoever runs this server to add a relay (TURN). Until then some people cannot be reached from here.",
    "not-measured": "",
    nothing: "Nothing. This is as good as it gets.",
  } satisfies Record<Advice, string>,
  /** Why the NAT was not measured. */
  notMeasured: ({ servers }: Pick<Findings, "servers">): string =>
    servers === 0
      ? "The server named no STUN server to ask: it does not to pages on its own machine, and an operator can switch that off. Open the page from another device, or ask the operator for STUN servers."
      : "The server named only one STUN server, and two are needed to tell what a router does. Whoever runs it can add a second.",
  drawing: {
    title: "Your way to others",
    device: "This device",
    nat: "Router",
    internet: "Internet",
    other: "Someone",
    server: "Server",
    relay: "Relay",
  },
};
