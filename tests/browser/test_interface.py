"""What a person does on the page, with a fake engine that records what it is asked to do."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.interface import Interface, Stage


def calls(page: Page) -> list[str]:
    """What the engine was asked to do."""
    found: list[str] = page.evaluate("window.byway.engine.calls")
    return found


def drop(page: Page, *paths: Path) -> None:
    """Drag files and folders from the desktop onto the page."""
    devtools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})


WATCH_READING = """() => {
  window.seen = new Set();
  const toast = document.querySelector(".toast");
  new MutationObserver(() => window.seen.add(toast.textContent)).observe(toast, { childList: true });
}"""
"""Notes what the page says of a folder while it reads it."""

READING_MS = 60_000
"""Looking up thousands of files is the browser's own work, and on a busy machine takes long."""


def test_a_link_fetches_nothing_before_the_person_acts(stage: Stage) -> None:
    with stage.open("invite", fragment="#7-guitar-sunset") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Someone wants to send you files")
        assert calls(page) == []
        page.get_by_role("button", name="See what is offered").click()
        assert calls(page) == ["fetch 7-guitar-sunset"]
        assert page.url.endswith("#transfers?number=1")
        page.go_back()
        assert "guitar" not in page.url


def test_a_link_that_is_refused_leaves_the_address(stage: Stage) -> None:
    with stage.open("home") as page:
        page.evaluate("location.hash = '7-guitar-sunset'")
        page.get_by_role("button", name="Not now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send files straight to someone")
        assert "#" not in page.url
        assert calls(page) == []


def test_a_code_is_typed_by_keyboard_alone(stage: Stage) -> None:
    with stage.open("home") as page:
        page.get_by_label("Code", exact=True).focus()
        page.keyboard.type("7 guit")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="guitar")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Code", exact=True)).to_be_focused()
        page.keyboard.type("suns")
        page.keyboard.press("Enter")
        assert calls(page) == ["fetch 7-guitar-suns"]
        expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_slip_in_a_code_is_pointed_out_and_costs_nothing(stage: Stage) -> None:
    with stage.open("home") as page:
        field = page.get_by_label("Code", exact=True)
        field.fill("7-guitra-sunset")
        expect(field).to_have_accessible_description(re.compile("Did you mean “guitar”"))
        field.press("Enter")
        expect(field).to_be_focused()
        assert calls(page) == []


def test_files_are_chosen_looked_over_and_shared(stage: Stage) -> None:
    with stage.open("home") as page:
        chosen: Any = [{"name": name, "mimeType": "text/plain", "buffer": b"x"} for name in ("a.txt", "b.txt", "c.txt")]
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose files").click()
        chooser.value.set_files(chosen)
        page.get_by_role("button", name="Remove b.txt").click()
        page.get_by_label("Only one receiver").check()
        page.get_by_label("Code ends after").select_option("10 minutes")
        page.get_by_role("button", name="Get a code").click()
        assert calls(page) == ["share a.txt,c.txt once=true expires=600"]
        expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_picker_that_was_closed_leaves_no_receiver_chosen(stage: Stage, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hi")
    with stage.open("contacts-list") as page:
        with page.expect_file_chooser():
            page.get_by_role("button", name="Send files, Tawny").first.click()
        page.get_by_role("link", name="Send", exact=True).click()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose files").click()
        chooser.value.set_files([str(note)])
        expect(page.get_by_role("button", name="Get a code")).to_have_class(re.compile("primary"))
        page.get_by_role("link", name="Contacts").click()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Send files, Tawny").first.click()
        chooser.value.set_files([str(note)])
        expect(page.get_by_role("button", name="Send to Tawny").first).to_have_class(re.compile("primary"))


def test_where_copying_is_not_allowed_it_can_be_done_by_hand(stage: Stage) -> None:
    with stage.open("spaces-list") as page:
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
        page.get_by_role("button", name="Invite, Family").click()
        page.get_by_role("button", name="Copy the link").click()
        dialog = page.get_by_role("dialog", name="Copying is blocked here")
        expect(dialog.get_by_label("Select this, and copy it.")).to_have_value("byway-space:Family/key")


def test_a_folder_is_dropped_with_its_empty_folders(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "Holiday/for later").mkdir(parents=True)
    (tmp_path / "Holiday/beach.txt").write_text("sand")
    (tmp_path / "note.txt").write_text("hi")
    with stage.open("home") as page:
        drop(page, tmp_path / "Holiday", tmp_path / "note.txt")
        page.get_by_role("button", name="Get a code").click()
        (call,) = calls(page)
        paths = call.removeprefix("share ").removesuffix(" once=false expires=86400").split(",")
        assert sorted(paths) == ["Holiday/beach.txt", "Holiday/for later", "note.txt"]


def test_thousands_of_files_are_one_row_and_do_not_freeze(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "Archive"
    folder.mkdir()
    for number in range(5000):
        (folder / f"{number}.txt").touch()
    with stage.open("home") as page:
        page.evaluate(WATCH_READING)
        drop(page, folder)
        page.wait_for_function("() => window.byway.app.route.value.kind === 'draft'", timeout=READING_MS)
        expect(page.get_by_text("folder, 5,000 files")).to_be_visible()
        assert page.evaluate("() => window.seen.size") > 2
        expect(page.locator(".groups li")).to_have_count(1)


def test_thousands_of_offered_files_are_drawn_by_and_by(stage: Stage) -> None:
    with stage.open("fetch-offer-many") as page:
        rows = page.locator(".files li")
        expect(rows).to_have_count(100)
        page.get_by_role("button", name="and 4,900 more").click()
        expect(rows).to_have_count(200)


def test_text_is_pasted(stage: Stage) -> None:
    with stage.open("home") as page:
        page.evaluate(
            """() => {
              const clipboardData = new DataTransfer();
              clipboardData.setData("text/plain", "the key is under the mat");
              document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
            }"""
        )
        expect(page.get_by_label("Text")).to_have_value("the key is under the mat")
        page.get_by_role("button", name="Get a code").click()
        assert calls(page) == ["text the key is under the mat once=false"]


def test_pausing_keeps_the_focus_and_cancelling_asks(stage: Stage) -> None:
    with stage.open("share-many") as page:
        row = page.locator(".receiver").first
        pause = row.get_by_role("button", name="Pause")
        pause.focus()
        page.keyboard.press("Enter")
        resume = row.get_by_role("button", name="Resume")
        expect(resume).to_be_focused()
        page.keyboard.press("Enter")
        row.get_by_role("button", name="Cancel").click()
        page.get_by_role("dialog").get_by_role("button", name="Go on").click()
        assert calls(page)[1:] == ["r0 pause", "r0 resume"]
        row.get_by_role("button", name="Cancel").click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        assert calls(page)[-1] == "r0 cancel"


def test_progress_moves_without_taking_the_focus(stage: Stage) -> None:
    with stage.open("fetch-moving") as page:
        page.get_by_role("button", name="Pause").focus()
        page.evaluate(
            """() => {
              const { fetchState } = window.byway.engine;
              const { total, files } = fetchState.value.progress;
              const progress = { bytes: total / 2, total, files, rate: 1e6, left: 61 };
              fetchState.set({ ...fetchState.value, progress });
            }"""
        )
        bar = page.get_by_role("progressbar")
        expect(bar).to_have_attribute("aria-valuenow", "50")
        expect(bar).to_have_attribute("aria-valuetext", "50 %, 1.7 GB of 3.4 GB, 1.0 MB/s, 1 min 1 s left")
        expect(page.get_by_role("button", name="Pause")).to_be_focused()
        expect(page).to_have_title("50 % · Byway")


def test_an_end_is_told_aloud(stage: Stage) -> None:
    with stage.open("fetch-moving") as page:
        page.evaluate("byway.engine.fetchState.set({ ...byway.engine.fetchState.value, phase: 'done' })")
        expect(page.get_by_role("heading", level=1)).to_have_text("All 12 files arrived and are verified")
        expect(page.locator("[role=status]", has_text="Tawny Otter: Arrived")).to_have_count(1)


def test_the_offer_is_taken_by_a_click(stage: Stage) -> None:
    with stage.open("fetch-offer") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Tawny Otter offers 12 files, 3.4 GB")
        page.get_by_role("button", name="Save to a folder").click()
        assert calls(page) == ["fetch 7-guitar-sunset", "accept folder"]
        expect(page.get_by_role("progressbar")).to_be_visible()


def test_back_leads_to_the_start_and_sharing_goes_on(stage: Stage) -> None:
    with stage.open("share-many") as page:
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send files straight to someone")
        page.get_by_role("button", name="Sharing Holiday").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Pass on this code")
        assert "stop" not in calls(page)


@pytest.mark.parametrize(("scene", "asked"), [("share-nobody", 1), ("fetch-moving", 1), ("fetch-done", 0), ("home", 0)])
def test_closing_is_asked_only_while_something_would_be_lost(interface: Interface, scene: str, asked: int) -> None:
    dialogues: list[str] = []

    def answer(dialogue: Dialog) -> None:
        dialogues.append(dialogue.type)
        dialogue.accept()

    with interface.open(scene) as page:
        page.on("dialog", answer)
        page.locator("h1").click()  # Browsers ask only where the person has done something.
        page.goto("about:blank")
        assert dialogues == ["beforeunload"] * asked


def test_a_name_is_changed(stage: Stage) -> None:
    with stage.open("home") as page:
        page.get_by_role("button", name="Amber Falcon").click()
        page.get_by_label("Name to show").fill("Anna at work")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="You: Anna at work")).to_be_focused()
        assert calls(page) == ["name Anna at work"]


def test_the_check_has_an_address_and_a_way_back(stage: Stage) -> None:
    with stage.open("home") as page:
        page.get_by_role("link", name="Check my connection").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Looking at your network…")
        assert page.url.endswith("#check")
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send files straight to someone")
        assert calls(page) == ["check"]


def test_the_check_opens_by_its_address(stage: Stage) -> None:
    with stage.open("home", fragment="#check") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Looking at your network…")


def test_the_check_is_done_again_and_copied(stage: Stage) -> None:
    with stage.open("check-varies") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Direct connections are hard here")
        expect(page.get_by_role("img", name="Your way to others")).to_be_visible()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy what was found").click()
        assert '"mapping": "random"' in page.evaluate("navigator.clipboard.readText()")
        page.get_by_role("button", name="Check again").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        assert calls(page) == ["check", "check"]
        page.get_by_role("button", name="Send something").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send files straight to someone")
        assert "#" not in page.url


def test_a_path_is_explained_by_keyboard_alone(stage: Stage) -> None:
    with stage.open("fetch-moving") as page:
        badge = page.locator("details.path summary")
        badge.press("Enter")
        expect(page.get_by_role("list", name="Why it is not more direct")).to_contain_text("router (NAT) of your own")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy report").press("Enter")
        assert '"outcome": "punched"' in page.evaluate("navigator.clipboard.readText()")
        page.keyboard.press("Escape")
        expect(badge).to_be_focused()
        expect(page.get_by_role("button", name="Copy report")).to_be_hidden()


def test_a_relay_inside_the_server_connection_says_why_it_is_needed(stage: Stage) -> None:
    with stage.open("fetch-relayed") as page:
        badge = page.locator("details.path summary")
        expect(badge).to_contain_text("Through a relay")
        badge.press("Enter")
        expect(page.get_by_role("list", name="Why it is not more direct")).to_contain_text("lets no UDP out")
        expect(page.locator(".path-more .facts")).to_contain_text("relay inside the server connection")


def test_servers_that_could_not_help_are_told(stage: Stage) -> None:
    with stage.open("fetch-no-relay") as page:
        expect(page.get_by_role("list", name="Servers that could not help").get_by_role("listitem")).to_have_count(3)
        expect(page.get_by_role("list", name="What stood in the way")).not_to_contain_text("This server has no relay")


def test_all_receivers_are_limited_together(stage: Stage) -> None:
    with stage.open("share-many") as page:
        page.get_by_label("All together at most").select_option("1 MB/s")
        assert page.evaluate("() => byway.engine.calls.at(-1)") == "limit 1000000"


def test_a_file_is_asked_for_first(stage: Stage) -> None:
    with stage.open("fetch-moving") as page:
        page.get_by_text("What is offered").click()
        map_ = page.get_by_role("button", name="Fetch map.pdf first")
        map_.click()
        assert page.evaluate("() => byway.engine.calls.at(-1)") == "first 4"
        expect(map_).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("button", name="Fetch ferry.mov first")).to_have_attribute("aria-pressed", "false")


def test_a_failure_to_connect_says_why_and_what_would_help(stage: Stage) -> None:
    for scene in ("fetch-no-path", "share-many"):
        with stage.open(scene) as page:
            expect(page.get_by_role("list", name="What stood in the way")).to_contain_text("This server has no relay")
            expect(page.get_by_role("list", name="What would help")).to_contain_text("try another network")
            page.get_by_text("Details", exact=True).click()
            expect(page.get_by_role("region", name="Addresses that were tried").get_by_role("row")).to_have_count(13)


def test_another_sender_is_added_by_keyboard_alone(stage: Stage) -> None:
    with stage.open("fetch-moving") as page:
        expect(page.get_by_role("heading", name="Senders")).to_be_hidden()
        page.get_by_text("Add another code of the same files").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("8 zoo zoo")
        page.keyboard.press("Enter")
        assert calls(page)[-1] == "add 8 zoo zoo"
        field = page.get_by_label("Another code", exact=True)
        expect(field).to_be_focused()
        expect(field).to_have_value("")
        expect(page.get_by_text("The sender is looked for.")).to_be_visible()
        expect(page.get_by_role("region", name="Senders").get_by_role("listitem")).to_have_count(2)


@pytest.mark.parametrize(("direction", "edge"), [("ltr", "left"), ("rtl", "right")])
def test_the_road_is_covered_from_where_people_begin_to_read(stage: Stage, direction: str, edge: str) -> None:
    """What is moved out of the road lies beyond the edge at which reading begins."""
    with stage.open("fetch-moving") as page:
        page.evaluate("direction => { document.documentElement.dir = direction; }", direction)
        boxes = "[...document.querySelectorAll('.road, .road-cover')].map((each) => each.getBoundingClientRect())"
        beyond = {"left": "cover.left < road.left - 100", "right": "cover.right > road.right + 100"}[edge]
        page.wait_for_function(f"() => {{ const [road, cover] = {boxes}; return {beyond}; }}")


def test_the_road_moves_only_where_it_leaps(interface: Interface) -> None:
    """What is animated without end is drawn sixty times a second, and takes the processor from the transfer."""
    with interface.open("fetch-moving") as page:
        page.emulate_media(reduced_motion="no-preference")
        page.evaluate("() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished))")
        moves = """part => {
          const { fetchState: state } = byway.engine;
          const { progress } = state.value;
          state.set({ ...state.value, progress: { ...progress, bytes: progress.total * part } });
          return document.querySelector(".road-cover").getAnimations().length;
        }"""
        assert page.evaluate(moves, 0.44) == 0
        assert page.evaluate(moves, 0.7) == 1
        assert page.evaluate(moves, 0.71) == 0
