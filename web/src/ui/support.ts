/** Finds out whether this browser, at this address, can run the page at all. */

import { obstacles } from "./texts.ts";

export type Obstacle = Exclude<keyof typeof obstacles, "start">;

/** What is looked at; the window, or a stand-in for it. */
export interface Surroundings {
  readonly isSecureContext: boolean;
  readonly RTCPeerConnection?: unknown;
  readonly crypto?: { readonly subtle?: Pick<SubtleCrypto, "generateKey"> };
}

/** The first obstacle, or null. Without a secure context nothing else is worth looking at. */
export async function findObstacle(surroundings: Surroundings): Promise<Obstacle | null> {
  if (!surroundings.isSecureContext) return "insecure";
  if (typeof surroundings.RTCPeerConnection !== "function") return "webrtc";
  return (await hasEd25519(surroundings)) ? null : "ed25519";
}

async function hasEd25519({ crypto }: Surroundings): Promise<boolean> {
  try {
    return (await crypto?.subtle?.generateKey({ name: "Ed25519" }, false, ["sign", "verify"])) !== undefined;
  } catch {
    return false;
  }
}
