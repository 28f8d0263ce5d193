"""Makes the font of the pages: `pip install fonttools brotli; python font.py FONT.woff2`.

FONT is files/inter-latin-wght-normal.woff2 of the npm package @fontsource-variable/inter 5.3.0, whose
LICENSE is kept as OFL.txt next to what is made. One file has all weights from regular to bold of
the letters that pages in English need, with figures of one width for tables: 16 kB.
"""

import io
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

OUT = Path(__file__).parents[1] / "graphsvc" / "web" / "pages" / "static" / "fonts" / "inter.woff2"
LETTERS = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0£§©°±·×àèéìòùö–—‘’“”…›−"
FEATURES = ["kern", "liga", "tnum", "locl", "ccmp", "mark"]

narrowed = instantiateVariableFont(TTFont(sys.argv[1]), {"wght": (400, 700)})
narrowed.flavor = None
whole = io.BytesIO()
narrowed.save(whole)
font = TTFont(whole)
options = Options(layout_features=FEATURES, hinting=False)
subsetter = Subsetter(options)
subsetter.populate(text=LETTERS)
subsetter.subset(font)
font.flavor = "woff2"
font.save(OUT)
print(OUT.stat().st_size, "bytes")
