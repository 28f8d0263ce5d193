"""The colours of the stylesheet: legible by day and by night, distinct for all who see colours."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from graphsvc.web.pages.rendering import STATIC

Colour = tuple[float, ...]
PAIRS = {"ink": ("paper", "raised", "sunk", "s0", "c1", "c2", "c3", "c4", "c5", "c6"),
         "soft": ("paper", "raised", "sunk"), "accent": ("paper", "raised", "sunk"),
         "accent-ink": ("accent",), "good-ink": ("good",), "mixed-ink": ("mixed",),
         "slight-ink": ("slight",), "open-ink": ("open",), "bad-ink": ("bad",),
         "on-light": ("s1", "s2", "s3"), "on-dark": ("s4", "s5", "s6")}
"""What is written on what."""
SEEN = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((.152286, 1.052583, -.204868), (.114503, .786281, .099216),
               (-.003882, -.048116, 1.051998)),
    "no green": ((.367322, .860646, -.227968), (.280085, .672501, .047413),
                 (-.011820, .042940, .968881)),
    "no blue": ((1.255528, -.076749, -.178779), (-.078411, .930809, .147602),
                (.004733, .691367, .303900)),
}
"""What eyes without a kind of cone see of linear red, green and blue (Machado and others, 2009)."""


def tokens(night: bool) -> dict[str, Colour]:
    """The colours by day or by night, as linear red, green and blue."""
    text = (STATIC / "pages.css").read_text(encoding="utf-8")
    found = re.findall(r"--([\w-]+): light-dark\(#(\w{6}), #(\w{6})\)", text)
    return {name: tuple(_linear(int(pair[night][at:at + 2], 16) / 255) for at in (0, 2, 4))
            for name, *pair in found}


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2)."""
    return sum(share * part for share, part in zip((.2126, .7152, .0722), colour, strict=True))


def lab(colour: Colour) -> Colour:
    """The colour in CIELAB, in which distances are those that eyes see."""
    rows = ((.4124, .3576, .1805), (.2126, .7152, .0722), (.0193, .1192, .9505))
    x, y, z = (max(0.0, sum(a * b for a, b in zip(row, colour, strict=True))) / white
               for row, white in zip(rows, (.9505, 1, 1.089), strict=True))
    fx, fy, fz = (part ** (1 / 3) if part > .008856 else 7.787 * part + 16 / 116
                  for part in (x, y, z))
    return (116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz))


@pytest.mark.parametrize("night", [False, True])
def test_what_is_written_can_be_read_on_what_it_is_written(night: bool) -> None:
    colours = tokens(night)
    poor = {}
    for ink, grounds in PAIRS.items():
        for ground in grounds:
            low, high = sorted((luminance(colours[ink]), luminance(colours[ground])))
            if (contrast := (high + .05) / (low + .05)) < 4.5:
                poor[ink, ground] = round(contrast, 2)
    assert poor == {}


@pytest.mark.parametrize("night", [False, True])
@pytest.mark.parametrize("eyes", SEEN)
def test_tones_and_steps_of_quantity_look_different(night: bool, eyes: str) -> None:
    colours = tokens(night)

    def seen(name: str) -> Colour:
        return lab(tuple(sum(a * b for a, b in zip(row, colours[name], strict=True))
                         for row in SEEN[eyes]))

    def distance(one: str, other: str) -> float:
        return sum((a - b) ** 2 for a, b in zip(seen(one), seen(other), strict=True)) ** .5

    steps = [seen(f"s{number}")[0] for number in range(1, 7)]
    assert steps == sorted(steps, reverse=not night)
    close = {pair: round(distance(*pair), 1) for kinds in (
        ("good", "mixed", "slight", "open", "bad"), tuple(f"c{number}" for number in range(1, 7)),
        tuple(f"s{number}" for number in range(1, 7)))
        for pair in combinations(kinds, 2) if distance(*pair) < 6}
    assert close == {}
