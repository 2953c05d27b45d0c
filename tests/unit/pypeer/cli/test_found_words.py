"""What is found, in lines."""

from pypeer.cli import found_words
from pypeer.finding import found
from signaling.protocol.directory import Listing
from signaling.protocol.listed import Reach, Subfolder
from tests.unit.pypeer.finding import samples
from tests.unit.pypeer.finding.samples import PEERS, ROOTS, SHORTS, hit, item, shelf


def test_hits() -> None:
    libraries = (shelf(0, reach=Reach.STEADY), shelf(1, ask=True))
    told = samples.found(hit(ROOTS[0], 0, folder="a/b", count=4), hit(ROOTS[1], 1, size=2**30), libraries=libraries)
    first, second = map(found_words.hit, found.hits(told))
    handle = found.handle_of(ROOTS[0])
    assert first == f"{handle}  1000 bytes  video     a/b/film.mkv  [{SHORTS[0]} · Films, and 3 more; likely direct]"
    assert second.endswith(f"   1.0 GiB  video     film.mkv  [{SHORTS[1]} · Films; asks first]")


def test_what_is_in_a_sealed_space_says_so() -> None:
    told = samples.found(hit(ROOTS[0], 0), libraries=(shelf(0, reach=Reach.STEADY),))
    [only] = found.hits(told, "Kin")
    assert found_words.hit(only).endswith(f"[{SHORTS[0]} · Films; in the space “Kin”; likely direct]")
    first, *_ = found_words.library(found.library(shelf(0, files=7, whole=True), "Kin"))
    assert first == f"{SHORTS[0]} · Films  7 files  [in the space “Kin”]"


def test_libraries() -> None:
    one = found.library(shelf(0, files=1, bytes=5, whole=True))
    assert found_words.library(one) == [f"{SHORTS[0]} · Films  1 file, 5 bytes", f"    byway:{PEERS[0]}/"]
    other = found.library(shelf(1, files=2, away=True, ask=True, description="Old ones"))
    first, *_, last = found_words.library(other)
    assert first == f"{SHORTS[1]} · Films  2 files so far, 0 bytes  [away; asks first]"
    assert last == "    Old ones"


def test_folders_and_files_stand_under_each_other() -> None:
    listing = Listing(seq=1, re=1, folders=(Subfolder("films", 2, 7),), files=(item("a.txt"),))
    [folder], [file] = found.folders(listing, ""), found.files(listing, "")
    assert found_words.folder(folder).index("films/  [2 files]") == found_words.file(file).index("a.txt")
