"""Draws LocalCam's brand images, a house whose window is a lens, in the sizes that Home Assistant asks for."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
import sys

from PIL import Image, ImageDraw, ImageFont

type Colour = tuple[int, int, int]
type Point = tuple[float, float]

FOLDER = Path(__file__).resolve().parent.parent / "custom_components" / "localcam" / "brand"
CANVAS_PX = 2048
"""Everything is drawn this large and then made small, which smooths the edges."""
ICON_PX = 256
LOGO_HEIGHT_PX = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours for one background."""

    roof: Colour
    ground: Colour
    rim: Colour
    glass: Colour
    iris: Colour
    glint: Colour
    text: Colour


ON_LIGHT = Palette(
    roof=(30, 155, 176),
    ground=(16, 84, 128),
    rim=(255, 255, 255),
    glass=(13, 36, 58),
    iris=(38, 122, 158),
    glint=(255, 255, 255),
    text=(22, 50, 74),
)
ON_DARK = Palette(
    roof=(72, 196, 212),
    ground=(38, 128, 184),
    rim=(255, 255, 255),
    glass=(13, 36, 58),
    iris=(52, 146, 184),
    glint=(255, 255, 255),
    text=(238, 244, 248),
)


def _rounded(mask: Image.Image, corners: list[Point], radius: float) -> None:
    """Fill a convex shape whose corners are rounded: the inner polygon, widened by the radius on all sides."""
    draw = ImageDraw.Draw(mask)
    draw.polygon(corners, fill=255)
    for start, end in pairwise([*corners, corners[0]]):
        draw.line([start, end], fill=255, width=round(2 * radius))
    for x, y in corners:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _gradient(top: Colour, bottom: Colour) -> Image.Image:
    """From one colour at the top to another at the bottom."""
    column = Image.new("RGB", (1, CANVAS_PX))
    for y in range(CANVAS_PX):
        share = y / (CANVAS_PX - 1)
        mixed = [round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)]
        column.putpixel((0, y), (mixed[0], mixed[1], mixed[2]))
    return column.resize((CANVAS_PX, CANVAS_PX))


def mark(colours: Palette) -> Image.Image:
    """The house with its lens, trimmed, as large as the canvas."""
    size = CANVAS_PX
    radius = 0.075 * size
    left, right, top, eaves, floor = (share * size for share in (0.085, 0.915, 0.095, 0.46, 0.905))
    house = Image.new("L", (size, size))
    _rounded(house, [(size / 2, top), (right, eaves), (right, floor), (left, floor), (left, eaves)], radius)
    picture = Image.new("RGBA", (size, size))
    picture.paste(_gradient(colours.roof, colours.ground), mask=house)
    draw = ImageDraw.Draw(picture)
    centre = (0.5 * size, 0.575 * size)

    def disc(share: float, colour: Colour, shift: float = 0.0) -> None:
        x, y, reach = centre[0] + shift * size, centre[1] + shift * size, share * size
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)

    disc(0.270, colours.rim)
    disc(0.218, colours.glass)
    disc(0.142, colours.iris)
    disc(0.078, colours.glass)
    disc(0.034, colours.glint, -0.072)
    return picture.crop(picture.getbbox())


def logo(colours: Palette) -> Image.Image:
    """The mark with the name beside it, trimmed."""
    house = mark(colours)
    height = house.height
    # Pillow's own font is in the public domain; a stroke of the same colour makes it a little bolder.
    font = ImageFont.load_default(size=round(0.62 * height))
    stroke = round(0.009 * height)
    name = Image.new("RGBA", (5 * height, height))
    ImageDraw.Draw(name).text(
        (stroke, height / 2), "LocalCam", fill=colours.text, font=font, anchor="lm", stroke_width=stroke
    )
    name = name.crop(name.getbbox())
    gap = round(0.16 * height)
    picture = Image.new("RGBA", (house.width + gap + name.width, height))
    picture.paste(house, (0, 0))
    picture.paste(name, (house.width + gap, (height - name.height) // 2))
    return picture


def save(picture: Image.Image, name: str, size: tuple[int, int]) -> None:
    """Write one PNG, as small as it gets."""
    small = picture.resize(size, Image.Resampling.LANCZOS)
    small.save(FOLDER / name, optimize=True)
    sys.stdout.write(f"{name}: {size[0]}x{size[1]}\n")


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for prefix, colours in (("", ON_LIGHT), ("dark_", ON_DARK)):
        icon, wide = mark(colours), logo(colours)
        for suffix, scale in (("", 1), ("@2x", 2)):
            save(icon, f"{prefix}icon{suffix}.png", (scale * ICON_PX, scale * ICON_PX))
            height = scale * LOGO_HEIGHT_PX
            save(wide, f"{prefix}logo{suffix}.png", (round(wide.width * height / wide.height), height))


if __name__ == "__main__":
    main()
