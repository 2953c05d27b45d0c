/** What a view gives to the shell. */

import type { ContactInfo } from "../../app/model.ts";
import type { App } from "../app.ts";
import type { Child } from "../dom.ts";
import type { Scope } from "../scope.ts";

export interface View {
  /** For the title of the page; also what is read out when the view opens, through its heading. */
  readonly title: string;
  readonly body: Child;
}

export interface Stage {
  readonly app: App;
  /** Ends when another view opens. */
  readonly scope: Scope;
  readonly gatherer: Gatherer;
}

/** Ways to pick something to send; the shell handles drops and pastes with the same means. */
export interface Gatherer {
  /** Phones mostly cannot. */
  readonly canPickFolder: boolean;
  /** What is picked now is for this contact, if one is named; whoever picks nothing has named nobody. */
  pickFiles(to?: ContactInfo): void;
  pickFolder(): void;
}
