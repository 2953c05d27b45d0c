"""What protects people from others: names that imitate are marked, what is wrong is reported, and what is kept ends."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.interface import Stage
from tests.browser.test_accessibility import go_to, violations


def calls(page: Page, what: str) -> list[str]:
    """What the engine was asked that begins so."""
    made: list[str] = page.evaluate("byway.engine.calls")
    return [call for call in made if call.startswith(what)]


@pytest.mark.parametrize(
    ("scene", "place", "mark"),
    [
        ("find-alike", ".hit >> nth=0", "looks like Phot0s, and is somebody else"),
        ("find-people-alike", ".hit:has-text('Tawny Otter')", "looks like Phot0s, and is somebody else"),
        ("library-alike", ".receiver", "looks like Anna's lapt\u043ep, and is somebody else"),
        ("fetch-offer-alike", ".receiver-head >> nth=0", "looks like Anna's lapt\u043ep, and is somebody else"),
    ],
)
def test_who_could_be_taken_for_a_contact_is_marked_beside_the_two_words(
    stage: Stage, scene: str, place: str, mark: str
) -> None:
    with stage.open(scene) as page:
        expect(page.locator(place)).to_contain_text(mark)
        expect(page.locator(place)).to_contain_text("Tawny Otter")
        expect(page.locator(".likeness")).to_have_count(1)


def test_a_file_is_reported_by_keyboard_alone_and_once(stage: Stage) -> None:
    with stage.open("find-hits") as page:
        hit = page.get_by_role("button", name=re.compile("Harbour map.pdf"))
        hit.press("Enter")
        go_to(page, page.get_by_role("button", name="Report…", exact=True))
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Report Harbour map.pdf")
        expect(dialog).to_contain_text("Who publishes it learns nothing of your report.")
        send = dialog.get_by_role("button", name="Report", exact=True)
        go_to(page, send)
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("status")).to_have_text("Choose what is wrong with it.")
        page.get_by_label("Something else").check()
        send.press("Enter")
        expect(dialog.get_by_role("status")).to_have_text("Say in a few words what is wrong.")
        expect(page.get_by_label("More about it")).to_be_focused()
        assert violations(page) == []
        page.keyboard.type("too much")
        send.press("Enter")
        expect(dialog.get_by_role("status")).to_have_text("the operator was told of too much from here")
        page.get_by_label("It does harm to computers").check()
        page.get_by_label("More about it").fill("")
        send.press("Enter")
        expect(dialog).to_have_count(0)
        done = page.get_by_role("button", name="Reported", exact=True)
        expect(done).to_be_focused()
        page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)
        assert [call.split()[-1] for call in calls(page, "report")] == ["much", "malware"]
        page.go_back()
        hit.press("Enter")
        expect(done).to_be_visible()


def test_what_somebody_publishes_is_reported_where_one_looks_into_it(stage: Stage) -> None:
    with stage.open("browse-folder") as page:
        page.get_by_role("button", name="Report…", exact=True).click()
        dialog = page.get_by_role("dialog", name="Report what Tawny Otter publishes")
        dialog.get_by_label("It is against the law, or the rules of this server").check()
        dialog.get_by_role("button", name="Report", exact=True).click()
        expect(page.get_by_role("button", name="Reported", exact=True)).to_be_visible()
        assert [call.split()[1] for call in calls(page, "report")] == ["peer"]
    with stage.open("spaces-browse") as page:
        expect(page.get_by_role("button", name=re.compile("^Report"))).to_have_count(0)
        page.get_by_role("button", name=re.compile("Harbour map.pdf")).click()
        expect(page.get_by_role("button", name="Decline")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^Report"))).to_have_count(0)


def test_nobody_has_to_be_remembered(stage: Stage) -> None:
    with stage.open("contacts-list") as page:
        switch = page.get_by_role("switch", name="Remember people I meet by a code")
        expect(switch).to_be_checked()
        switch.press("Space")
        assert calls(page, "remember") == ["remember false"]
        page.get_by_role("button", name="Forget all of them").click()
        page.get_by_role("dialog").get_by_role("button", name="Forget all of them").click()
        expect(page.get_by_role("region", name="People you have met")).to_have_count(0)
        expect(page.get_by_role("region", name="Your contacts")).to_contain_text("Tawny")
