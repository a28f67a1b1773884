"""Mail: messages as their parts say, any cut of a file gives each once, and what cannot be read is told."""

from __future__ import annotations

import gzip
import mailbox
import tarfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import read
from tilth.read import Span
from tilth.read.mbox import messages

ReadAll = Callable[..., list[dict[str, Any]]]


def message(number: int, text: str, **parts: Any) -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = f"Über Boden {number}", "A. Bée <a@example.org>", "b@example.org"
    made["Date"], made["Message-ID"] = "Wed, 01 May 2024 12:00:00 +0200", f"<{number}@example.org>"
    made.set_content(text, **parts)
    return made


def box(folder: Path, made: list[EmailMessage]) -> Path:
    path = folder / "a.mbox"
    path.unlink(missing_ok=True)
    kept = mailbox.mbox(path)
    for one in made:
        kept.add(one)
    kept.close()
    return path


def test_parts_headers_and_charsets(tmp_path: Path, read_all: ReadAll) -> None:
    latin = message(1, "Größe", charset="latin-1")
    both = message(2, "plain\n")
    both.add_alternative("<p>html</p>", subtype="html")
    both.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    page = message(3, "<p>Käse</p>", subtype="html", charset="latin-1")
    box(tmp_path, [latin, both, page])
    rows = read_all(read.Mbox(str(tmp_path)))
    assert [row["text"] for row in rows] == ["Größe", "plain", None]
    assert [row["subject"] for row in rows] == ["Über Boden 1", "Über Boden 2", "Über Boden 3"]
    assert (rows[0]["sender"], rows[0]["id"], rows[0]["date"]) == ("A. Bée <a@example.org>", "<1@example.org>", "2024-05-01T12:00:00+02:00")
    assert [row["attachments"] for row in rows] == [0, 1, 0]
    assert rows[2]["html"].decode("latin-1").strip() == "<p>Käse</p>"
    assert rows[2]["content_type"] == "text/html; charset=iso-8859-1"


def test_quoted_text_can_be_left_out(tmp_path: Path, read_all: ReadAll) -> None:
    box(tmp_path, [message(1, "Yes.\n\nOn Monday, B wrote:\n> Is soil alive?\n>> Is it?\n\nIt is.\n")])
    (kept,), (cut,) = read_all(read.Mbox(str(tmp_path))), read_all(read.Mbox(str(tmp_path), quoted=False))
    assert "> Is soil alive?" in kept["text"]
    assert cut["text"] == "Yes.\n\n\nIt is."
    assert kept["quoted_lines"] == cut["quoted_lines"] == 2


@given(st.lists(st.text(st.sampled_from("From a\n>12:00"), max_size=60), min_size=1, max_size=6), st.integers(1, 400), st.booleans())
def test_any_cut_gives_each_message_once(tmp_path_factory: pytest.TempPathFactory, texts: list[str], size: int, crlf: bool) -> None:
    path = tmp_path_factory.mktemp("mail") / "a.mbox"
    end = b"\r\n" if crlf else b"\n"
    parts = []
    for i, text in enumerate(texts):
        lines = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in text.encode().split(b"\n")]
        parts.append(end.join([b"From a@b Wed May  1 12:00:00 2024", b"Subject: %d" % i, b"", *lines, b"", b""]))
    path.write_bytes(b"".join(parts))
    whole = list(messages(Span(str(path)), 1 << 20))
    assert [data.partition(b"\n")[0].strip() for _, data, _ in whole] == [b"Subject: %d" % i for i in range(len(texts))]
    assert [place for place, _, _ in whole] == [sum(map(len, parts[:i])) for i in range(len(parts))]
    assert [data.replace(b"\r\n", b"\n").partition(b"\n\n")[2][:-1].rstrip(b"\n") for _, data, _ in whole] == [
        text.encode().rstrip(b"\n") for text in texts
    ]
    total = path.stat().st_size
    spans = [Span(str(path), at, min(at + size, total)) for at in range(0, total, size)]
    assert [found for span in spans for found in messages(span, 1 << 20)] == whole


def test_long_messages_are_passed_over(tmp_path: Path, read_all: ReadAll) -> None:
    box(tmp_path, [message(1, "short"), message(2, "x " * 2_000_000), message(3, "short")])
    rows = read_all(read.Mbox(str(tmp_path), max_bytes=1_000_000), 700_000)
    assert [row["error"] for row in rows] == [None, "the message is longer than max_bytes=1000000", None]


def test_single_messages_archives_and_what_is_no_mail(tmp_path: Path, read_all: ReadAll) -> None:
    path = box(tmp_path, [message(1, "one"), message(2, "two")])
    (tmp_path / "b.mbox.gz").write_bytes(gzip.compress(path.read_bytes()))
    (tmp_path / "c.mbox.gz").write_bytes(gzip.compress(path.read_bytes())[:-20])
    (tmp_path / "d.eml").write_bytes(message(4, "four").as_bytes())
    (tmp_path / "e.eml").write_bytes(b"\x00\x01 no mail")
    rows = read_all(read.Mbox(str(tmp_path)))
    by_file = {name: [row for row in rows if f"/{name}" in (row["path"] or row["id"])] for name in ("a.", "b.", "c.", "d.", "e.")}
    assert [row["text"] for row in by_file["a."]] == [row["text"] for row in by_file["b."]] == ["one", "two"]
    assert "near byte" in by_file["c."][-1]["error"]
    assert by_file["d."][0]["text"] == "four"
    assert "no headers" in by_file["e."][0]["error"]


def test_headers_that_lie(tmp_path: Path, read_all: ReadAll) -> None:
    raw = (
        b"Subject: =?no-such-charset?q?caf=E9?= =?utf-8?b?broken\nContent-Type: text/plain; charset=no-such\nDate: soon\n"
        b"Content-Transfer-Encoding: base64\n\n!!!not base64\n"
    )
    (tmp_path / "a.eml").write_bytes(raw)
    (tmp_path / "b.eml").write_bytes(b"Subject: \xff\xfe raw\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n" * 3)
    rows = read_all(read.Mbox(str(tmp_path)))
    assert [row["error"] for row in rows] == [None, None]
    assert rows[0]["date"] is None


def test_real_mail_is_what_the_standard_library_reads(tmp_path: Path, shared: Path, read_all: ReadAll) -> None:
    mails = []
    with tarfile.open(shared / "semantic" / "palimpzest_enron.tar.gz") as archive:
        for member in archive:
            data = archive.extractfile(member).read() if member.isfile() else b""
            if b"Message-ID:" in data[:400]:
                mails.append(data[data.index(b"Message-ID:") :])
    path = tmp_path / "enron.mbox"
    kept = mailbox.mbox(path)
    for mail in mails:
        kept.add(mail)
    kept.flush()
    rows = read_all(read.Mbox(str(path)), 20_000)
    assert len(rows) == len(mails) > 100
    assert [row["id"] for row in rows] == [one["Message-ID"] for one in kept]
    bodies = [one.get_payload(decode=True).decode("cp1252", "replace").strip() for one in kept]
    assert sum(row["text"] == body.replace("\r\n", "\n") for row, body in zip(rows, bodies, strict=True)) >= 0.99 * len(rows)
    kept.close()
