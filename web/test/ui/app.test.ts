import assert from "node:assert/strict";
import { test } from "node:test";
import { transfersOf, wouldBeLost } from "../../src/ui/activity.ts";
import { App, routeTo, type Route } from "../../src/ui/app.ts";
import { OPTIONS } from "../../src/ui/draft.ts";
import type { Scene } from "../fake_engine.ts";
import { FakeEngine } from "../fake_engine.ts";
import { place, scenes } from "../scenes.ts";

function start(scene: string): { readonly app: App; readonly engine: FakeEngine } {
  const engine = new FakeEngine(scenes[scene] as Scene);
  return { app: new App(engine, { version: "1", host: "byway.example", words: [] }), engine };
}

const file = (path: string, content: string) => ({ path, file: new File([content], path, { lastModified: 1 }) });

function draftOf(route: Route) {
  assert.equal(route.kind, "draft");
  return route.kind === "draft" ? route.draft : assert.fail();
}

test("what is gathered adds up until it is shared", () => {
  const { app, engine } = start("share-nobody");
  app.gather([file("a", "1")]);
  app.gather([file("b", "22")]);
  app.share(draftOf(app.route.value), { ...OPTIONS, once: true });
  assert.deepEqual(engine.calls, ["share a,b once=true expires=86400"]);
  assert.equal(app.route.value.kind, "share");
});

test("what is found is fetched from those who have it, and again if that fails", () => {
  const { app, engine } = start("find-hits");
  const [file] = scenes["find-hits"]?.found?.answer?.files ?? [];
  app.fetchFile(file ?? assert.fail());
  app.fetchFolder(place);
  const activities = app.activities.value.filter((each) => each.kind === "fetch");
  assert.deepEqual(activities.map(({ code, isFound }) => [code, isFound]), [["", true], ["", true]]);
  for (const each of activities) each.again();
  assert.deepEqual(engine.calls, ["fetch harbour at night.jpg", "fetch folder Holiday/2023", "fetch harbour at night.jpg", "fetch folder Holiday/2023"]);
});

test("a folder that is published stays at hand until it is stopped", () => {
  const { app, engine } = start("library-open");
  assert.ok(app.library === null);
  app.publish([file("a", "1")], { name: "Photos", description: "", asks: false, to: { kind: "everyone" } });
  const library = app.activities.value.find((each) => each.kind === "library");
  assert.deepEqual([app.route.value.kind, engine.calls], ["library", ["publish Photos a asks=false to=everyone"]]);
  app.go({ kind: "home" });
  assert.equal(app.library, library);
  assert.ok(wouldBeLost(library ?? assert.fail()));
  assert.deepEqual(transfersOf(app.activities.value), []);
  app.go(routeTo(library ?? assert.fail()));
  library?.library.stop();
  library?.again();
  assert.notEqual(app.library, library);
  assert.equal(app.activities.value.length, 1);
});

test("what was gathered stays at hand until it is sent or thrown away", () => {
  const { app } = start("share-nobody");
  app.gather([file("a", "1")]);
  app.go({ kind: "find" });
  app.gather([file("b", "2")]);
  assert.deepEqual(app.draft, draftOf(app.route.value));
  assert.equal(app.draft?.kind === "files" && app.draft.groups.length, 2);
  app.discard();
  assert.deepEqual([app.draft, app.route.value.kind], [null, "home"]);
  app.gather([file("a", "1")]);
  app.share(draftOf(app.route.value), OPTIONS);
  assert.equal(app.draft, null);
});

test("what was chosen for how fast to send holds for the next share", () => {
  const { app, engine } = start("share-nobody");
  app.share({ kind: "text", text: "one" }, OPTIONS);
  const [one] = app.activities.value;
  if (one?.kind === "share") one.share.setLimit(5000);
  assert.equal(app.memory.settings.value.sendLimit, 5000);
  app.share({ kind: "text", text: "two" }, OPTIONS);
  assert.deepEqual(engine.calls.filter((call) => call.startsWith("limit")), ["limit 5000", "limit 5000"]);
});

test("each activity has a number of its own for as long as it is not left", () => {
  const { app } = start("share-nobody");
  app.share({ kind: "text", text: "one" }, OPTIONS);
  app.share({ kind: "text", text: "two" }, OPTIONS);
  const [one, two] = app.activities.value;
  assert.ok(one && two);
  assert.deepEqual([app.numberOf(two), app.numberOf(one), app.numberOf(two)], [1, 2, 1]);
  assert.equal(app.activity(2), one);
  assert.equal(app.activity(null), null);
  app.abandon(one);
  assert.equal(app.activity(2), null);
});

test("files take the place of a text that was not shared", () => {
  const { app, engine } = start("share-nobody");
  app.go({ kind: "draft", draft: { kind: "text", text: "hello" } });
  app.gather([file("a", "1")]);
  assert.equal(draftOf(app.route.value).kind, "files");
  app.share({ kind: "text", text: "hello" }, OPTIONS);
  assert.deepEqual(engine.calls, ["text hello once=false"]);
});

test("trying again takes the place of what failed", () => {
  const { app, engine } = start("fetch-failed");
  app.fetch("7-guitar-sunset");
  const [first] = app.activities.value;
  first?.again();
  assert.equal(app.activities.value.length, 1);
  assert.notEqual(app.activities.value[0], first);
  assert.deepEqual(engine.calls, ["fetch 7-guitar-sunset", "fetch 7-guitar-sunset"]);
});

test("a new code is for the same things", () => {
  const { app, engine } = start("share-burned");
  app.share({ kind: "text", text: "hello" }, OPTIONS);
  app.activities.value[0]?.again();
  assert.deepEqual(engine.calls, ["text hello once=false", "text hello once=false"]);
  assert.equal(app.activities.value.length, 1);
});

test("what goes on elsewhere is kept until it is over and seen", () => {
  const { app, engine } = start("share-nobody");
  app.share({ kind: "text", text: "hello" }, OPTIONS);
  const [activity] = app.activities.value;
  assert.ok(activity);
  app.go({ kind: "home" });
  assert.deepEqual(app.activities.value, [activity]);
  engine.shareState.set({ kind: "closed", reason: "expired" });
  app.go(routeTo(activity));
  assert.deepEqual(app.activities.value, [activity]);
  app.go({ kind: "home" });
  assert.deepEqual(app.activities.value, []);
});

test("a new code does not hide the transfers of the old one", () => {
  const { app } = start("share-expired");
  app.share({ kind: "text", text: "hello" }, OPTIONS);
  app.activities.value[0]?.again();
  assert.equal(app.activities.value.length, 2);
});

test("what is refused is gone at once", () => {
  const { app } = start("fetch-offer");
  app.fetch("7-guitar-sunset");
  app.activities.value.forEach((activity) => app.abandon(activity));
  assert.deepEqual(app.activities.value, []);
  assert.equal(app.route.value.kind, "home");
});

test("silence is not announced", () => {
  const { app } = start("home");
  app.say("Something.");
  app.say("");
  assert.equal(app.said.value, "Something.");
});

test("only what is under way would be lost with the page", () => {
  const lost = (scene: string): readonly boolean[] => {
    const { app } = start(scene);
    if (scene.startsWith("share")) app.share({ kind: "text", text: "hello" }, OPTIONS);
    else app.fetch("7-guitar-sunset");
    return app.activities.value.map(wouldBeLost);
  };
  for (const scene of ["share-opening", "share-nobody", "share-expired", "fetch-moving", "fetch-offer"]) assert.deepEqual(lost(scene), [true], scene);
  for (const scene of ["share-burned", "share-used", "share-failed", "fetch-done", "fetch-failed"]) assert.deepEqual(lost(scene), [false], scene);
});

test("all transfers of the page are looked after", () => {
  const { app } = start("share-many");
  app.share({ kind: "text", text: "hello" }, OPTIONS);
  app.fetch("7-guitar-sunset");
  assert.equal(transfersOf(app.activities.value).length, 9);
});

test("what is gathered for a contact is sent to it, and may be sent with a code instead", () => {
  const { app, engine } = start("contacts-list");
  const [to] = engine.contacts.list.value;
  if (to === undefined) return assert.fail();
  assert.equal(app.recipient, null);
  app.address(to);
  app.gather([file("a", "1")]);
  assert.equal(app.recipient, to);
  app.sendTo(to, draftOf(app.route.value));
  assert.deepEqual([app.draft, app.recipient], [null, null]);
  const activity = app.activities.value[0];
  if (activity?.kind !== "share") return assert.fail();
  assert.equal(activity.to, to);
  activity.again();
  activity.withCode?.();
  assert.equal(draftOf(app.route.value).kind, "files");
  app.sendTo(to, { kind: "text", text: "hello" });
  app.discard();
  assert.deepEqual(engine.calls.filter((each) => !each.startsWith("share")), [`call ${to.id}`, `call ${to.id}`, `call ${to.id}`, "text hello once=false"]);
});

test("a call that is answered is a transfer like any other, on the screen or behind it", () => {
  const { app, engine } = start("contacts-called");
  const [call] = engine.contacts.calls.value;
  if (call === undefined) return assert.fail();
  app.go({ kind: "contacts" });
  app.receive(call, "download", false);
  assert.deepEqual([app.route.value.kind, app.activities.value.length, engine.contacts.calls.value.length], ["contacts", 1, 0]);
  app.receive(call, null, true);
  const shown = app.route.value;
  if (shown.kind !== "fetch") return assert.fail();
  assert.equal(shown.activity.caller, call.contact);
  shown.activity.again();
  assert.equal(app.route.value.kind, "contacts");
});

test("a link to a sealed space is asked about, wherever it is typed, and nothing that was looked for is looked for there", () => {
  const { app, engine } = start("spaces-none");
  app.fetch("byway-space:Family/key");
  assert.deepEqual(app.route.value, { kind: "invite", code: "byway-space:Family/key" });
  assert.throws(() => app.fetch("byway-space:Family"), /incomplete or mistyped/);
  assert.deepEqual(engine.calls, []);
  app.query.set({ ...app.query.value, text: "harbour" });
  app.enter("Family");
  assert.deepEqual([app.route.value.kind, app.query.value.text, app.query.value.space], ["find", "", "Family"]);
});
