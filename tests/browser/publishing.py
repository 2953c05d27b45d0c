"""What a page publishes in tests: a folder, chosen, looked at and published."""

from typing import Final

from playwright.sync_api import Page, expect

WRITE: Final = """async files => {
  const root = await navigator.storage.getDirectory();
  const top = await root.getDirectoryHandle("Trip", { create: true });
  for (const [path, text] of Object.entries(files)) {
    const names = path.split("/");
    let folder = top;
    for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true });
    const file = await (await folder.getFileHandle(names.at(-1), { create: true })).createWritable();
    await file.write(text);
    await file.close();
  }
  window.showDirectoryPicker = async () => top;
}"""
"""A folder that the picker gives: pickers cannot be driven from outside."""

TEXT: Final = "it is hot here\n" * 5000

FILES: Final = {"days/volcano map.txt": TEXT, "empty.txt": "", ".env": "secret", "server.pem": "key"}


def plan(page: Page, asks: bool = False, to: str | None = None) -> None:
    """Choose a folder, and see what would be published; `to` is for whom."""
    page.get_by_role("link", name="My library").click()
    choose(page, asks, to)


def choose(page: Page, asks: bool = False, to: str | None = None) -> None:
    """The same, where it is asked what to publish."""
    page.evaluate(WRITE, FILES)
    page.get_by_label("Name", exact=True).fill("Trip of May")
    if asks:
        page.get_by_label("Ask me about each request").check()
    if to is not None:
        page.get_by_label("For whom").select_option(to)
    page.get_by_role("button", name="Choose a folder").click()
    expect(page.get_by_role("heading", name="What others will find")).to_be_visible()


def publish(page: Page, asks: bool = False, to: str | None = None) -> None:
    """All of it, until it can be found."""
    plan(page, asks, to)
    confirm(page)


def confirm(page: Page) -> None:
    """What was shown is to be published."""
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("“Trip of May” is published: 2 files can be found.")).to_be_visible(timeout=30_000)
