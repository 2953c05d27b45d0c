/** States of the page to look at, each under a name. */

import type { ContactInfo, HandedShare, OfferedEntry, OfferInfo, PathInfo, Person, ShareState, TransferPhase, TransferState } from "../src/app/model.ts";
import { relayedReport } from "../src/connect/report.ts";
import type { FoundFile, LibraryInfo } from "../src/directory/answers.ts";
import type { Standing } from "../src/contacts/contact.ts";
import { answered, type Scene } from "./fake_engine.ts";
import { noPath, places, reportFor, troubles } from "./reports.ts";

const otter: Person = { id: "b".repeat(32), short: "Tawny Otter", name: "Anna’s laptop" };
const heron: Person = { id: "c".repeat(32), short: "Quiet Heron", name: "" };
const maple: Person = { id: "d".repeat(32), short: "Maple Harbour", name: "" };
const ember: Person = { id: "e".repeat(32), short: "Ember Lagoon", name: "An astonishingly long name that somebody chose for a phone" };

const paths: Readonly<Record<PathInfo["scope"], PathInfo>> = {
  machine: { scope: "machine", way: "direct", local: "127.0.0.1:51820", remote: "127.0.0.1:51821" },
  network: { scope: "network", way: "direct", local: "192.0.2.10:51820", remote: "192.0.2.44:40110" },
  internet: { scope: "internet", way: "punched", local: "198.51.100.7:51820", remote: "203.0.113.9:61001" },
  relay: { scope: "relay", way: "turn-tls", local: "198.51.100.7:443", remote: "203.0.113.9:443" },
};

const inServer: PathInfo = { scope: "relay", way: "websocket", local: "", remote: "" };

const TOTAL = 3_412_000_000;

/** A transfer in some phase; `part` of it is done. */
function transfer(phase: TransferPhase, part: number, more: Partial<TransferState> = {}): TransferState {
  const progress = { bytes: Math.round(TOTAL * part), total: TOTAL, files: Math.round(12 * part), rate: 24_600_000, left: 83 };
  const path = more.path === undefined && phase !== "asking" ? paths.network : (more.path ?? null);
  const report = path === null ? null : reportFor(path);
  return { phase, person: otter, path, report, progress, pausedBy: null, problem: null, lost: [], ...more };
}

const seeking = { person: null, path: null };
const gone = { code: "cancelled", message: "The other person stopped it.", retry: false };
const noWay = { code: "no-path", message: "No way to the other side opened.", retry: true };
const lost = [
  { path: "Holiday/beach.mov", message: "It changed while it was being sent. Send it again to get the new content." },
  { path: "Holiday/notes/draft.txt", message: "It was removed on the other side." },
];

const sizes: Readonly<Record<string, number>> = {
  "Holiday/beach.mov": 2_410_000_000,
  "Holiday/harbour at night.jpg": 6_840_000,
  "Holiday/lighthouse.jpg": 5_130_000,
  "Holiday/ferry.mov": 958_000_000,
  "Holiday/map.pdf": 1_220_000,
  "Holiday/notes/draft.txt": 2_310,
  "Holiday/notes/addresses.csv": 11_690,
  "Holiday/panorama/1.jpg": 7_110_000,
  "Holiday/panorama/2.jpg": 7_020_000,
  "Holiday/panorama/3.jpg": 6_966_000,
  "Holiday/panorama/4.jpg": 6_940_000,
  "Holiday/tickets.pdf": 2_760_000,
};
const files = Object.entries(sizes).map(([path, size], index): OfferedEntry => ({ index, path, size, folder: false }));
const empty: OfferedEntry = { index: 12, path: "Holiday/for later", size: 0, folder: true };
const many = Array.from({ length: 5000 }, (_, index): OfferedEntry => ({ index, path: `Archive/scan-${String(index).padStart(5, "0")}.tiff`, size: 681_000 + index, folder: false }));

const offer: OfferInfo = { files: 12, folders: 1, bytes: TOTAL, title: "Holiday", text: false, from: otter, entries: [...files, empty], content: null, kept: 0 };
const offerMany: OfferInfo = { ...offer, files: 5000, folders: 0, title: "Archive", entries: many };
const offerText: OfferInfo = { ...offer, files: 1, folders: 0, bytes: 92, title: "Text", text: true, entries: [], content: "Door code 4471.\nThe key is with the neighbour on the left, third floor.\n\nSee you on Sunday!" };

const open: ShareState = { kind: "open", code: "7-guitar-sunset", link: "https://byway.example/#7-guitar-sunset", until: Date.now() + 3_540_000, guesses: 0 };

const base: Scene = { server: { kind: "online" }, share: open, receivers: [], fetch: transfer("asking", 0), offer, targets: ["folder", "download"], check: { kind: "running" } };

const share = (more: Partial<Scene> = {}): Scene => ({ ...base, ...more });
const closed = (reason: "used" | "expired" | "burned" | "stopped"): Scene => share({ share: { kind: "closed", reason } });
const at = (place: string): Scene => ({ ...base, check: { kind: "done", findings: places[place] ?? assertNever(place) } });
const fetch = (state: TransferState, more: Partial<Scene> = {}): Scene => ({ ...base, fetch: state, ...more });

const shelf = (owner: Person, name: string, more: Partial<LibraryInfo> = {}): LibraryInfo => ({ library: name, owner: { ...owner, name: "" }, name, description: "", asks: false, reach: null, files: 1204, bytes: TOTAL, isWhole: true, isAway: false, ...more });
const photos = shelf(otter, "Photos", { reach: "open", description: "Everything from the trips, by year" });
const archive = shelf(heron, "Archive of the family, scanned", { reach: "varying", asks: true, isWhole: false });
const tapes = shelf(ember, "صور ومقاطع", { reach: "blocked", isAway: true });
const hit = (name: string, folder: string, size: number, kind: FoundFile["kind"], sources: readonly LibraryInfo[], count = sources.length): FoundFile => ({ root: name, handle: "abcdefgh2345abcd", name, folder, size, kind, sources, count });
const hits = [
  hit("harbour at night.jpg", "Holiday/2023", 6_840_000, "picture", [photos, archive], 5),
  hit("Harbour map.pdf", "Holiday", 1_220_000, "document", [archive]),
  hit("صورة harbour الميناء.mp4", "مقاطع", 958_000_000, "video", [tapes]),
  hit("harbour-recording-of-the-bells-with-an-astonishingly-long-name-that-does-not-break.flac", "", 88_200_000, "audio", [shelf(maple, "Sound", { reach: "steady" })]),
  hit("harbour.txt", "Holiday/notes", 2310, "text", [shelf(maple, "Sound")]),
];
const people = answered({ libraries: [photos, archive, tapes], more: true });
const inside = answered({ folders: [{ name: "2023", files: 120, bytes: TOTAL }, { name: "2024", files: 1, bytes: 5 }], files: hits.slice(0, 2), last: "", more: true });

function assertNever(place: string): never {
  throw new Error(`no place ${place}`);
}

/** What is browsed in the scenes. */
export const place = { library: photos, path: "Holiday/2023" };

/** Scenes by name; the first part of a name says which view opens. */
const acquaintance = ({ id, short }: Person, name: string, standing: Standing, more: Partial<ContactInfo> = {}): ContactInfo => ({ id, short, name, standing, alike: [], isMixed: false, ...more });
const acquaintances: readonly ContactInfo[] = [
  acquaintance(otter, "Tawny", "ask"),
  acquaintance(heron, "مريم من المكتب", "always"),
  acquaintance(ember, "Tаwny", "blocked", { alike: ["Tawny"], isMixed: true }),
  acquaintance(maple, maple.short, "met"),
];

/** Contacts for whom others here could be taken: by what they call themselves, and what they publish. */
const impostors: readonly ContactInfo[] = [acquaintance(heron, "Anna's lapt\u043ep", "ask"), acquaintance(maple, "Phot0s", "ask")];
const inTwoDays = Date.now() + 2 * 86_400_000;
const handed: HandedShare = { locator: "7", title: "Holiday", code: "7-guitar-sunset", link: "https://byway.example/#7-guitar-sunset", by: { id: "c".repeat(32), short: "Quiet Anchor", name: "My server" }, until: inTwoDays };

export const scenes: Readonly<Record<string, Scene>> = {
  home: base,
  "home-connecting": { ...base, server: { kind: "connecting" } },
  "home-away": { ...base, server: { kind: "away", retryIn: 8 } },
  "home-refused": { ...base, server: { kind: "refused", message: "The server speaks a newer version of Byway. Reload the page to get it.", reason: "other" } },
  "home-private": { ...base, server: { kind: "refused", message: "This server is private. Ask whoever runs it for its access word.", reason: "access-word" } },
  "draft-files": base,
  "draft-text": base,
  "share-opening": share({ share: { kind: "opening" } }),
  "share-nobody": share(),
  "share-many": share({
    share: { ...open, guesses: 1 },
    receivers: [
      transfer("moving", 0.42, { person: otter, path: paths.network }),
      transfer("asking", 0, { person: heron }),
      transfer("paused", 0.77, { person: ember, path: paths.relay, pausedBy: "me" }),
      transfer("done", 1, { person: maple, path: paths.machine }),
      transfer("connecting", 0, { ...seeking }),
      transfer("reconnecting", 0.2, { person: heron, path: null }),
      transfer("failed", 0.3, { person: maple, path: null, problem: gone }),
      transfer("failed", 0, { person: ember, path: null, problem: noWay, report: noPath({ here: "independent", there: "blocked" }) }),
    ],
  }),
  "share-used": { ...closed("used"), receivers: [transfer("done", 1, { lost })] },
  "share-expired": { ...closed("expired"), receivers: [transfer("moving", 0.6, { path: paths.relay })] },
  "share-burned": closed("burned"),
  "share-stopped": closed("stopped"),
  "share-failed": share({ share: { kind: "failed", problem: { code: "rate-limited", message: "The server has given out too many codes to this address. Wait a minute and try again.", retry: true } } }),
  "share-running": share({ receivers: [transfer("moving", 0.42)] }),
  invite: base,
  "invite-broken": base,
  "fetch-meeting": fetch(transfer("meeting", 0, seeking)),
  "fetch-connecting": fetch(transfer("connecting", 0, { path: null })),
  "fetch-listing": fetch(transfer("asking", 0), { offer: null }),
  "fetch-offer": fetch(transfer("asking", 0)),
  "fetch-offer-alike": fetch(transfer("asking", 0), { contacts: impostors }),
  "fetch-offer-kept": fetch(transfer("asking", 0), { offer: { ...offer, kept: 1_204_000_000 } }),
  "fetch-offer-many": fetch(transfer("asking", 0, { person: ember }), { offer: { ...offerMany, from: ember }, targets: ["download"] }),
  "fetch-offer-text": fetch(transfer("asking", 0), { offer: { ...offerText, content: null, kept: 0 } }),
  "fetch-offer-stuck": fetch(transfer("asking", 0), { targets: [] }),
  "fetch-moving": fetch(transfer("moving", 0.42, { path: paths.internet })),
  "fetch-senders": fetch(transfer("moving", 0.42, { path: paths.internet }), { senders: [
    transfer("moving", 0.42, { path: paths.internet }),
    transfer("moving", 0.42, { person: heron, path: paths.relay }),
    transfer("failed", 0, { person: ember, path: null, problem: { code: "declined", message: "It offers something else than the first sender. Nothing is taken from it.", retry: false } }),
    transfer("meeting", 0, seeking),
  ] }),
  "fetch-offer-senders": fetch(transfer("asking", 0), { senders: [transfer("asking", 0), transfer("asking", 0, { person: heron })] }),
  "fetch-relayed": fetch(transfer("moving", 0.42, { path: inServer, report: relayedReport(0, 1.214, noPath({ here: "blocked", there: "independent" }, troubles), false) })),
  "fetch-paused": fetch(transfer("paused", 0.42, { pausedBy: "them" })),
  "fetch-reconnecting": fetch(transfer("reconnecting", 0.42, { path: null })),
  "fetch-done": fetch(transfer("done", 1)),
  "fetch-lost": fetch(transfer("done", 0.8, { lost })),
  "fetch-text": fetch(transfer("done", 1), { offer: offerText }),
  "fetch-failed": fetch(transfer("failed", 0, { ...seeking, problem: { code: "wrong-words", message: "The words of the code are not right. Check them with the sender; 2 attempts are left.", retry: true } })),
  "fetch-gone": fetch(transfer("failed", 0.5, { problem: { code: "no-space", message: "The disk is full. Make room and fetch again: what has arrived is kept.", retry: false }, lost })),
  "fetch-again": fetch(transfer("connecting", 0, { path: null, report: noPath({ here: "random", there: "unknown" }) })),
  "fetch-no-path": fetch(transfer("failed", 0, { path: null, problem: noWay, report: noPath({ here: "random", there: "sequential" }) })),
  "fetch-no-relay": fetch(transfer("failed", 0, { path: null, problem: noWay, report: noPath({ here: "random", there: "sequential" }, troubles) })),
  "fetch-asking": fetch(transfer("asking", 0), { offer: null, waitsForOwner: true }),
  "fetch-one": fetch(transfer("asking", 0), { offer: { ...offer, files: 1, folders: 0, title: "map.pdf", entries: files.slice(4, 5) } }),
  "fetch-too-large": fetch(transfer("asking", 0), { isTooLargeToLook: true, offer: { ...offerMany, files: 1, title: "scans.txt", entries: files.slice(3, 4) } }),
  "fetch-looked": fetch(transfer("done", 1), { offer: { ...offer, files: 1, folders: 0, title: "draft.txt" }, looked: { kind: "text", text: "Ferry at nine.\nBring the map." } }),
  "send": base,
  "send-handed": { ...base, handed: [handed, { ...handed, locator: "8", code: "8-tiger-lamp", title: "صور ومقاطع" }] },
  "share-copying": share({ handing: { kind: "copying", progress: transfer("moving", 0.42).progress } }),
  "share-kept": share({ handing: { kind: "failed", problem: { code: "declined", message: "My server serves nothing for you. There, “pypeer inbox” has to run with “--serve-for” and your name.", retry: false } } }),
  "share-handed": share({ share: { kind: "handed", share: handed } }),
  "fetch-behalf": fetch(transfer("asking", 0, { person: { ...otter, by: heron } })),
  "receive": base,
  "transfers-past": base,
  "transfers-private": base,
  "transfers-running": { ...fetch(transfer("moving", 0.42)), share: open, receivers: [transfer("moving", 0.2)] },
  "find-people": { ...base, people },
  "find-nobody": base,
  "find-none": { ...base, isThere: false },
  "find-hits": { ...base, found: answered({ files: hits, told: 5, more: true }) },
  "find-alike": { ...base, contacts: impostors, found: answered({ files: hits, told: 5, more: false }) },
  "find-people-alike": { ...base, contacts: impostors, people },
  "find-nothing": base,
  "find-failed": { ...base, found: { stage: "failed", answer: null, isCurrent: false, problem: { code: "no-directory", message: "This server keeps no directory any more.", retry: false } } },
  "browse-folder": { ...base, contents: inside },
  "browse-gone": { ...base, contents: { stage: "failed", answer: null, isCurrent: false, problem: { code: "unknown-library", message: "This library is not there any more. Search again.", retry: false } } },
  "library-choose": base,
  "library-opening": base,
  "library-open": { ...base, library: { kind: "open", hashed: 2, told: 2, left: 1, isWhole: true } },
  "library-asked": { ...base, library: { kind: "open", hashed: 1, told: 0, left: 0, isWhole: false }, receivers: [transfer("moving", 0.42)], requests: [
    { key: "1", person: heron, title: "harbour at night.jpg", files: 1, bytes: 6_840_000, why: "" },
    { key: "2", person: ember, title: "Holiday", files: 12, bytes: TOTAL, why: "For the album of the family" },
  ] },
  "library-alike": { ...base, contacts: impostors, library: { kind: "open", hashed: 2, told: 2, left: 0, isWhole: true }, requests: [
    { key: "1", person: otter, title: "harbour at night.jpg", files: 1, bytes: 6_840_000, why: "" },
  ] },
  "library-stopped": { ...base, library: { kind: "stopped" } },
  "library-failed": { ...base, library: { kind: "failed", problem: { code: "too-many", message: "This page publishes as much as it may. Stop one first.", retry: true } } },
  "contacts-none": base,
  "contacts-list": { ...base, contacts: acquaintances },
  "contacts-called": { ...base, contacts: acquaintances, isCalled: true },
  "contacts-draft": { ...base, contacts: acquaintances },
  "contacts-calling": { ...base, contacts: acquaintances, share: { kind: "opening" } },
  "contacts-waiting": { ...base, contacts: acquaintances, share: { kind: "closed", reason: "called" }, receivers: [transfer("asking", 0)] },
  "contacts-away": { ...base, contacts: acquaintances, share: { kind: "failed", problem: { code: "not-here", message: "Tawny is not here, or has not added you yet. There, the page has to be open and reachable, or “pypeer inbox” has to run; or send with a code.", retry: true } } },
  "spaces-none": base,
  "spaces-list": { ...base, spaces: ["Family", "Ein ungewöhnlich langer Name für einen Raum, in dem alle sind", "العائلة"] },
  "spaces-invite": { ...base, spaces: ["Family"], share: open, members: [otter, heron] },
  "spaces-library": { ...base, spaces: ["Family", "العائلة"], contacts: acquaintances },
  "spaces-published": { ...base, spaces: ["Family"], library: { kind: "open", hashed: 2, told: 2, left: 0, isWhole: true } },
  "spaces-contacts": { ...base, contacts: acquaintances, people: answered({ libraries: [{ ...photos, bytes: 0, owner: { ...photos.owner, name: "Tawny" }, space: "contacts" }], more: false }) },
  "spaces-find": { ...base, spaces: ["Family", "العائلة"], people: answered({ libraries: [{ ...photos, bytes: 0, space: "Family" }], more: false }) },
  "spaces-nobody": { ...base, spaces: ["Family"] },
  "spaces-browse": { ...base, spaces: ["Family"], contents: answered({ folders: [], files: [{ ...hits[1] as FoundFile, sources: [{ ...archive, space: "Family" }] }], last: "", more: false }) },
  "spaces-link": base,
  "spaces-known": { ...base, spaces: ["Family"] },
  "spaces-invited": fetch(transfer("asking", 0), { offer: null, invites: "Family" }),
  "check-running": base,
  "check-failed": { ...base, check: { kind: "failed", message: "RTCPeerConnection is not defined" } },
  "check-home": at("home"),
  "check-public": at("public"),
  "check-varies": at("varies"),
  "check-blocked": at("blocked"),
  "check-local": at("local"),
  "check-mute": at("mute"),
  "blocked-insecure": base,
  "blocked-webrtc": base,
  "blocked-ed25519": base,
};
