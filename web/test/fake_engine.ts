/** An engine that shows whatever state a scene asks for; for screenshots and tests of the interface. Actions are recorded. */

import type {
  Call, Check, ContactInfo, Contacts, CheckState, Directory, Invitation, Spaces, Engine, Enquired, Enquiring, Fetch, Handed, HandedShare, Handing, HandingState, HandOver, LibraryOptions, LibraryRequest, Looked, OfferInfo, Person, Publication, PublicationState, PublicItem, Receiver, SenderInfo, ServerState, Share, ShareItem, ShareOptions, ShareState, ShareSummary, Target, TransferState,
} from "../src/app/model.ts";
import { Cell } from "../src/app/cell.ts";
import { PeerError } from "../src/errors.ts";
import { CodeProblem } from "../src/secure/code.ts";
import type { FolderContents, FoundFiles, People } from "../src/directory/answers.ts";

/** What a fake engine shows. Tests change the cells to play a story. */
export interface Scene {
  readonly server: ServerState;
  readonly share: ShareState;
  readonly receivers: readonly TransferState[];
  readonly fetch: TransferState;
  readonly offer: OfferInfo | null;
  /** Who sends, beside how it stands as a whole; one by default. */
  readonly senders?: readonly TransferState[];
  /** What is looked at. */
  readonly looked?: Looked;
  readonly isTooLargeToLook?: boolean;
  /** Whether its owner has to agree first. */
  readonly waitsForOwner?: boolean;
  readonly targets: readonly Target[];
  readonly check: CheckState;
  /** Whether there is a directory, and what it answers to every question. */
  readonly isThere?: boolean | null;
  readonly found?: Enquired<FoundFiles>;
  readonly people?: Enquired<People>;
  readonly contents?: Enquired<FolderContents>;
  /** How far a library is published, and who waits for an answer. */
  readonly library?: PublicationState;
  readonly requests?: readonly Omit<LibraryRequest, "answer">[];
  /** Who was met by a code, and whether they call. */
  readonly contacts?: readonly ContactInfo[];
  readonly isCalled?: boolean;
  /** Sealed spaces, and to which a code invites. */
  readonly spaces?: readonly string[];
  /** Who has become a member by the invitation of this page. */
  readonly members?: readonly Person[];
  /** What contacts serve, and how far something is that is handed over. */
  readonly handed?: readonly HandedShare[];
  readonly handing?: HandingState;
  readonly invites?: string;
}

/** An answer that is here. */
export function answered<A>(answer: A): Enquired<A> {
  return { stage: "shown", answer, isCurrent: true, problem: null };
}

const BLANK = { stage: "blank", answer: null, isCurrent: false, problem: null } as const;

export class FakeEngine implements Engine {
  readonly me: Person = { id: "a".repeat(32), short: "Amber Falcon", name: "" };
  readonly server: Cell<ServerState>;
  readonly shareState: Cell<ShareState>;
  readonly receivers: Cell<readonly Receiver[]>;
  readonly fetchState: Cell<TransferState>;
  readonly offer: Cell<OfferInfo | null>;
  /** Names of the actions that were called, in order. */
  readonly calls: string[] = [];
  readonly senders: Cell<readonly SenderInfo[]>;
  readonly #reported = new Cell<ReadonlySet<string>>(new Set());
  readonly #preferred = new Cell<readonly number[]>([]);
  readonly contacts: Contacts;
  readonly spaces: Spaces;
  readonly handed: Handed;
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.server = new Cell(scene.server);
    this.shareState = new Cell(scene.share);
    this.fetchState = new Cell(scene.fetch);
    this.offer = new Cell(scene.offer);
    this.senders = new Cell<readonly SenderInfo[]>((scene.senders ?? [scene.fetch]).map((state, index) => ({ key: String(index), state: new Cell(state) })));
    this.receivers = new Cell<readonly Receiver[]>(scene.receivers.map((state, index) => this.#receiver(`r${index}`, new Cell(state))));
    this.contacts = this.#contacts();
    this.spaces = this.#spaces();
    this.handed = { list: new Cell(scene.handed ?? []), stop: ({ code }) => Promise.resolve(void this.calls.push(`stop serving ${code}`)) };
  }

  share(items: readonly ShareItem[], options: ShareOptions): Share {
    this.calls.push(`share ${items.map((item) => item.path).join(",")} once=${options.once} expires=${options.expires}`);
    const files = items.filter((item) => item.file !== null);
    const bytes = files.reduce((sum, item) => sum + (item.file?.size ?? 0), 0);
    return this.#share({ files: files.length, folders: items.length - files.length, bytes, title: items[0]?.path.split("/")[0] ?? "", text: false });
  }

  shareText(text: string, options: ShareOptions): Share {
    this.calls.push(`text ${text} once=${options.once}`);
    return this.#share({ files: 1, folders: 0, bytes: text.length, title: "Text", text: true });
  }

  fetch(code: string): Fetch {
    this.calls.push(`fetch ${code}`);
    const { calls, fetchState: state, offer } = this;
    return {
      state,
      offer,
      invitation: new Cell<Invitation | null>(this.#invitation()),
      targets: () => this.#scene.targets,
      canKeep: true,
      canLook: this.#scene.offer?.files === 1 && !this.#scene.offer.text,
      isTooLargeToLook: this.#scene.isTooLargeToLook ?? false,
      look: () => {
        calls.push("look");
        state.set({ ...state.value, phase: "moving" });
        return Promise.resolve(true);
      },
      looked: new Cell(this.#scene.looked ?? null),
      save: async () => void calls.push("save"),
      canPrefer: true,
      preferred: this.#preferred,
      prefer: (index) => {
        calls.push(`first ${index}`);
        this.#preferred.set([index]);
      },
      accept: (target, { keep = false, without = new Set(), rest = true, limit = null } = {}) => {
        const wishes = `${keep ? " keep" : ""}${limit === null ? "" : ` limit=${limit}`}${without.size > 0 ? ` without=${[...without].join(",")}` : ""}`;
        calls.push(`accept ${target}${wishes}${rest ? "" : " no rest"}`);
        state.set({ ...state.value, phase: "moving" });
        return Promise.resolve(true);
      },
      waitsForOwner: this.#scene.waitsForOwner ?? false,
      senders: this.senders,
      add: (text) => {
        calls.push(`add ${text}`);
        const { value } = this.senders;
        this.senders.set([...value, { key: String(value.length), state: new Cell({ ...state.value, phase: "meeting", person: null, path: null }) }]);
      },
      decline: () => void calls.push("decline"),
      ...this.#controls("fetch", state),
    };
  }

  get directory(): Directory {
    const { found, people, contents, isThere = true } = this.#scene;
    return {
      isThere: new Cell(isThere),
      search: () => this.#enquiring("search", found ?? answered({ files: [], told: 0, more: false })),
      people: () => this.#enquiring("people", people ?? answered({ libraries: [], more: false })),
      browse: () => this.#enquiring("browse", contents ?? answered({ folders: [], files: [], last: "", more: false })),
      fetchFile: ({ name }) => this.fetch(name),
      fetchFolder: ({ path }) => this.fetch(`folder ${path}`),
      reported: this.#reported,
      report: async ({ key }, { fault, note }) => {
        this.calls.push(`report ${key} ${fault} ${note}`);
        if (note === "too much") throw new PeerError("rate-limited", "the operator was told of too much from here");
        this.#reported.set(new Set([...this.#reported.value, key]));
      },
    };
  }

  #enquiring<Q, A>(what: string, answer: Enquired<A>): Enquiring<Q, A> {
    const state = new Cell<Enquired<A>>(BLANK);
    const want = (query: Q | null): void => {
      if (what === "search") this.calls.push(`search ${JSON.stringify(query)}`);
      state.set(query === null ? BLANK : answer);
    };
    return { state, want, more: () => void this.calls.push(`more ${what}`) };
  }

  publish(files: readonly PublicItem[], { name, asks, to }: LibraryOptions): Publication {
    this.calls.push(`publish ${name} ${files.map(({ path }) => path).join(",")} asks=${asks} to=${to.kind}${to.kind === "space" ? `:${to.space}` : ""}`);
    const { receivers, calls } = this;
    const state = new Cell<PublicationState>(this.#scene.library ?? { kind: "opening" });
    const requests = new Cell<readonly LibraryRequest[]>([]);
    const answer = (key: string) => (isAllowed: boolean): void => {
      calls.push(`${isAllowed ? "allow" : "refuse"} ${key}`);
      requests.set(requests.value.filter((each) => each.key !== key));
    };
    requests.set((this.#scene.requests ?? []).map((each) => ({ ...each, answer: answer(each.key) })));
    const stop = (): void => {
      calls.push("withdraw");
      state.set({ kind: "stopped" });
    };
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    return { name, to, files: files.length, bytes, state, requests, receivers, limit: new Cell<number | null>(null), setLimit: () => undefined, update: () => false, stop };
  }

  #contacts(): Contacts {
    const { contacts: all = [], isCalled = false } = this.#scene;
    const list = new Cell<readonly ContactInfo[]>(all);
    const isReachable = new Cell(isCalled);
    const isRemembering = new Cell(true);
    const calls = new Cell<readonly Call[]>([]);
    const note = (what: string) => (...parts: readonly string[]): void => void this.calls.push([what, ...parts].join(" "));
    const [contact] = all;
    if (isCalled && contact !== undefined) calls.set([{ key: "c0", contact, fetch: this.fetch("called"), isTaken: false }]);
    return {
      isThere: new Cell<boolean | null>(true),
      list,
      isReachable,
      setReachable: (isOn) => {
        this.calls.push(`reachable ${isOn}`);
        isReachable.set(isOn);
      },
      isRemembering,
      setRemembering: (isOn) => {
        this.calls.push(`remember ${isOn}`);
        isRemembering.set(isOn);
      },
      forgetMet: () => {
        this.calls.push("forget met");
        list.set(list.value.filter(({ standing }) => standing !== "met"));
      },
      calls,
      answered: ({ key }) => calls.set(calls.value.filter((each) => each.key !== key)),
      change: (id, change) => {
        note("change")(id, change);
        const standing = ({ add: "ask", ask: "ask", allow: "always", block: "blocked" } as const)[change];
        list.set(list.value.map((each) => (each.id === id ? { ...each, standing } : each)));
      },
      rename: (id, name) => {
        note("rename")(id, name);
        list.set(list.value.map((each) => (each.id === id ? { ...each, name } : each)));
      },
      remove: (id) => {
        note("remove")(id);
        list.set(list.value.filter((each) => each.id !== id));
      },
      send: (id, items) => {
        note("call")(id);
        return this.share(items, { once: false, expires: null });
      },
      sendText: (id, text) => {
        note("call")(id);
        return this.shareText(text, { once: false, expires: null });
      },
    };
  }

  /** Links are `byway-space:NAME/...`. */
  #spaces(): Spaces {
    const list = new Cell<readonly string[]>(this.#scene.spaces ?? []);
    const nameIn = (link: string): string => {
      const [, name] = /^byway-space:(.+)\/.+$/.exec(link) ?? [];
      if (name === undefined) throw new CodeProblem("This link to a space is incomplete or mistyped: copy it as a whole, from byway-space: to its last letter.");
      return decodeURIComponent(name);
    };
    return {
      list,
      create: (name) => {
        this.calls.push(`create ${name}`);
        if (list.value.includes(name)) throw new CodeProblem("You are in a space of this name already: choose another.");
        list.set([...list.value, name]);
        return name;
      },
      invite: (name) => {
        this.calls.push(`invite ${name}`);
        return { state: this.shareState, members: new Cell<readonly Person[]>(this.#scene.members ?? []), stop: () => void this.calls.push("stop") };
      },
      read: (link) => ({ space: nameIn(link), isKnown: list.value.includes(nameIn(link)) }),
      join: (link) => {
        this.calls.push(`join ${nameIn(link)}`);
        list.set([...list.value, nameIn(link)]);
        return nameIn(link);
      },
      link: (name) => `byway-space:${name}/key`,
      leave: (name) => {
        this.calls.push(`leave ${name}`);
        list.set(list.value.filter((each) => each !== name));
      },
    };
  }

  #invitation(): Invitation | null {
    const { invites, fetch: { person } } = this.#scene;
    return invites === undefined || person === null ? null : { space: invites, from: person, join: () => this.spaces.join(`byway-space:${invites}/key`) };
  }

  check(): Check {
    this.calls.push("check");
    return { state: new Cell(this.#scene.check) };
  }

  admit(word: string): void {
    this.calls.push(`admit ${word}`);
  }

  setName(name: string): void {
    this.calls.push(`name ${name}`);
  }

  #share(summary: ShareSummary): Share {
    const { shareState: state, receivers } = this;
    const stop = (): void => {
      this.calls.push("stop");
      state.set({ kind: "closed", reason: "stopped" });
    };
    const limit = new Cell<number | null>(null);
    const setLimit = (rate: number | null): void => {
      this.calls.push(`limit ${rate}`);
      limit.set(rate);
    };
    return { summary, state, receivers, limit, setLimit, stop, handing: this.#handing() };
  }

  #handing(): Handing {
    const { calls } = this;
    const over = (state: HandingState): HandOver => ({ to: { id: "b".repeat(32), short: "Quiet Anchor", name: "My server" }, state: new Cell(state), cancel: () => void calls.push("cancel handing over") });
    const current = new Cell<HandOver | null>(this.#scene.handing === undefined ? null : over(this.#scene.handing));
    const begin = (contact: string, seconds: number): void => {
      calls.push(`hand over to ${contact} for ${seconds}`);
      current.set(over({ kind: "calling" }));
    };
    return { current, isPossible: true, begin };
  }

  #receiver(key: string, state: Cell<TransferState>): Receiver {
    return { key, state, ...this.#controls(key, state) };
  }

  #controls(key: string, state: Cell<TransferState>): Pick<Receiver, "pause" | "resume" | "cancel"> {
    const become = (call: string, change: Partial<TransferState>): void => {
      this.calls.push(`${key} ${call}`);
      state.set({ ...state.value, ...change });
    };
    return {
      pause: () => become("pause", { phase: "paused", pausedBy: "me" }),
      resume: () => become("resume", { phase: "moving", pausedBy: null }),
      cancel: () => become("cancel", { phase: "failed", problem: { code: "cancelled", message: "You stopped it.", retry: false } }),
    };
  }
}
