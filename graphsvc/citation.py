"""How a release is cited, in words and for reference managers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from graphsvc.index import Index
from graphsvc.release import Release


@dataclass(frozen=True)
class Citation:
    """What a citation says. creator: a name; built: the day; address: the lasting one of the
    release, below that of the data set."""

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
            address=f"{header.root}release/{release.id}", licence=header.licence,
            key=f"{header.prefix}-{release.id}")

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
