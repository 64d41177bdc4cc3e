"""Digits in the text layer of a PDF that no viewer shows, and shown ones that the text layer does not have."""

import pytest

from parsers.readers.pdf import read_pdf
from parsers.readers.pdf.characters import DOUBT

SEEN = "BT /F1 12 Tf 72 700 Td (visible words visible words) Tj ET\n"
FIGURE = "BT /F1 12 Tf 72 600 Td (4711) Tj ET\n"
LAYER = "<< /Type /OCG /Name (x) >>"
LAYER_OFF = "/OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >>"
LAYER_ON = "/OCProperties << /OCGs [6 0 R] /D << >> >>"
IN_LAYER = "/OC /MC0 BDC\n" + FIGURE + "EMC\n"
FONT = "/Font << /F1 5 0 R >>"
AREA = "/Rect [60 590 200 615] /F 4 /AP << /N 7 0 R >>"
FIELD = "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (4711) /DA (/F1 12 Tf 0 g) /Rect [72 590 200 615] /F 4"
FORMS = f"/AcroForm << /Fields [6 0 R] /DA (/F1 12 Tf 0 g) /DR << {FONT} >> /NeedAppearances true >>"


def pdf(page: str, *objects: str, catalog: str = "", resources: str = "", about: str = "") -> bytes:
    """A document of one page: what is painted on it, then its objects from number 6 on."""
    everything = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << {FONT} {resources} >> "
        f"{about} >>",
        f"<< /Length {len(page)} >>\nstream\n{page}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, item in enumerate(everything, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{item}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    head = f"xref\n0 {len(everything) + 1}\n0000000000 65535 f \n"
    return (
        out
        + f"{head}{table}trailer << /Size {len(everything) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF".encode()
    )


def drawing(paint: str, box: str = "0 0 595 842", more: str = "") -> str:
    about = f"/Type /XObject /Subtype /Form /BBox [{box}] /Resources << {FONT} >> {more} /Length {len(paint)}"
    return f"<< {about} >>\nstream\n{paint}\nendstream"


def noted(kind: str, paint: str) -> bytes:
    """The figure, and a note of this kind over it."""
    note = f"<< /Type /Annot /Subtype /{kind} {AREA} >>"
    return pdf(SEEN + FIGURE, note, drawing(paint, "0 0 140 25"), about="/Annots [6 0 R]")


UNSEEN = {
    "a layer that is switched off": pdf(
        SEEN + IN_LAYER, LAYER, catalog=LAYER_OFF, resources="/Properties << /MC0 6 0 R >>"
    ),
    "a layer by way of others": pdf(
        SEEN + IN_LAYER,
        LAYER,
        "<< /Type /OCMD /OCGs [6 0 R] /P /AllOn >>",
        catalog=LAYER_OFF,
        resources="/Properties << /MC0 7 0 R >>",
    ),
    "a drawing in a layer": pdf(
        SEEN + "/X1 Do\n",
        LAYER,
        drawing(FIGURE, more="/OC 6 0 R"),
        catalog=LAYER_OFF,
        resources="/XObject << /X1 7 0 R >>",
    ),
    "outside of its drawing": pdf(
        SEEN + "/X1 Do\n", drawing(FIGURE, "0 0 50 50"), resources="/XObject << /X1 6 0 R >>"
    ),
    "outside of a clip path": pdf(SEEN + "q 0 0 50 50 re W n\n" + FIGURE + "Q\n"),
    "almost transparent": pdf(SEEN + "/G gs\n" + FIGURE, resources="/ExtGState << /G << /ca 0.01 >> >>"),
    "only white outlines": pdf(SEEN + "1 Tr 1 G 0 g\n" + FIGURE),
    "too small for eyes": pdf(SEEN + FIGURE.replace("12 Tf", "0.5 Tf")),
    "one figure printed over another": pdf(SEEN + FIGURE + FIGURE.replace("4711", "8222")),
    "a white note over it": noted("Square", "1 g 0 0 140 25 re f"),
    "a black note over it": noted("Redact", "0 g 0 0 140 25 re f"),
    "a note that strikes it out": noted("StrikeOut", "1 0 0 RG 0 14 m 140 14 l S"),
}


@pytest.mark.parametrize("how", UNSEEN)
def test_digits_that_are_not_to_be_seen_are_no_figure(how: str) -> None:
    words = "".join(read_pdf(UNSEEN[how]).lines)
    assert words.startswith("visible")
    assert not set(words) & set("0123456789")
    assert DOUBT in words


def test_digits_in_a_layer_that_is_switched_on_are_seen() -> None:
    content = pdf(SEEN + IN_LAYER, LAYER, catalog=LAYER_ON, resources="/Properties << /MC0 6 0 R >>")
    assert read_pdf(content).lines[0].endswith(" 4711")


def test_what_stands_in_a_field_is_seen_whether_it_was_drawn_or_not() -> None:
    content = pdf(SEEN, f"{FIELD} /P 3 0 R >>", catalog=FORMS, about="/Annots [6 0 R]")
    assert read_pdf(content).lines[0].endswith(" 4711")
    # Drawn once, then filled in anew by a program that left the drawing to the viewer
    old = drawing("BT /F1 12 Tf 2 5 Td (99) Tj ET", "0 0 128 25")
    filled = pdf(SEEN, f"{FIELD} /P 3 0 R /AP << /N 7 0 R >> >>", old, catalog=FORMS, about="/Annots [6 0 R]")
    assert read_pdf(filled).lines[0].endswith(" 4711")
