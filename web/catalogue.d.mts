import type { Message, Messages } from "./src/words/message.ts";

export type Written = { readonly [name: string]: string | Written };
export const SOURCE: string;
export function compile(messages: string): Message;
export function compile(messages: Written): Messages;
export function catalogues(): Promise<Readonly<Record<string, Written>>>;
export function argumentsOf(message: Message): Readonly<Record<string, "string" | "number">>;
export function inLanguage(json: string, texts: Written): string;
export function catalogueModule(): Promise<string>;
