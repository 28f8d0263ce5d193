"""The real data against the real documents: everything accounted for, nothing wrong or copied."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graphsvc.cli.main import main
from graphsvc.project import Project
from graphsvc.release import Release
from graphsvc.sources.documents import (
    Paragraph,
    index_path,
    index_sources,
    outline_slugs,
    read_document,
)
from tests.asking import store_of

Sources = Callable[..., tuple[int, str, str]]

MIDLOTHIAN = "data/passages/midlothian-2020.ttl"
LEDGER = "data/ledgers/midlothian-2020.tsv"


@pytest.fixture
def documents(shared: Path) -> Path:
    """The folder of the source documents."""
    return shared / "sources"


@pytest.fixture
def sources(copy: Path, capsys: pytest.CaptureFixture[str]) -> Sources:
    """Runs `graphsvc sources` over the copy of the project: status, output, errors."""

    def run(action: str, folder: Path, *options: str) -> tuple[int, str, str]:
        status = main(["sources", action, str(folder), "--project", str(copy), *options])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_no_file_of_the_project_shares_wording_with_a_document(
    shared: Path, project: Project
) -> None:
    check = [sys.executable, str(shared / "tools" / "copied_words"), str(project.root)]
    done = subprocess.run(check, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "0 copied run(s) of 12 or more words\n")


def test_every_paragraph_is_accounted_for_and_most_are_cited(
    sources: Sources, documents: Path
) -> None:
    status, out, _ = sources("coverage", documents)
    last = re.fullmatch(r"total: (\d+) paragraphs, (\d+) cited, (\d+) unaccounted;"
                        r" least share cited in sections with facts (\d+\.\d)%",
                        out.splitlines()[-1])
    assert last and (status, last[3]) == (0, "0")
    assert int(last[2]) >= 1300 and float(last[4]) >= 90


def test_the_account_adds_up_section_by_section_for_each_document(
    sources: Sources, documents: Path
) -> None:
    _, out, _ = sources("coverage", documents)
    said = {account["document"]: account
            for account in json.loads(sources("coverage", documents, "--format", "json")[1])}
    assert sorted(said) == sorted(path.stem for path in documents.glob("*.txt")
                                  if path.stem != "official-names")
    for block in re.split(r"\n(?=\S)", out)[:-1]:
        slug, *sections, total = block.splitlines()
        counts = [re.search(r": (\d+) paragraphs, (\d+) cited", line) for line in sections]
        sums = [sum(int(found[i]) for found in counts if found) for i in (1, 2)]
        assert sums == [said[slug]["paragraphs"], said[slug]["cited"]]
        assert total.strip().startswith(f"{sums[0]} paragraphs, {sums[1]} cited, 0 unaccounted;")


def test_a_paragraph_that_nothing_accounts_for_is_reported_and_fails(
    sources: Sources, copy: Path, documents: Path
) -> None:
    rows = (copy / LEDGER).read_text().splitlines(keepends=True)
    (copy / LEDGER).write_text("".join(row for row in rows if not row.startswith("44\t")))
    path = copy / "data/reports/midlothian-2020.ttl"
    path.write_text(re.sub(r"mid:145\b", "mid:143", path.read_text()))
    status, out, _ = sources("coverage", documents)
    lost = re.findall(r"  (\S.*) \[.*UNACCOUNTED lines(.*)", out)
    assert (status, lost) == (1, [("Contents", " 44"), ("Geography and demography", " 145")])
    assert "2 unaccounted" in out.splitlines()[-1]


def test_too_few_cited_paragraphs_fail_even_with_a_reason_for_each(
    sources: Sources, copy: Path, documents: Path
) -> None:
    glossary = [p.line for p in read_document(documents / "midlothian-2020.txt").paragraphs
                if 519 < p.line < 580]
    for path in (copy / "data").rglob("*.ttl"):
        if "passages" not in path.parts:
            path.write_text(re.sub(rf"\bmid:({'|'.join(map(str, glossary))})\b", "mid:515",
                                   path.read_text()))
    with (copy / LEDGER).open("a") as file:
        file.writelines(f"{line}\trunning-text\tleft out\n" for line in glossary)
    status, out, _ = sources("coverage", documents)
    share = re.search(r"least share cited in sections with facts (\S+)%", out.splitlines()[-1])
    assert share and (status, float(share[1]) < 90) == (1, True)
    assert " 0 unaccounted;" in out.splitlines()[-1]


def test_mistakes_in_a_ledger_are_reported_each_with_its_line(
    sources: Sources, copy: Path, documents: Path
) -> None:
    mistakes = {
        "44 caption": "This is not lines, reason and note: '44 caption'.",
        "44\tdull\tno reason of ours": "This is not lines, reason and note",
        "43-18\tcontents\t": "The lines 43-18 run backwards.",
        "47\tcontents\t": "Line 47 of the document holds no paragraph.",
        "9999\tcontact\t": "Line 9999 of the document holds no paragraph.",
        "20\tcontents\tagain": "Line 20 has a reason already (contents).",
        "145\trunning-text\t": "Line 145 is said to carry no fact, but a fact rests on it.",
    }
    path = copy / LEDGER
    first = len(path.read_text().splitlines()) + 1
    path.write_text(path.read_text() + "".join(f"{row}\n" for row in mistakes))
    status, out, err = sources("coverage", documents)
    assert (status, out, len(err.splitlines())) == (1, "", len(mistakes))
    for number, (line, problem) in enumerate(zip(err.splitlines(), mistakes.values(), strict=True)):
        assert line.startswith(f"{path}:{first + number}: {problem}")


def test_every_passage_holds_and_no_literal_copies(
    sources: Sources, documents: Path, project: Project
) -> None:
    status, out, err = sources("verify", documents)
    passages = sum(len(read_document(documents / f"{slug}.txt").paragraphs)
                   for slug in outline_slugs(project))
    total = re.fullmatch(r"total: (\d+) passages, (\d+) literals, 0 discrepancies\n", out)
    assert total and (status, int(total[1]), err) == (0, passages, "")
    assert int(total[2]) > 8000


def test_passages_that_do_not_hold_are_reported_with_file_and_line(
    sources: Sources, copy: Path, documents: Path
) -> None:
    path = copy / MIDLOTHIAN
    wrong = {
        124: (r'exact "\w', 'exact "X', "oa#hasStartSelector"),
        126: (r'prefix "\w', 'prefix "X', "oa#hasEndSelector"),
        127: (r'(prefix "[^"]*" ; oa:exact ")\w', r"\1X", "oa#hasEndSelector"),
        128: (r"locator \d+", "locator 7", "bibo/locator"),
        145: (r"oa:start \d+", "oa:start 7", "oa#start"),
        149: (r"oa:end \d+", "oa:end 7", "oa#end"),
        151: (r'sha256 "\w{4}', 'sha256 "0000', "schema.org/sha256"),
        155: (r"position \d+", "position 7", "schema.org/position"),
        157: (r"hasSource <\S+>", "hasSource passage:157", "oa#hasSource"),
    }
    text = path.read_text()
    for passage, (pattern, change, _) in wrong.items():
        block = re.compile(rf"(?ms)^passage:{passage} a.*?(?=^passage:)")
        text = block.sub(lambda m, p=pattern, c=change: re.sub(p, c, m[0], count=1),  # type: ignore
                         text)
    path.write_text(re.sub(r"(?ms)^passage:159 a.*?(?=^passage:)", "", text))
    status, out, _ = sources("verify", documents)
    *found, total = out.splitlines()
    assert status == 1 and total.endswith(f" {len(wrong) + 1} discrepancies")
    at = {int(n): row for row, line in enumerate(path.read_text().splitlines(), 1)
          for n in re.findall(r"^passage:(\d+) a", line)}
    for line, (passage, (_, _, name)) in zip(found, wrong.items(), strict=False):
        assert line.startswith(f"{MIDLOTHIAN}:{at[passage]}: <")
        assert re.search(rf"/{passage}> says '[^']*' for <\S*{name}>, but in the document", line)
    assert re.search(r":1: Paragraph \d+ at line 159 of the document has no passage", found[-1])


def test_a_passage_that_the_document_does_not_have_is_reported(
    sources: Sources, copy: Path, documents: Path
) -> None:
    path = copy / MIDLOTHIAN
    path.write_text(path.read_text() + "\npassage:9999 a ji:Passage ; ptr:lineNumber 9999 .\n")
    status, out, _ = sources("verify", documents)
    discrepancy, total = out.splitlines()
    assert status == 1 and total.endswith(" 1 discrepancy")
    assert discrepancy == (
        f"{MIDLOTHIAN}:{len(path.read_text().splitlines())}: The document has no paragraph at the"
        " line of <https://w3id.org/joint-inspections/id/passage/midlothian-2020/9999>.")


def test_another_edition_of_a_document_is_reported(
    sources: Sources, documents: Path, tmp_path: Path
) -> None:
    shutil.copytree(documents, tmp_path / "sources")
    path = tmp_path / "sources" / "midlothian-2020.txt"
    path.chmod(0o644)
    path.write_text(path.read_text().replace("92,460", "92,640"))
    status, out, _ = sources("verify", tmp_path / "sources")
    first, second, total = out.splitlines()
    assert status == 1 and total.endswith(" 2 discrepancies")
    assert re.match(r"data/reference/frameworks\.ttl:\d+: .* another digest than midlothian", first)
    assert first.split(":")[1] == str(_line_of("document:midlothian-2020 a", "frameworks"))
    assert re.match(rf"{MIDLOTHIAN}:\d+: <\S*midlothian-2020/145> says .*sha256", second)


def test_a_passage_has_its_first_and_last_words_and_no_complete_sentence(
    documents: Path, project: Project
) -> None:
    found = 0
    for slug in outline_slugs(project):
        for paragraph in read_document(documents / f"{slug}.txt").paragraphs:
            seen = re.sub(r"<[^>]*>|\]\([^)]*\)|\S+%20\S+", " ", paragraph.text)
            words = re.findall(r"\w+", seen)
            first, last = (re.findall(r"\w+", text) for text in paragraph.ends)
            assert first == words[:len(first)] and last == words[len(words) - len(last):]
            assert bool(first) == bool(last)
            for text in paragraph.ends:
                assert len(text.split()) <= min(6, len(paragraph.text.split()) / 3)
            assert not re.search(r"\s.*[a-z]{2}[.!?](\s|$)", paragraph.ends[0])
            assert not re.search(r"[a-z]{2}[.!?]\s+\S+\s", paragraph.ends[1])
            found += bool(first)
    assert found > 1500


@pytest.mark.parametrize(("text", "ends"), [
    ("**Staff**, we saw, were confident in what they did, and families said so in the surveys.*",
     ("Staff, we saw, were confident", "said so in the surveys.")),
    ("They grew. The service, which was new then, reached every school in the area. It helped.",
     ("They", "helped.")),
    ("- one of eight words that this list has", ("one of", "list has")),
    ("Two words", ("", "")),
])
def test_short_paragraphs_and_sentences_give_fewer_words(text: str, ends: tuple[str, str]) -> None:
    assert Paragraph(1, 1, 0, len(text), text).ends == ends


def test_paragraphs_are_numbered_in_their_section_and_headings_are_not(release: Release) -> None:
    rows = store_of(release).query(
        "SELECT ?passage ?label WHERE { ?passage <http://www.w3.org/2004/02/skos/core#prefLabel>"
        " ?label FILTER(REGEX(STR(?passage), 'passage/midlothian-2020/(139|141|143|145|197)$')) }")
    labels = {row["passage"].value.split("/")[-1]: row["label"].value for row in rows}
    assert {line: label.split(": '")[0] for line, label in labels.items()} == {
        "139": "Midlothian 2020, Geography and demography, heading",
        "141": "Midlothian 2020, Geography and demography, paragraph 1",
        "143": "Midlothian 2020, Geography and demography, paragraph 2",
        "145": "Midlothian 2020, Geography and demography, paragraph 3",
        "197": "Midlothian 2020, Involvement of children and families, heading"}
    assert labels["145"].endswith(
        ": 'On 30 June 2019, the population ... 16, compared to 17% in Scotland.'")


def test_a_document_that_is_not_there_is_reported(sources: Sources, tmp_path: Path) -> None:
    status, out, err = sources("verify", tmp_path)
    assert (status, out) == (1, "")
    assert err.startswith(f"{tmp_path / 'clackmannanshire-2015.txt'}: The document cannot be read")


@pytest.mark.parametrize(("words", "discrepancies"), [(12, 1), (11, 0)])
def test_a_copied_run_of_twelve_words_is_reported_with_file_and_line(
    sources: Sources, copy: Path, documents: Path, words: int, discrepancies: int
) -> None:
    paragraph = next(p for p in read_document(documents / "midlothian-2020.txt").paragraphs
                     if p.line == 187)
    run = " ".join(re.findall(r"[A-Za-z]+", paragraph.text.split(".")[0])[:words]).upper()
    path = copy / "data/reports/midlothian-2020.ttl"
    text = path.read_text()
    place = text.index("finding:mid-strength-1 a")
    end = text.index('dcterms:description "', place) + len('dcterms:description "')
    path.write_text(f"{text[:end]}Zebras say, {run} - {text[end:]}")
    status, out, _ = sources("verify", documents)
    line = text[:place].count("\n") + 1
    found = [s for s in out.splitlines() if s.startswith(f"data/reports/{path.name}:{line}:")]
    assert (status, len(found)) == (discrepancies, discrepancies)
    assert all(f"shares {words} words in a row with a source" in line for line in found)
    assert out.splitlines()[-1].endswith("1 discrepancy" if found else "0 discrepancies")


def test_an_official_name_may_stand(sources: Sources, copy: Path, documents: Path) -> None:
    name = max((documents / "official-names.txt").read_text().splitlines(), key=len)
    part = name.partition(" ")[2]
    with (copy / "data/reference/shared.ttl").open("a") as file:
        file.write(f'\napproach:camhs skos:note "{name}"@en, "{part}"@en .\n')
    assert sources("verify", documents)[0] == 0


def test_the_index_is_reproducible_from_documents_and_outlines_byte_for_byte(
    copy: Path, documents: Path, project: Project
) -> None:
    shutil.rmtree(copy / "data" / "passages")
    written = index_sources(Project(copy), documents)
    assert [path.name for path in written] == [f"{slug}.ttl" for slug in outline_slugs(project)]
    for path in written:
        assert path.read_bytes() == index_path(project, path.stem).read_bytes()


def test_no_index_changes_when_a_document_is_missing(
    sources: Sources, copy: Path, documents: Path, tmp_path: Path
) -> None:
    shutil.copytree(documents, tmp_path / "sources")
    (tmp_path / "sources" / "south-lanarkshire-2020.txt").unlink()
    path = copy / MIDLOTHIAN
    path.write_text("")
    status, _, err = sources("index", tmp_path / "sources")
    assert status == 1 and "south-lanarkshire-2020.txt: The document cannot be read" in err
    assert path.read_text() == ""


def test_a_malformed_outline_is_reported_with_file_and_line(
    sources: Sources, copy: Path, documents: Path
) -> None:
    path = copy / "data/outlines/midlothian-2020.tsv"
    path.write_text("5\t1\tcover\tCover\nsixteen\t1\tcontents\tContents\n")
    status, _, err = sources("index", documents)
    assert status == 1
    assert err.startswith(f"{path}:2: This is not line, level, kind and title")


def test_paragraphs_split_at_lines_and_stand_where_their_offsets_say(
    documents: Path, project: Project
) -> None:
    for slug in outline_slugs(project):
        document = read_document(documents / f"{slug}.txt")
        lines = document.text.split("\n")
        for ordinal, paragraph in enumerate(document.paragraphs, 1):
            assert paragraph.ordinal == ordinal
            assert document.text[paragraph.start:paragraph.end] == paragraph.text
            assert lines[paragraph.line - 1].strip() == paragraph.text
        held = {paragraph.line for paragraph in document.paragraphs}
        rest = [line for number, line in enumerate(lines, 1) if number not in held]
        assert not any(character.isalnum() for line in rest for character in line)


def _line_of(start: str, stem: str) -> int:
    path = Path(__file__).parent.parent / "data" / "reference" / f"{stem}.ttl"
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1)
                if line.startswith(start))
