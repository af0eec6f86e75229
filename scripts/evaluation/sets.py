"""The evaluation sets, and the tables of docs/QUALITY.md between their markers."""
import json
import pathlib

# Name and sentences in a summary.
SETS = {"cnn300": 3, "xsum200": 1, "newsroom60": 3}
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "QUALITY.md"


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def reference(item):
    """The reference summary, one sentence a line where the set tells them apart."""
    return "\n".join(item["highlights"]) if item.get("highlights") else item["summary"]


def halves(items):
    """The half that weights were searched on (items 0, 2, 4, ...), the other, which was looked at too, and all."""
    return {"tuned": items[0::2], "other half": items[1::2], "all": items}


def table(heads, rows):
    """A Markdown table as lines."""
    return [f"| {' | '.join(map(str, row))} |" for row in (heads, ["---"] * len(heads), *rows)]


def write_table(marker, lines, document=DOCUMENT):
    """Puts lines between <!-- begin MARKER --> and <!-- end MARKER -->."""
    text = document.read_text(encoding="utf-8")
    opening, closing = f"<!-- begin {marker} -->\n", f"<!-- end {marker} -->"
    before, found, rest = text.partition(opening)
    _, closed, after = rest.partition(closing)
    if not (found and closed):
        raise SystemExit(f"{document} has no lines {opening.strip()} and {closing}")
    document.write_text(before + opening + "\n".join(lines) + "\n" + closing + after, encoding="utf-8")
