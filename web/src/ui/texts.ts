/** Texts of the page, by the part that they are for (messages/en.json), and those that are made of several. */

import type { Receiver, ShareSummary } from "../app/model.ts";
import { texts } from "../words/catalogue.ts";
import { bytes } from "./format.ts";

export const {
  app, server, home, code, draft, share, handing, invite, fetching, transfer, senders, looking, find, library, check, path, reasons, remedies, privacy, obstacles,
  wishes, me, running, dialogue, language, places, transfers, notify, contacts, spaces, report,
} = texts;

/** `12 files, 3.4 GB`, `a text`, `2 empty folders`. */
export function contents({ text, files, folders, bytes: size }: Pick<ShareSummary, "text" | "files" | "folders" | "bytes">): string {
  if (text) return texts.contents.text;
  return files === 0 ? texts.contents.folders({ folders }) : amount(files, size);
}

/** `12 files, 3.4 GB`. */
export function amount(files: number, size: number): string {
  return texts.contents.files({ files, size: bytes(size) });
}

/** Name of a receiver before it has proved who it is. */
export function who(receiver: Receiver): string {
  return receiver.state.value.person?.short ?? transfer.someone;
}
