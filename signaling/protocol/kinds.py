"""What a file is, by the ending of its name. Pure, and the same in the page."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a file is, by the ending of its name: see signaling.protocol.kinds."""

    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"
    TEXT = "text"
    DOCUMENT = "document"
    ARCHIVE = "archive"
    PROGRAM = "program"
    OTHER = "other"


ENDINGS: Final[dict[Kind, str]] = {
    Kind.PICTURE: "jpg jpeg png gif webp avif heic heif bmp tif tiff svg ico raw cr2 cr3 nef arw dng psd xcf",
    Kind.AUDIO: "mp3 flac ogg oga opus m4a aac wav aif aiff wma mid midi",
    Kind.VIDEO: "mp4 m4v mkv webm mov avi mpg mpeg wmv ogv 3gp ts flv",
    Kind.TEXT: "txt md rst log csv tsv json yaml yml toml ini xml html htm css js mjs py c h cc cpp rs go java sh tex",
    Kind.DOCUMENT: "pdf epub mobi djvu doc docx odt rtf xls xlsx ods ppt pptx odp pages numbers key",
    Kind.ARCHIVE: "zip tar gz tgz bz2 xz zst 7z rar iso img",
    Kind.PROGRAM: "exe msi dmg pkg deb rpm apk appimage flatpak snap jar whl",
}
"""The endings that people meet. What is in none of the rows is `other`."""

_KINDS: Final = {ending: kind for kind, endings in ENDINGS.items() for ending in endings.split()}


def kind_of(name: str) -> Kind:
    """The kind of a file with this name."""
    return _KINDS.get(name.rpartition(".")[2].lower(), Kind.OTHER) if "." in name else Kind.OTHER
