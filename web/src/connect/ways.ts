/** How a path is called, in the words of the ladder. Pure; twin of pypeer/connect/ways.py, held to the same vectors. */

/** What decides it. */
export interface Facts {
  readonly scope: "machine" | "network" | "internet" | "relay";
  /** Whether this side asked for the meeting (role A). */
  readonly asked: boolean;
  /** Whether there is a NAT in front of this end. */
  readonly mapped: boolean;
  /** Whether the other end is at an address of its own: a host candidate. */
  readonly bare: boolean;
  /** Whether one end is at a port that was guessed. */
  readonly predicted: boolean;
  /** How this side reaches its relay (`udp`, `tcp`, `tls`), if the scope is `relay`; empty if only the other side has one. */
  readonly relay: string;
}

/** The way. Whoever has no NAT in front was dialled: if that is who asked, it was dialled back. */
export function wayOf({ scope, asked, mapped, bare, predicted, relay }: Facts): string {
  if (scope === "relay") return `turn-${relay || "udp"}`;
  if (scope !== "internet") return "direct";
  if (predicted) return "predicted";
  if (mapped && !bare) return "punched";
  const areBothOpen = bare && !mapped;
  return areBothOpen || bare === asked ? "direct" : "reversed";
}
