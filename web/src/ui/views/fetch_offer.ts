/** Something is offered: what it is, and the person's decision. */

import type { Invitation, OfferInfo, Target, Wishes } from "../../app/model.ts";
import { personName } from "../describe.ts";
import { h, type Child } from "../dom.ts";
import { button } from "../parts/button.ts";
import { fileList, Ticks, visibleEntries } from "../parts/file_list.ts";
import { invitationCard } from "../parts/invitation.ts";
import { notice } from "../parts/notice.ts";
import { anotherSender, senderList } from "../parts/senders.ts";
import { wishesForm } from "../parts/wishes.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { type Context, isChoosable, placeOf } from "./fetch_context.ts";

/** What is offered is not known yet: a person may have to agree first. */
function listing({ app, activity }: Context): Child {
  const { fetch } = activity;
  if (!fetch.waitsForOwner) return h("h1", {}, texts.fetching.listing);
  const stop = (): void => {
    fetch.cancel();
    app.abandon(activity);
  };
  return h("div", { class: "waiting" }, [
    h("h1", {}, texts.find.waitingFor({ who: personName(fetch.state.value.person) })),
    h("p", { class: "lead" }, texts.find.waiting),
    h("div", { class: "buttons" }, button("plain", "close", texts.transfer.cancel, stop)),
  ]);
}

/** The code leads to a sealed space. */
function invited({ app, activity }: Context, { space, from, join }: Invitation): Child {
  const decline = (): void => {
    activity.fetch.decline();
    app.abandon(activity);
  };
  return h("div", { class: "stack" }, invitationCard(app, { title: texts.spaces.invites({ who: from.short, space }), join, decline }));
}

export function offer(context: Context, scope: Scope): Child {
  const { fetch } = context.activity;
  return scope.region(fetch.offer, (what) => what?.from.id, (what, inner) => {
    if (what === null) return inner.region(fetch.invitation, (now) => now, (now) => (now === null ? listing(context) : invited(context, now)));
    const ticks = (context.ticks = isChoosable(what) ? new Ticks() : null);
    const wishes = what.text ? null : wishesForm(what, fetch.canKeep, context.app.memory.settings.value.getLimit);
    inner.watch(fetch.offer, (now) => wishes?.showKept(now?.kept ?? 0));
    const title = what.text ? texts.fetching.offersText({ who: what.from.short }) : texts.fetching.offers({ who: what.from.short, what: texts.contents(what) });
    return h("div", { class: "stack" }, [
      h("h1", {}, title),
      h("p", { class: "lead" }, what.text ? texts.fetching.askText : context.activity.isFound ? texts.find.ask : texts.fetching.ask),
      !what.text && h("div", { class: "card offer-list" }, h("h2", {}, h("bdi", {}, what.title)), fileList(what, ticks)),
      !what.text && senderList(context.app, inner, fetch),
      !what.text && anotherSender(context.app, fetch),
      wishes?.element,
      decision(context, what.text, ticks, () => wishes?.read() ?? {}),
    ]);
  });
}

function decision(context: Context, text: boolean, ticks: Ticks | null, wishes: () => Wishes): Child {
  const { app, activity } = context;
  const { fetch } = activity;
  const remark = h("p", { class: "hint", "aria-live": "polite" });
  const take = async (choice: Target): Promise<void> => {
    // A second click while the browser's own dialogue is open would ask twice; a disabled button would lose the focus.
    if (context.target !== null) return;
    context.target = choice;
    const wished = wishes();
    if (wished.limit !== undefined && wished.limit !== app.memory.settings.value.getLimit) app.memory.change({ getLimit: wished.limit });
    if (await fetch.accept(choice, { ...wished, ...(ticks === null ? {} : { without: ticks.without, rest: ticks.rest }) })) return;
    context.target = null;
    remark.textContent = texts.fetching.noPlace;
  };
  const look = async (): Promise<void> => {
    if (context.target !== null) return;
    context.target = "look";
    if (await fetch.look()) return;
    context.target = null;
    remark.textContent = texts.looking.failed;
  };
  const choices = fetch.targets();
  const shown = text ? choices.slice(0, 1) : choices;
  const words = (choice: Target): string => (text ? texts.fetching.show : texts.fetching.targets[placeOf(choice, fetch.offer.value)]);
  const refuse = (): void => {
    fetch.decline();
    app.abandon(activity);
  };
  const buttons = shown.map((choice, index) => button(index === 0 ? "primary" : "plain", text ? "text" : "download", words(choice), () => void take(choice)));
  const known = fetch.offer.value;
  if (ticks !== null && known !== null) {
    ticks.onChange = () => {
      const isNothing = nothingTicked(known, ticks);
      for (const each of buttons) each.disabled = isNothing;
      remark.textContent = isNothing ? texts.fetching.nothingTicked : "";
    };
  }
  return [
    shown.length === 0 && notice("bad", texts.fetching.noTarget),
    h("div", { class: "buttons main-buttons" }, [
      buttons,
      fetch.canLook && button("plain", "eye", texts.looking.look, () => void look()),
      button("plain", null, texts.fetching.decline, refuse),
    ]),
    fetch.isTooLargeToLook && h("p", { class: "hint" }, texts.looking.tooLarge),
    remark,
  ];
}

function nothingTicked({ entries, files, folders }: OfferInfo, { without, rest }: Ticks): boolean {
  const hasRest = rest && files + folders > entries.length;
  return !hasRest && visibleEntries(entries).every(({ index }) => without.has(index));
}
