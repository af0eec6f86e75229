"""The stages that need no other packages, on answers that are made up."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import counts  # noqa: E402
import kept_names  # noqa: E402
import overhead  # noqa: E402
import sets  # noqa: E402
import splitting  # noqa: E402


class FakeBreve:
    """Takes 12 ms for an article with checks and 10 ms without."""

    def __init__(self):
        self.orders = []

    def need(self, path, field):
        pass

    def say(self, text):
        pass

    def items(self, name):
        return [{"article": f"{name} {index}"} for index in range(40)]

    def summary_request(self, text, sentences, **more):
        return {"text": text, **more}

    def timed(self, path, body):
        self.orders.append(body.get("checks"))
        return {}, 0.012 if body.get("checks") else 0.010


class Counts(unittest.TestCase):
    def test_counts_may_be_numbers_or_lists(self):
        checks = {"facts": [{"status": "invented"}, {"status": "kept"}, {}], "repaired": 2, "dropped": ["a sentence"]}
        found, bare = counts.of_answer({"checks": checks, "coverage": {"truncated": True}})
        expected = {"invented": 1, "kept": 1, "missing": 0, "repaired": 2, "dropped": 1, "not wholly read": 1}
        self.assertEqual({name: found[name] for name in expected}, expected)
        self.assertFalse(bare)

    def test_an_answer_without_checks_counts_as_nothing_and_is_counted(self):
        found, bare = counts.of_answer({})
        self.assertEqual(set(found.values()), {0})
        self.assertTrue(bare)

    def test_rows_are_per_hundred_summaries(self):
        row = counts.row("set", [{"checks": {"repeated": 1}}, {}, {}, {}])
        self.assertEqual(row[:2] + row[-1:], ["set", 4, 3])
        self.assertIn("25.0", row)


class Names(unittest.TestCase):
    def test_names_are_those_that_the_human_translation_keeps(self):
        source, reference = "Yesterday Obama met Ángela in London.", "Ayer Obama vio a Angela en Londres."
        self.assertEqual(kept_names.names(source, reference), ["angela", "obama"])

    def test_a_mangled_name_does_not_come_through(self):
        kept = kept_names.through([["obama"], ["merkel"]], ["Vino Obama.", "Vino Merkle."])
        self.assertEqual(kept, {(0, "obama")})


    def test_a_mangled_name_is_found_where_its_sentence_has_a_fault_or_a_repair_of_a_name(self):
        sentences = [
            {"source": "Obama came.", "faults": ["name"]},
            {"source": "Merkel's party left.", "repairs": [{"fault": "name", "means": "source"}]},
            {"source": "Cameron spoke.", "faults": ["number"], "repairs": [{"fault": "number", "means": "source"}]},
            {"source": "Sarkozy slept."},
        ]
        mangled = {(0, "obama"), (0, "merkel"), (0, "cameron"), (0, "sarkozy")}
        self.assertEqual(kept_names.found(mangled, [{"sentences": sentences}]), {(0, "obama"), (0, "merkel")})


class Overhead(unittest.TestCase):
    def test_both_are_timed_in_turn_and_compared(self):
        breve = FakeBreve()
        table = overhead.overhead(breve)
        self.assertIn("| 60 | 10.0 | 12.0 | 1.200 | 1.200 | NO (1.10) |", table)
        timed = [checks for checks in breve.orders if checks is not None]
        self.assertEqual((timed.count(True), timed.count(False)), (180, 180))
        self.assertEqual([set(timed[i:i + 2]) for i in range(0, 360, 2)], [{True, False}] * 180)


# Sentences stand between bars.
SPLITS = [
    "One came.|Two left.",
    "He met Mr. Brown of the U.S. Army.|He left.",
    "J. K. Rowling spoke.|\"No,\" she said.|'Why?' he asked.",
    "It cost 1.5 euros.|2 came.",
    "One came .|`` No , '' he said .|`` Why ? ''|He left .",
    "One came .|( CNN ) Two left .",
    "A headline|A paragraph.",
]


class Sentences(unittest.TestCase):
    def test_articles_are_split(self):
        for text in SPLITS:
            with self.subTest(text):
                article = text.replace("e|A", "e\nA").replace("|", " ")
                self.assertEqual(splitting.split(article), text.split("|"))


class Tables(unittest.TestCase):
    def test_a_table_is_written_between_its_marks(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name) / "document.md"
        path.write_text("a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n", encoding="utf-8")
        sets.write_table("x", sets.table(["h"], [[1]]), path)
        self.assertEqual(path.read_text(encoding="utf-8"), "a\n<!-- begin x -->\n| h |\n| --- |\n| 1 |\n<!-- end x -->\nb\n")
        with self.assertRaises(SystemExit):
            sets.write_table("y", [], path)


if __name__ == "__main__":
    unittest.main()
