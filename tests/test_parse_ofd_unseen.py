"""Digits of an OFD page that no viewer shows, or shows otherwise, and what notes lay over the page."""

import pytest

from parsers.readers.ofd import read_ofd
from parsers.readers.pdf.characters import DOUBT
from tests.test_documents_hostile import packed

WHITE = '<FillColor Value="255 255 255"/>'
PARAMETERS = f'<DrawParams><DrawParam ID="9">{WHITE}</DrawParam><DrawParam ID="8" Relative="9"/></DrawParams>'


def words(text: str, place: str = "20 50 60 5", how: str = "", inner: str = "", size: float = 4) -> str:
    return (
        f'<TextObject Boundary="{place}" Size="{size}" {how}>{inner}'
        f'<TextCode X="0" Y="{size}" DeltaX="g {len(text) - 1} {size * 0.55:.2f}">{text}</TextCode></TextObject>'
    )


def area(data: str, place: str = "15 48 40 10", how: str = 'Stroke="false" Fill="true"', inner: str = WHITE) -> str:
    return f'<PathObject Boundary="{place}" {how}>{inner}<AbbreviatedData>{data}</AbbreviatedData></PathObject>'


SEEN = words("these words are visible", "20 10 90 5")
COVER = area("M 0 0 L 40 0 L 40 10 L 0 10 C")
LINE = area("M 0 0 L 12 0", "19 52.4 12 0.2", 'LineWidth="0.2"', "")


def ofd(objects: str, layer: str = "", notes: str = "") -> bytes:
    """One page: words that are seen in a layer of their own, then a layer with these objects."""
    document = (
        "<Document><CommonData><PublicRes>R.xml</PublicRes></CommonData>"
        '<Pages><Page ID="1" BaseLoc="P.xml"/></Pages><Annotations>A.xml</Annotations></Document>'
    )
    return packed({
        "OFD.xml": b"<OFD><DocBody><DocRoot>D/Document.xml</DocRoot></DocBody></OFD>",
        "D/Document.xml": document.encode(),
        "D/R.xml": f"<Res>{PARAMETERS}</Res>".encode(),
        "D/P.xml": f"<Page><Content><Layer>{SEEN}</Layer><Layer {layer}>{objects}</Layer></Content></Page>".encode(),
        "D/A.xml": b'<Annotations><Page PageID="1"><FileLoc>N.xml</FileLoc></Page></Annotations>',
        "D/N.xml": f"<PageAnnot>{notes}</PageAnnot>".encode(),
    })  # fmt: skip


def beside(content: bytes) -> str:
    """What is read beside the words that are seen."""
    read = "".join("".join(read_ofd(content).lines).split())
    assert read.startswith("thesewordsarevisible")
    return read.removeprefix("thesewordsarevisible")


def note(objects: str, kind: str = "Stamp") -> str:
    return f'<Annot Type="{kind}"><Appearance Boundary="15 48 40 10">{objects}</Appearance></Annot>'


CLIP = '<Clips><Clip><Area><Path Boundary="{}"/></Area></Clip></Clips>'
NOTE = area("M 0 0 L 40 0 L 40 10 L 0 10 C", "0 0 40 10")
UNSEEN = {
    "under a white area": ofd(words("4711") + COVER),
    "under a picture": ofd(words("4711") + '<ImageObject Boundary="15 48 40 10" ResourceID="5"/>'),
    "under a note": ofd(words("4711"), notes=note(NOTE)),
    "struck out": ofd(words("4711") + LINE),
    "one figure printed over another": ofd(words("4711") + words("8222")),
    "almost transparent": ofd(words("4711", how='Alpha="3"')),
    "too small for eyes": ofd(words("4711", size=0.2)),
    "outside of its clip area": ofd(words("4711", inner=CLIP.format("100 100 5 5"))),
}


@pytest.mark.parametrize("how", UNSEEN)
def test_digits_that_are_not_to_be_seen_as_they_are_are_doubtful(how: str) -> None:
    assert set(beside(UNSEEN[how])) == {DOUBT}


LEFT_OUT = {
    "white by a parameter": ofd(words("4711", how='DrawParam="9"')),
    "white by one that another relates to": ofd(words("4711", how='DrawParam="8"')),
    "white by the layer": ofd(words("4711"), layer='DrawParam="9"'),
    "white in grey": ofd(words("4711", inner='<FillColor Value="255" ColorSpace="3"/>')),
    "white in inks": ofd(words("4711", inner='<FillColor Value="0 0 0 0"/>')),
    "a layer that is not visible": ofd(words("4711"), layer='Visible="false"'),
    "a watermark": ofd("", notes=note(words("4711", "5 2 60 5"), "Watermark")),
}


@pytest.mark.parametrize("how", LEFT_OUT)
def test_what_is_not_shown_is_left_out(how: str) -> None:
    assert beside(LEFT_OUT[how]) == ""


def test_what_is_shown_is_read() -> None:
    for objects in (
        COVER + words("4711"),
        words("4711", inner='<FillColor Value="0 0 0"/>', how='DrawParam="9"'),
        words("4711", inner=CLIP.format("0 0 60 5")),
        words("4711", inner=CLIP.format("20 50 60 5")),
    ):
        assert beside(ofd(objects)) == "4711"
    assert beside(ofd("", notes=note(words("4711", "5 2 60 5")))) == "4711"
