"""How a release is cited, in words and for reference managers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from graphsvc.index import Index
from graphsvc.release import Release


@dataclass(frozen=True)
class Citation:
    """What a citation says. creator: a name; built: the day; address: the IRI of the data set."""

    creator: str
    title: str
    release: str
    built: date
    address: str
    licence: str
    key: str

    @classmethod
    def of(cls, release: Release, index: Index) -> Citation:
        """The citation of a release."""
        header = release.header
        return cls(
            creator=index.label(header.creator) or header.creator, title=header.title,
            release=release.id, built=datetime.fromisoformat(release.manifest["built"]).date(),
            address=header.dataset, licence=header.licence, key=f"{header.prefix}-{release.id}")

    @property
    def terms(self) -> str:
        """The licence as people call it, such as CC BY 4.0, or its address."""
        known = re.fullmatch(
            r"https?://creativecommons\.org/licenses/([a-z-]+)/([\d.]+)/?", self.licence)
        return f"CC {known[1].upper()} {known[2]}" if known else self.licence

    @property
    def text(self) -> str:
        """One sentence, as in a list of references."""
        creator = self.creator[:1].upper() + self.creator[1:]
        return (f"{creator} ({self.built.year}): {self.title}, release {self.release}."
                f" {self.address}")

    @property
    def bibtex(self) -> str:
        """An entry for BibTeX."""
        return (f"@misc{{{self.key},\n  author = {{{self.creator}}},\n"
                f"  title = {{{self.title}, release {self.release}}},\n"
                f"  year = {{{self.built.year}}},\n  url = {{{self.address}}}\n}}")
