"""The independent check of numbers and names: tables of texts with what it has to read in them."""
import pathlib
import sys
import unittest
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import independent  # noqa: E402
import numbers_in_text  # noqa: E402

# Language, text, the values that it states.
CLAIMS = [
    ("en", "It cost 951,000 dollars.", "951000"),
    ("en", "Growth of 1.6 percent in 2012.", "1.6 2012"),
    ("en", "On June 5, 2012, he left.", "5 2012"),
    ("en", "An $80m plan, then £2.5bn more.", "80000000 2500000000"),
    ("en", "He spent $ 18 million.", "18000000"),
    ("en", "a 3.5-million-dollar home", "3500000"),
    ("en", "twenty-one people", "21"),
    ("en", "two hundred and fifty thousand votes", "250000"),
    ("en", "six hundred million", "600000000"),
    ("en", "half a million people", "500000"),
    ("en", "between 10-12 and 1990s", "10 12 1990"),
    ("en", "two and three", "2 3"),
    ("en", "one of the men, and no one else", ""),
    ("en", "hundreds of people, millions of dollars", ""),
    ("en", "a hundred men in the 21st century", "100 21"),
    ("en", "An F-16 and an A380", "16 380"),
    ("en", "at 10:30 a.m.", "10 30"),
    ("en", "Numbers 3,5 and 7", "3 5 7"),
    ("en", "1,234,567.89 euros", "1234567.89"),
    ("en", "Two thousand and twelve", "2012"),
    ("en", "two and a half million, then a million and a half", "2500000 1500000"),
    ("es", "dos millones y medio de personas", "2500000"),
    ("es", "12,5 miles de millones, y miles de millones", "12500000000"),
    ("es", "9 mil 200 pies y 3 mil 50", "9200 3000 50"),
    ("es", "Costó 951.000 dólares.", "951000"),
    ("es", "Un crecimiento del 1,6 por ciento", "1.6"),
    ("es", "1,6 millones de euros", "1600000"),
    ("es", "1.6 millones de euros", "1600000"),
    ("es", "3.000 millones de euros", "3000000000"),
    ("es", "tres mil millones de euros", "3000000000"),
    ("es", "mil millones y 2 billones", "1000000000 2000000000000"),
    ("es", "951,000 dólares", "951"),
    ("es", "10 000 personas en 2012", "10000 2012"),
    ("es", "10\u00a0000 personas", "10000"),
    ("es", "treinta y uno de mayo", "31"),
    ("es", "veintidós o ciento cincuenta", "22 150"),
    ("es", "doscientas cincuenta mil personas", "250000"),
    ("es", "medio millón de personas", "500000"),
    ("es", "un millón de personas", "1000000"),
    ("es", "una de las dos", "2"),
    ("es", "decenas de millones y cientos de miles", ""),
    ("es", "tres y cuatro", "3 4"),
    ("es", "1.234.567,89 euros", "1234567.89"),
    ("es", "El 5 de junio de 2012", "5 2012"),
]

# English, Spanish, whether every Spanish number has its ground in English.
AGREES = [
    ("A third man came.", "Vino un hombre: 3 en total.", True),
    ("It opens at 4 pm.", "Abre a las 16:00.", True),
    ("It opens at 10.30am.", "Abre a las 10:30.", True),
    ("In the 1980s.", "En los años 80.", True),
    ("Both men left.", "Los dos hombres se fueron.", True),
    ("A dozen men left.", "Doce hombres se fueron.", True),
    ("It cost $2 billion.", "Costó 2.000 millones de dólares.", True),
    ("It cost $2 billion.", "Costó 2 billones de dólares.", False),
    ("There were 951,000.", "Había 951,000.", False),
    ("It fell 0,4% to 125 000.", "Cayó un 0,4% a 125.000.", True),
    ("There were 15.", "Había 50.", False),
]

ARTICLE = (
    "President Barack Obama met Angela Merkel in London on Monday. \"Mr. Brown's plan,\" he said. The University of Texas "
    "and Germany agreed. JK Rowling spoke. Lawyers for the U.S. Army and Dmitry Medvedev were there."
)
KNOWLEDGE = independent.Knowledge(
    {"the", "on", "he", "in", "yesterday", "many"},
    {"el", "ejército", "presidente", "universidad", "ayer", "abogados"},
    {"londres": {"london"}, "alemania": {"germany", "german"}, "francia": {"france", "french"}},
    {"valle", "silicio", "testamento"}.__contains__,
)

# An English summary, the names found in it that the article does not hold.
ENGLISH_NAMES = [
    ("Barack Obama met Angela Merkel.", []),
    ("The President met Merkel in London.", []),
    ("Yesterday Obama spoke.", []),
    ("He met Mr. Brown.", []),
    ("Brown's plan failed.", []),
    ("The University of Texas agreed.", []),
    ("Lawyers were there on Monday.", []),
    ("BARACK OBAMA SPOKE", ["BARACK OBAMA SPOKE"]),
    ("He met Gordon Brown.", ["Gordon Brown"]),
    ("He met Barack Merkel.", ["Barack Merkel"]),
    ("On Tuesday he left.", ["Tuesday"]),
    ("Tuesday was cold.", ["Tuesday"]),
    ("Sarkozy spoke.", ["Sarkozy"]),
]

# A Spanish summary, the words found in it that nothing leads to.
SPANISH_NAMES = [
    ("El Presidente Barack Obama se reunió con Angela Merkel.", []),
    ("Se reunió en Londres.", []),
    ("Alemania y el Ejército.", []),
    ("Abogados de Medvédev.", []),
    ("Vio a (Barack) y a «Merkel».", []),
    ("Se reunió en Francia.", ["Francia"]),
    ("Se reunió con Merkle.", ["Merkle"]),
    ("Merkell se reunió con él.", ["Merkell"]),
    ("Empapado, se fue.", []),
    ("En el siglo XIX.", []),
    ("En el Valle del Silicio leyó el Testamento.", []),
    ("Vio a Merkelton y el Magazinburg.", ["Merkelton", "Magazinburg"]),
]

# An English name, the words of an article, whether they hold it.
NAMED = [
    ("falkland islands", "falklands war", True),
    ("falkland islands", "islands war", False),
    ("isle of man", "man isle", True),
    ("the", "a war", False),
]


class Numbers(unittest.TestCase):
    def test_values_that_a_text_states(self):
        for language, text, expected in CLAIMS:
            with self.subTest(text):
                found = [number.value for number in numbers_in_text.claims(text, language)]
                self.assertEqual(found, [Decimal(value) for value in expected.split()])

    def test_spanish_numbers_agree_with_english_ones_by_value(self):
        for english, spanish, agrees in AGREES:
            with self.subTest(spanish):
                found = independent.unsupported_numbers(spanish, "es", english, "en")
                self.assertEqual(not found, agrees, found)

    def test_a_text_supports_itself(self):
        for language, text, _ in CLAIMS:
            with self.subTest(text):
                self.assertEqual(independent.unsupported_numbers(text, language, text, language), [])


class Names(unittest.TestCase):
    def test_english_names(self):
        for summary, expected in ENGLISH_NAMES:
            with self.subTest(summary):
                found = independent.english_names(summary, ARTICLE, KNOWLEDGE)
                self.assertEqual([finding.text for finding in found], expected)

    def test_spanish_names(self):
        for summary, expected in SPANISH_NAMES:
            with self.subTest(summary):
                found = independent.spanish_names(summary, ARTICLE, "", KNOWLEDGE)
                self.assertEqual([finding.text for finding in found], expected)

    def test_words_that_names_leave_out_need_not_be_there(self):
        for name, article, expected in NAMED:
            with self.subTest(name):
                self.assertEqual(independent._named(name, set(article.split())), expected)

    def test_the_list_of_spanish_names_is_read(self):
        exonyms = independent.read_exonyms()
        self.assertIn("london", exonyms["londres"])
        self.assertIn("united kingdom", exonyms["reino"])


class Summaries(unittest.TestCase):
    def test_each_kind_of_fault_is_named(self):
        english, spanish = "Sarkozy paid 5 euros and 7 more.", "Sarkozi pagó 6 euros y 7 más."
        found = independent.check("He paid 7 euros.", english, spanish, KNOWLEDGE)
        kinds = [(finding.language, finding.kind, finding.text) for finding in found]
        self.assertEqual(kinds, [
            ("en", "number", "5"), ("en", "name", "Sarkozy"), ("es", "number", "6"),
            ("es", "name", "Sarkozi"), ("es", "number lost", "5"),
        ])

    def test_soft_hyphens_of_an_article_divide_no_word(self):
        found = independent.check("Peter Mont\u00adgomery left.", "Peter Montgomery left.", "Montgomery", KNOWLEDGE)
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
