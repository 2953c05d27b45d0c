/** The longer texts of the page; part of `texts.ts`. */

export const privacy = {
  open: "What does this server see?",
  title: "What does this server see?",
  seesTitle: "It sees",
  sees: [
    "the network addresses of both devices, and when they meet",
    "the number at the start of a code, never its words",
    "a public key of each browser, made here on first use",
    "how many bytes pass, if they have to be relayed",
  ],
  neverTitle: "It never sees",
  never: ["your files, their names or texts", "the words of a code, not even those in a link", "the name you give yourself"],
  otherTitle: "The other person sees",
  other: "your two-word name, the name you chose, and your network address. Without the code nobody learns that you are here.",
  trustTitle: "What you have to trust",
  trust: "This page itself comes from the server, so use one that you trust, or run your own. Nothing on it comes from third parties, and it counts nobody.",
};

/** Why the page cannot work here, and how to mend it. */
export const obstacles = {
  insecure: {
    title: "This page needs a secure address",
    what: "It was opened over plain http. Browsers then switch off the encryption that keeps your files private.",
    mend: [
      "Open it with https:// at the start of the address.",
      "On the machine that runs the server, http://localhost works too.",
    ],
    operator: "If you run this server: start it with --tls-cert and --tls-key, or use the Compose file with Caddy, which gets a certificate by itself.",
  },
  webrtc: {
    title: "This browser cannot connect to others",
    what: "WebRTC, the part that links two browsers, is missing or switched off.",
    mend: ["Use a current Chrome, Edge, Firefox or Safari.", "If an extension or a policy blocks WebRTC, allow it for this page."],
    operator: "",
  },
  ed25519: {
    title: "This browser is too old for its key",
    what: "It lacks Ed25519 signatures, with which devices prove who they are.",
    mend: ["Update it: Chrome or Edge 137, Firefox 130, Safari 17, or later."],
    operator: "",
  },
  start: {
    title: "Byway could not start",
    what: "",
    mend: ["Reload the page.", "If this is a private window, try a normal one: some browsers forbid storage there."],
    operator: "",
  },
} as const;

/** What a person may want of an offer. Rates are in bytes a second. */
export const wishes = {
  title: "Options",
  keep: "Go on later if this page is closed",
  keepHint: "What arrives is kept in this browser until all of it is here, and then stored where you chose.",
  kept: (size: string) => `${size} of this are kept here from before. They are checked, and only the rest is fetched. Without this tick they are removed.`,
  limit: "At most",
  sendLimit: "All together at most",
  limits: [
    [0, "as fast as it goes"],
    [250_000, "250 kB/s"],
    [1_000_000, "1 MB/s"],
    [5_000_000, "5 MB/s"],
    [20_000_000, "20 MB/s"],
  ] satisfies readonly (readonly [number, string])[],
};
