/** What a person has typed and found; it is kept while other views are open. */

import type { Around, Enquiring } from "../../app/model.ts";
import type { FoundFiles, People } from "../../directory/answers.ts";
import { NOTHING, type Query, termsOf } from "../../directory/query.ts";
import { CONTACTS } from "../../spaces/space.ts";
import type { App } from "../app.ts";

export interface Finding {
  readonly search: Enquiring<Query, FoundFiles>;
  readonly people: Enquiring<Around, People>;
}

const findings = new WeakMap<App, Finding>();

export function findingOf(app: App): Finding {
  const { directory } = app.engine;
  const finding = findings.get(app) ?? { search: directory.search(), people: directory.people() };
  findings.set(app, finding);
  return finding;
}

/** What is asked for now by this enquiry; what is asked anew would be answered anew. */
const asked = new WeakMap<Finding, string>();

export function isAskedFor(finding: Finding, query: Query): boolean {
  return (asked.get(finding) ?? JSON.stringify(NOTHING)) === JSON.stringify(query);
}

export function look(finding: Finding, query: Query): void {
  asked.set(finding, JSON.stringify(query));
  finding.search.want(termsOf(query) === null ? null : query);
}

/** Where it was last looked who is there. */
const arounds = new WeakMap<Finding, string | null>();

export function isLookedAround(finding: Finding, space: string | null): boolean {
  return (arounds.get(finding) ?? null) === space;
}

/** Looks who is there. Who was seen elsewhere is not shown meanwhile, as if they were there. */
export function lookAround(finding: Finding, space: string | null): void {
  if (!isLookedAround(finding, space)) finding.people.want(null);
  arounds.set(finding, space);
  finding.people.want({ space });
}

/** A space that was left is looked into no more, and what was sought there is sought nowhere else. */
export function forgetLeft(app: App): void {
  const { space } = app.query.value;
  if (space !== null && space !== CONTACTS && !app.engine.spaces.list.value.includes(space)) app.query.set(NOTHING);
}
