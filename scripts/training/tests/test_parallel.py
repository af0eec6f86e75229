"""Pairs out of packages: what belongs together is kept together, and what is no pair is left out."""
import contextlib
import io
import pathlib
import struct
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE), str(HERE / "tests")]
import corpus  # noqa: E402
import parallel  # noqa: E402
from folder import Folder  # noqa: E402


def catalogue(messages):
    """The bytes of a .mo file: the offsets of the keys, those of the translations, and then all of them, in order."""
    keys = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **messages}.items())
    offsets, data, start = [], b"", 28 + 16 * len(keys)
    for column in range(2):
        for row in keys:
            text = row[column].encode()
            offsets += [len(text), start + len(data)]
            data += text + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return header + struct.pack(f"<{len(offsets)}I", *offsets) + data


class Pairs(Folder):
    def game(self, messages, locale="es_AR"):
        """A package of messages, {English: translation}."""
        self.tar("cataclysm-dda-data-0.tar",
                 {f"./usr/share/locale/{locale}/LC_MESSAGES/cataclysm-dda.mo": catalogue(messages)})

    def book(self, english, spanish):
        """A package of one page in both languages."""
        pages = {"en-US": english, "es-ES": spanish}
        self.tar("debian-handbook-0.tar", {f"./html/{name}/a.html": "".join(
            f'<div class="para">{text}</div>' for text in texts) for name, texts in pages.items()})

    def written(self):
        """(the exit code, the pairs)"""
        out = self.folder / "pairs.tsv"
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as self.complaints:
            missing = parallel.write(self.folder, out)
        return missing, corpus.read(out)

    def test_lines_of_a_message_belong_to_each_other_where_both_have_as_many(self):
        self.game({"The door is open.\n\nThey go in.": "La puerta está abierta.\n\nEntran.",
                   "at night\4The light is on.": "La luz está encendida.",
                   "One light is on.\nIt is red.": "Hay una luz encendida, que es roja."})
        self.assertEqual(self.written()[1], [("cataclysm", "The door is open.", "La puerta está abierta."),
                                             ("cataclysm", "They go in.", "Entran."),
                                             ("cataclysm", "The light is on.", "La luz está encendida.")])

    def test_of_argentina_only_what_addresses_nobody_is_taken(self):
        self.game({"You can open the door.": "Es posible abrir la puerta.",
                   "Try to open the door.": "Si no podés, no abras la puerta.",
                   "The door is open.": "La puerta está abierta."})
        self.assertEqual(self.written()[1], [("cataclysm", "The door is open.", "La puerta está abierta.")])

    def test_of_spain_nothing_is_taken(self):
        self.game({"The door is open.": "La puerta está abierta."}, locale="es_ES")
        self.assertEqual(self.written()[1], [])

    def test_a_pair_is_written_once(self):
        self.book(["This is a whole one."] * 2, ["Este es uno entero."] * 2)
        self.assertEqual(self.written()[1], [("debian_handbook", "This is a whole one.", "Este es uno entero.")])

    def test_a_page_without_as_many_paragraphs_is_left_out(self):
        self.book(["This is one."], ["Este es uno.", "Este es otro."])
        self.assertEqual(self.written()[1], [])

    def test_markup_is_not_part_of_a_paragraph_nor_what_stands_within_it(self):
        self.book(["Use <code>dpkg</code> &amp; wait:<pre>$ dpkg</pre>"], ["Use <em>dpkg</em> y espere:<div>no</div>"])
        self.assertEqual(self.written()[1], [])  # it does not end
        self.book(["Use <code>dpkg</code> &amp; wait.<pre>$ dpkg</pre>"], ["Use <em>dpkg</em> y espere.<div>no</div>"])
        self.assertEqual(self.written()[1], [("debian_handbook", "Use dpkg & wait.", "Use dpkg y espere.")])

    def test_help_pages_are_joined_by_the_names_of_their_paragraphs(self):
        for package, path, text in [
            ("en-us", "en-US", '<p id="par_1" dir="x">It opens a file.</p><p id="par_2">It closes the file.</p>'),
            ("es", "es", '<p id="par_2">Cierra el archivo.</p><p id="par_3">Guarda el archivo.</p>'),
        ]:
            self.tar(f"libreoffice-help-{package}-0.tar", {f"./help/{path}/text/a.html": text})
        self.assertEqual(self.written()[1], [("libreoffice_help", "It closes the file.", "Cierra el archivo.")])

    def test_paragraphs_come_apart_where_their_sentences_are_alike(self):
        self.assertEqual(parallel.apart("One is here. Two is there.", "Uno está aquí. Dos está allí."),
                         [("One is here.", "Uno está aquí."), ("Two is there.", "Dos está allí.")])
        for english, spanish in [("One is here. Two is there.", "Uno está aquí y dos está allí."),
                                 ("One. Two is in the house over there.", "Uno está en la casa de allí. Dos.")]:
            self.assertEqual(parallel.apart(english, spanish), [(english, spanish)])

    def test_what_was_left_in_english_is_no_pair(self):
        self.assertTrue(parallel.usable("The file is here.", "El archivo está aquí."))
        for english, spanish in [("The file is here.", "The file is here."), ("The file", "El archivo"),
                                 ("'s file is here.", "El archivo está aquí."),
                                 ("The file is here, and there.", "El archivo and the file."),
                                 ("word " * 61 + ".", "palabra " * 61 + ".")]:
            self.assertFalse(parallel.usable(english, spanish))

    def test_a_package_that_is_not_there_is_named_and_the_others_are_read(self):
        self.book(["This is a whole one."], ["Este es uno entero."])
        missing, pairs = self.written()
        self.assertEqual(missing, len(parallel.PAIRS) - 1)
        self.assertEqual(pairs, [("debian_handbook", "This is a whole one.", "Este es uno entero.")])
        self.assertIn("cataclysm: not written, there is no cataclysm-dda-data-*.tar", self.complaints.getvalue())


if __name__ == "__main__":
    unittest.main()
