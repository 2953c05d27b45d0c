/** Something to send is chosen. */

import { h } from "../dom.ts";
import * as texts from "../texts.ts";
import { handedList } from "../parts/handing.ts";
import { sendDoor } from "./home.ts";
import type { Stage, View } from "./view.ts";

export function sendView(stage: Stage): View {
  const body = h("div", { class: "column" }, h("h1", {}, texts.places.send), h("p", { class: "lead" }, texts.places.sendLead), sendDoor(stage), handedList(stage.app, stage.scope));
  return { title: texts.places.send, body };
}
