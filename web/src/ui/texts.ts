/** Every word of the page, in one place, for whoever translates it. Functions where a number or a name goes in. */

import type { Receiver, ShareSummary, TransferPhase } from "../app/model.ts";
import { bytes, count, duration } from "./format.ts";

type Closed = "used" | "expired" | "burned" | "stopped";

export const app = {
  name: "Byway",
  title: (view: string) => `${view} · Byway`,
  titleBusy: (percent: number) => `${percent} % · Byway`,
  skip: "Skip to content",
  home: "Byway, start page",
  version: (version: string) => `Byway ${version}`,
};

export const server = {
  connecting: "Connecting…",
  online: "Online",
  away: (seconds: number) => (seconds > 0 ? `Reconnecting in ${seconds} s` : "Reconnecting…"),
  refused: "Not connected",
  refusedTitle: "This page cannot work with its server",
  reload: "Reload the page",
};

export const home = {
  title: "Send files straight to someone",
  lead: "From your device to theirs, sealed on the way. No account, no upload, no size limit.",
  drop: "Drop files or a folder here",
  choose: "Choose what to send",
  files: "Choose files",
  folder: "Choose a folder",
  text: "Write a text",
  paste: "You can also paste files or text.",
  dropping: "Drop to send",
  reading: (found: number) => `Reading the folder: ${count(found, "file")} so far`,
  unreadable: (number: number) => `${count(number, "item")} could not be read and ${number === 1 ? "is" : "are"} left out.`,
  nothing: "There was nothing in it that can be sent.",
  receive: "Got a code?",
  receiveHint: "A number and two words, as in 7-guitar-sunset.",
  points: [
    ["network", "Direct where it can be", "A relay helps only when no direct way is open, and it cannot read what it passes on."],
    ["lock", "Sealed by the code", "The words of the code never reach the server. Only who has them can open what you send."],
    ["shield", "Checked to the last byte", "Every piece is verified on arrival. A broken connection goes on where it stopped."],
  ] as const,
};

export const code = {
  label: "Code",
  see: "See what is offered",
  complete: "Complete the word",
  empty: "Type the code that you were given.",
  number: "A code begins with a number, for example 7-guitar-sunset.",
  unknown: (word: string, near: string | null) =>
    near === null ? `“${word}” is not a word of a code.` : `“${word}” is not a word of a code. Did you mean “${near}”?`,
  short: "A code has a number and at least two words.",
  ready: "This looks complete.",
  correct: "Compare it with what you were given, and correct it.",
};

export const draft = {
  title: "What you are about to share",
  textTitle: "Share a text",
  textLabel: "Text",
  textHint: "Shown to the receiver with a button to copy it.",
  tooLong: (limit: number) => `This text is too long (at most ${bytes(limit)}). Save it as a file and send that.`,
  more: "Add files",
  moreFolder: "Add a folder",
  remove: (name: string) => `Remove ${name}`,
  removed: (name: string) => `${name} removed.`,
  inFolder: (files: number, size: number) => (files === 0 ? "empty folder" : `folder, ${count(files, "file")}, ${bytes(size)}`),
  options: "Options",
  once: "Only one receiver",
  onceHint: "The code ends after one complete transfer.",
  expires: "Code ends after",
  lives: [[600, "10 minutes"], [3600, "1 hour"], [86400, "1 day"], [604800, "1 week"]] as const,
  go: "Get a code",
  cancel: "Cancel",
};

export const share = {
  opening: "Getting a code…",
  title: "Pass on this code",
  lead: "Say it, send the link, or let a phone scan the picture.",
  codeLabel: "The code",
  copyCode: "Copy code",
  copyLink: "Copy link",
  send: "Send link…",
  copied: "Copied",
  copyFailed: "Copying is blocked. Select the link and copy it.",
  link: "Link",
  qr: "QR code of the link",
  ends: (seconds: number) => (seconds > 0 ? `The code ends in ${duration(seconds)}.` : "The code is ending."),
  once: "It works for one receiver.",
  keepOpen: "Keep this page open: the files come from here.",
  keepOpenText: "Keep this page open: the text comes from here.",
  guesses: (wrong: number) => `Someone tried wrong words (${wrong} of 3). After the third the code ends, to be safe.`,
  stop: "Stop sharing",
  stopTitle: "Stop sharing?",
  stopText: "Transfers that are running end too.",
  again: "New code",
  other: "Share something else",
  receivers: "Receivers",
  nobody: "Nobody yet. Whoever uses the code appears here.",
  nobodyCame: "Nobody came.",
  failed: "No code this time",
  closedTitle: { used: "Delivered", expired: "The code has ended", burned: "The code was burned", stopped: "Sharing stopped" } satisfies Record<Closed, string>,
  closed: {
    used: "The code was for one receiver, and they are done.",
    expired: "Its time is over. Transfers that are running go on. For more receivers get a new code.",
    burned: "Someone tried wrong words three times, so the code ended to be safe. Check that nobody is guessing, then pass on a new one.",
    stopped: "The code no longer works.",
  } satisfies Record<Closed, string>,
};

export const invite = {
  title: "Someone wants to send you files",
  lead: "Nothing is fetched yet. Look at what is offered and by whom, then decide.",
  later: "Not now",
  broken: "This link is not complete",
};

export const fetching = {
  title: "Receiving",
  offers: (who: string, what: ShareSummary) => `${who} offers ${contents(what)}`,
  offersText: (who: string) => `${who} wants to send you a text`,
  ask: "Take it only if you expect it. Nothing is stored until you choose.",
  askText: "Show it only if you expect it.",
  listing: "Reading the list…",
  targets: { folder: "Save to a folder…", file: "Save the file…", download: "Download", archive: "Download as a zip" },
  show: "Show the text",
  decline: "Decline",
  noPlace: "No place was chosen. Nothing has been fetched.",
  nothingTicked: "Tick what you want.",
  noTarget: "This browser has no way to store this. Try a current Chrome, Edge or Firefox.",
  files: "What is offered",
  more: (rest: number) => `and ${count(rest, "more", "more")}`,
  showMore: "Show more",
  first: "First",
  firstOf: (path: string) => `Fetch ${path} first`,
  emptyFolder: "empty folder",
  doneTitle: (files: number) => {
    if (files === 1) return "The file arrived and is verified";
    return files === 2 ? "Both files arrived and are verified" : `All ${count(files, "file")} arrived and are verified`;
  },
  donePart: (arrived: number, all: number) => `${arrived.toLocaleString("en-GB")} of ${count(all, "file")} arrived`,
  doneText: "The text arrived",
  where: {
    folder: "Look in the folder that you chose. Nothing is left to do.",
    file: "It is where you chose to save it. Nothing is left to do.",
    download: "Look in your downloads. Nothing is left to do.",
    archive: "Look in your downloads: everything is in one zip archive.",
  },
  lost: (number: number) => `${count(number, "file")} could not be delivered`,
  copyText: "Copy text",
  again: "Try again",
  another: "Receive something else",
  send: "Send something",
  failed: "That did not work",
  stopped: "Stopped",
  cancelTitle: "Stop receiving?",
  cancelText: "Files that are complete stay. The one in progress is dropped.",
};

export const transfer = {
  phase: {
    meeting: "Checking the code with each other…",
    connecting: "Looking for the best way between you…",
    asking: "Looking at what you offer",
    moving: "",
    paused: "Paused",
    reconnecting: "The connection broke. Finding another way…",
    done: "Delivered and verified",
    failed: "Not delivered",
  } satisfies Record<TransferPhase, string>,
  receivingPhase: { asking: "Waiting for you", moving: "", done: "Arrived", failed: "Stopped" },
  pausedBy: { me: "Paused by you", them: "Paused by the other side" },
  someone: "Someone",
  calls: (name: string) => `goes by “${name}”`,
  progress: (who: string) => `Progress, ${who}`,
  amount: (done: number, total: number) => `${bytes(done)} of ${bytes(total)}`,
  rate: (rate: number) => `${bytes(rate)}/s`,
  left: (seconds: number) => `${duration(seconds)} left`,
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel",
  forWhom: (action: string, who: string) => `${action}, ${who}`,
  cancelTitle: (who: string) => `Stop sending to ${who}?`,
  cancelText: "They keep the files that are complete. With the code they can come back for the rest.",
  connected: (who: string, how: string) => `${who}: ${how}.`,
  came: (who: string) => `${who} is here.`,
};

export const me = {
  you: "You: ",
  title: "Who you are here",
  proven: (short: string) => `Others see you as ${short}. These two words come from a key that only this browser has.`,
  label: "Name to show beside them",
  hint: "Optional, for example “Anna’s laptop”. The other person sees it, the server does not.",
  save: "Save",
  saved: "Name saved.",
};

export const running = {
  label: "Also open",
  share: (title: string, receivers: number) => `Sharing ${title} · ${count(receivers, "receiver")}`,
  fetch: (who: string, phase: string) => (phase === "" ? `Receiving from ${who}` : `${who}: ${phase}`),
};

export const dialogue = { close: "Close", back: "Go on" };

export { library } from "./texts_library.ts";
export { looking } from "./texts_looking.ts";
export { find } from "./texts_find.ts";
export { senders } from "./texts_senders.ts";
export { check } from "./texts_check.ts";
export { path, reasons, remedies } from "./texts_connect.ts";
export { privacy, obstacles, wishes } from "./texts_long.ts";

/** `12 files, 3.4 GB`, `a text`, `2 empty folders`. */
export function contents(what: ShareSummary): string {
  if (what.text) return "a text";
  if (what.files === 0) return count(what.folders, "empty folder");
  return `${count(what.files, "file")}, ${bytes(what.bytes)}`;
}

/** Name of a receiver before it has proved who it is. */
export function who(receiver: Receiver): string {
  return receiver.state.value.person?.short ?? transfer.someone;
}
