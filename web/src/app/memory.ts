/** What this browser remembers between visits, as the interface sees it. `memory_store.ts` keeps it; where nothing may be kept, it lasts as long as the page. */

import { Cell } from "./cell.ts";
import { type PastTransfer, withPast } from "./history.ts";
import type { LibraryOptions, Watchable } from "./model.ts";

/** What a person chose for all visits. */
export interface Settings {
  /** What they call themselves; empty for nothing. */
  readonly name: string;
  /** Bytes a second at which the page sends, or gets, at most; null for as fast as it goes. */
  readonly sendLimit: number | null;
  readonly getLimit: number | null;
  /** Whether they are told of what happens while the page is hidden. */
  readonly notify: boolean;
  /** Whether contacts can call this page while it is open. */
  readonly reachable: boolean;
  /** Whether those who are met by a code are remembered. */
  readonly remember: boolean;
  /** The access word of the server, if it is private; empty otherwise. */
  readonly access: string;
}

export const SETTINGS: Settings = { name: "", sendLimit: null, getLimit: null, notify: false, reachable: false, remember: true, access: "" };

/** A folder that was published before, with what it was called, and for whom it was. */
export interface KeptLibrary extends LibraryOptions {
  readonly folder: FileSystemDirectoryHandle;
}

/** Where it all goes; each rejects if it cannot be kept. */
export interface Keeper {
  change(settings: Settings): Promise<void>;
  note(past: PastTransfer): Promise<void>;
  clearPast(): Promise<void>;
  keepLibrary(library: KeptLibrary | null): Promise<void>;
  past(): Promise<readonly PastTransfer[]>;
}

/** What there was at the start. */
export interface Remembered {
  readonly settings: Settings;
  readonly past: readonly PastTransfer[];
  readonly library: KeptLibrary | null;
}

/** Changes show at once, and are kept by and by. */
export class Memory {
  readonly isKept: Cell<boolean>;
  readonly #settings: Cell<Settings>;
  readonly #past: Cell<readonly PastTransfer[]>;
  readonly #library: Cell<KeptLibrary | null>;
  readonly #keeper: Keeper | null;

  /** Without a keeper nothing is kept. */
  constructor(keeper: Keeper | null = null, { settings, past, library }: Remembered = { settings: SETTINGS, past: [], library: null }) {
    this.#keeper = keeper;
    this.isKept = new Cell(keeper !== null);
    this.#settings = new Cell(settings);
    this.#past = new Cell(withPast(past));
    this.#library = new Cell(library);
  }

  get settings(): Watchable<Settings> {
    return this.#settings;
  }

  /** Transfers that are over, the latest first. */
  get past(): Watchable<readonly PastTransfer[]> {
    return this.#past;
  }

  /** What was published last, if it can be published again. */
  get library(): Watchable<KeptLibrary | null> {
    return this.#library;
  }

  change(fields: Partial<Settings>): void {
    this.#settings.change(fields);
    this.#keep((keeper) => keeper.change(this.#settings.value));
  }

  note(past: PastTransfer): void {
    this.#past.set(withPast(this.#past.value, past));
    this.#keep((keeper) => keeper.note(past));
  }

  clearPast(): void {
    this.#past.set([]);
    this.#keep((keeper) => keeper.clearPast());
  }

  keepLibrary(library: KeptLibrary | null): void {
    this.#library.set(library);
    this.#keep((keeper) => keeper.keepLibrary(library));
  }

  /** Learns what other pages of this browser have noted meanwhile. */
  refresh(): void {
    this.#keep(async (keeper) => this.#past.set(withPast(await keeper.past())));
  }

  #keep(work: (keeper: Keeper) => Promise<void>): void {
    if (this.#keeper === null || !this.isKept.value) return;
    work(this.#keeper).catch(() => this.isKept.set(false)); // the disk may be full, or the data of the site gone
  }
}
