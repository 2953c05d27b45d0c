/** Words about several senders of the same. */

import type { TransferPhase } from "../app/model.ts";

export const senders = {
  title: "Senders",
  add: "Add another code of the same files",
  why: "If somebody else offers the same files, they can come from both at once, and go on if one of them leaves.",
  label: "Another code",
  hint: "From somebody who offers the same.",
  action: "Add this sender",
  used: "The sender is looked for. You can add more.",
  phase: {
    meeting: "Making sure who is there…",
    asking: "Ready to send",
    connecting: "Looking for the best way between you…",
    moving: "Sends to you",
    paused: "Sends to you",
    reconnecting: "The connection broke. Finding another way…",
    done: "Has helped",
  } satisfies Record<Exclude<TransferPhase, "failed">, string>,
  left: (why: string) => `Left out. ${why}`,
};
