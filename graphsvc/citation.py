"""How a release is cited, in words and for reference managers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from graphsvc.index import Index
from graphsvc.release import Release


@dataclass(frozen=True)
class Citation:
    """What a citation says. creator: a name; built: the day; address: the lasting one of the
    release, or that of a part of it; part: its title."""

    creator: str
    title: str
    release: str
    built: date
    address: str
    licence: str
    key: str
    part: str = ""

    @classmethod
    def of(cls, release: Release, index: Index) -> Citation:
        """The citation of a release."""
        header = release.header
        return cls(
            creator=index.label(header.creator) or header.creator, title=header.title,
            release=release.id, built=datetime.fromisoformat(release.manifest["built"]).date(),
            address=f"{header.root}release/{release.id}", licence=header.licence,
            key=f"{header.prefix}-{release.id}")

    @property
    def terms(self) -> str:
        """The licence as people call it, such as CC BY 4.0, or its address."""
        known = re.fullmatch(
            r"https?://creativecommons\.org/licenses/([a-z-]+)/([\d.]+)/?", self.licence)
        return f"CC {known[1].upper()} {known[2]}" if known else self.licence

    def of_answer(self, heading: str, address: str) -> Citation:
        """The citation of an answer from the release. heading: its title."""
        return replace(self, part=heading, address=address)

    @property
    def text(self) -> str:
        """One sentence, as in a list of references."""
        creator = self.creator[:1].upper() + self.creator[1:]
        end = "" if (self.part or "").endswith(("?", ".", "!")) else "."
        part = f"{self.part}{end} In: " if self.part else ""
        return (f"{part}{creator} ({self.built.year}): {self.title}, release {self.release}."
                f" {self.address}")

    @property
    def bibtex(self) -> str:
        """An entry for BibTeX."""
        title = f"{self.title}, release {self.release}"
        titles = f"  title = {{{self.part}}},\n  booktitle = {{{title}}},\n" if self.part else \
            f"  title = {{{title}}},\n"
        return (f"@{'incollection' if self.part else 'misc'}{{{self.key},\n"
                f"  author = {{{self.creator}}},\n{titles}"
                f"  year = {{{self.built.year}}},\n  url = {{{self.address}}}\n}}")

    @property
    def ris(self) -> str:
        """A reference in RIS, which reference managers import."""
        title = f"{self.title}, release {self.release}"
        lines = [("TY", "CHAP" if self.part else "DATA"), ("AU", self.creator),
                 ("TI", self.part or title), *([("T2", title)] if self.part else []),
                 ("PY", f"{self.built.year}"), ("DA", f"{self.built:%Y/%m/%d}"),
                 ("UR", self.address), ("ER", "")]
        return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)
