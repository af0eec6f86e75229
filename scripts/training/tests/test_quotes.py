import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import held_out
import quotes

PAIR = "The tax will rise next year.", "El impuesto subirá el año que viene."


def quotations(reverse=False):
    make = lambda seed: quotes.quotation(*PAIR, lambda rng: "Ana Kovač", random.Random(seed))
    return [quotes.alike(*make(seed), reverse) for seed in range(300)]


class Alike(unittest.TestCase):
    def test_a_translation_has_the_marks_of_its_source(self):
        for english, spanish, wanted in [
            ('"Yes," he said.', "«Sí», dijo.", '"Sí", dijo.'), ("“Yes,” he said.", '"Sí", dijo.', "“Sí”, dijo."),
            ("'Yes,' he said.", "«Sí», dijo.", '"Sí", dijo.'), ("It's a 'new' one.", 'Es uno "nuevo".', 'Es uno "nuevo".'),
        ]:
            self.assertEqual(quotes.alike(english, spanish), (english, wanted))

    def test_english_has_its_own_marks_for_those_of_spanish(self):
        for english, spanish, wanted in [
            ("“Yes,” he said.", "«Sí», dijo.", '"Yes," he said.'), ('"Yes," he said.', "“Sí”, dijo.", "“Yes,” he said."),
            ("'Yes,' he said.", "«Sí», dijo.", '"Yes," he said.'),
        ]:
            self.assertEqual(quotes.alike(english, spanish, reverse=True), (wanted, spanish))

    def test_marks_that_one_side_lacks_are_taken_from_both(self):
        self.assertEqual(quotes.alike('The "new" one.', "El nuevo."), ("The new one.", "El nuevo."))
        self.assertEqual(quotes.alike("The investors' day.", "El «día»."), ("The investors' day.", "El día."))

    def test_a_pair_without_marks_stays(self):
        self.assertEqual(quotes.alike("It's Tom's.", "Es de Tom."), ("It's Tom's.", "Es de Tom."))


class Quotations(unittest.TestCase):
    def test_both_sides_have_as_many_marks(self):
        for english, spanish in quotations():
            marks = quotes.count(english) or english.count("'")
            self.assertEqual(marks, quotes.count(spanish), english)
            self.assertIn(marks, (1, 2))

    def test_marks_are_those_of_the_language_in_english_too(self):
        for english, spanish in quotations(reverse=True):
            self.assertEqual(quotes.count(english), quotes.count(spanish), english)
            self.assertNotIn("«", english)

    def test_spanish_has_its_comma_and_stop_after_the_mark(self):
        spanish = {text for _, text in quotations()}
        self.assertIn('"El impuesto subirá el año que viene".', spanish)
        self.assertFalse([text for text in spanish if '."' in text or ',"' in text])

    def test_who_spoke_is_on_both_sides(self):
        for english, spanish in quotations():
            self.assertEqual("Ana Kovač" in english, "Ana Kovač" in spanish)
            self.assertEqual("president" in english, "presidente" in spanish)

    def test_a_quotation_is_not_quoted_again(self):
        pair = 'He said "yes".', 'Dijo "sí".'
        self.assertEqual(quotes.quotation(*pair, None, random.Random(1)), pair)


class HeldOut(unittest.TestCase):
    PAIRS = [("news", f"The {n} houses of the old town were sold.", f"Se vendieron las {n} casas de la ciudad vieja.")
             for n in ("250", "1,250", "30", "1990")]

    def test_round_numbers_are_made_of_amounts_alone(self):
        rows = held_out.round_rows(self.PAIRS[:1] + self.PAIRS[2:], 50, False)
        self.assertEqual(len(rows), 50)
        for text, (digits,) in rows:
            self.assertRegex(digits, r"^[1-9][0-9]?0+$|^[1-9]{2}0$")
            self.assertIn(f"The {digits} houses", text)

    def test_sentences_in_marks_are_counted_in_the_translation(self):
        rows = held_out.quotes_rows(self.PAIRS, lambda rng: "Ana", 4, reverse=True)
        self.assertEqual(len(rows), 4)
        for text, wanted in rows:
            self.assertEqual(quotes.count(text), int(wanted))


if __name__ == "__main__":
    unittest.main()
