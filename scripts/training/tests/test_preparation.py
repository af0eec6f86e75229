"""What training texts go through: which pairs are kept, and how names, numbers and letter case are changed in them."""
import pathlib
import random
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))
import align  # noqa: E402
import augment  # noqa: E402
import copies  # noqa: E402
import corpus  # noqa: E402
import figures  # noqa: E402
import names  # noqa: E402
import scoring  # noqa: E402
import splits  # noqa: E402

COMMON = {"the", "street", "brown", "marzo", "hola", "casa", "house", "monday"}
PIECES = ["▁Hon", "▁Lopez", "▁Heinrich", "▁Vampire", "▁vampire", "▁Te", "gu", "ci", "gal", "pa", "ing", "▁de", "▁A"]
PLACES = [("Germany", "Alemania"), ("Spain", "España"), ("Peru", "Perú")]


def augmenter():
    inventor = names.Inventor(PIECES, ["Obama", "Merkel", "Zelenskyy"], COMMON)
    templates, asides = [("{N} lives in {P}.", "{N} vive en {P}.")], [("({F}%)", "({F} %)")]
    return augment.Augmenter(inventor, COMMON, templates, asides, PLACES, [("Welsh", "galés")], {"C": [("Monday", "lunes")]})


class Pairs(unittest.TestCase):
    def test_only_running_text_is_kept(self):
        long = "palabra " * 90
        for english, spanish, kept in [
            ("The house is old.", "La casa es vieja.", True),
            ("Hi.", "Muy buenos días a todos los presentes.", False),
            ("See ``os.path`` for more of this.", "Vea ``os.path`` para saber más.", False),
            ("The same sentence on both sides", "The same sentence on both sides", False),
            ("Он живёт здесь.", "Vive aquí.", False),
            ("1234 5678 9012 (34)", "1234 5678 9012 (34)", False),
            (long, long + "x", False),
            ("", "Nada.", False),
        ]:
            with self.subTest(english):
                self.assertEqual(corpus.clean(english, spanish), kept)

    def test_marks_that_stand_apart_are_joined(self):
        for apart, usual in [
            ("He came from Paris , France ( in 1854 -- 1932 ) .", "He came from Paris, France (in 1854–1932)."),
            ("It did n't cost $ 12 , 000 or 5 % more .", "It didn't cost $12, 000 or 5% more."),
            ('Ann \'s " Big Book " is non - fiction', 'Ann\'s "Big Book" is non-fiction'),
        ]:
            with self.subTest(apart):
                self.assertEqual(corpus.joined(apart), usual)

    def test_what_shares_eight_words_with_an_evaluation_set_is_left_out(self):
        held = corpus.HeldOut([])
        held.grams, held.lines = corpus.grams("one two three four five six seven eight nine"), {"Short line."}
        self.assertTrue(held.has("Well, two three four, five six seven eight NINE", "x"))
        self.assertTrue(held.has("Short line.", "x"))
        self.assertFalse(held.has("one two three four five six seven, but then no more", "x"))

    def test_a_sentence_that_is_held_out_is_not_trained_on_in_another_translation(self):
        english = next(f"Sentence {i} here" for i in range(999) if corpus.is_held("tatoeba", f"Sentence {i} here"))
        pairs = [("tatoeba", english, "Una frase aquí"), ("vita_min_tax", english, "Otra frase aquí"), ("tatoeba", "A b c", "A b d")]
        train, held, _ = corpus.split(pairs, corpus.HeldOut([]))
        self.assertEqual([pair[2] for pair in held], ["Una frase aquí"])
        self.assertEqual([pair[2] for pair in train], ["A b d"])

    def test_no_source_without_free_terms_is_used(self):
        for name in ("xnli", "ted_sample", "gnu_www", "openstax", "3b1b_captions", "stsb_deepl", "tails",
                     "wmt_newstest2008_2012", "wmt07_newscommentary"):
            self.assertNotIn(name, corpus.SOURCES)


class Names(unittest.TestCase):
    def test_words_that_come_through_are_found(self):
        found = names.shared_names("The Brown house of Obama and Merkel", "La casa Brown de Obama y Merkel", COMMON)
        self.assertEqual(found, ["Obama", "Merkel"])

    def test_a_name_changes_on_both_sides(self):
        for seed in range(40):
            english, spanish = augmenter()._swap_names("Yesterday Obama left.", "Ayer se fue Obama.", random.Random(seed))
            with self.subTest(english):
                self.assertEqual(english[len("Yesterday "):-len(" left.")], spanish[len("Ayer se fue "):-1])

    def test_a_place_changes_to_what_each_language_calls_another(self):
        changed = {augmenter()._swap_place("He likes Germany.", "Le gusta Alemania.", random.Random(n)) for n in range(60)}
        self.assertLessEqual(changed, {(f"He likes {e}.", f"Le gusta {s}.") for e, s in PLACES})
        self.assertEqual(len(changed), 3)

    def test_a_name_is_put_in_marks_on_both_sides(self):
        quoted = lambda *pair: {augmenter()._quote(*pair, random.Random(seed)) for seed in range(60)}
        pair = "The house of Obama is old", "La casa de Obama es vieja"
        self.assertEqual(quoted(*pair), {pair, ('The house of "Obama" is old', 'La casa de "Obama" es vieja')})
        pair = 'Obama said "yes".', 'Obama dijo "sí".'
        self.assertEqual(quoted(*pair), {pair}, "what is quoted is not quoted again")

    def test_words_that_are_no_names_are_not_copied(self):
        self.assertNotIn("Vampire", names.Inventor(PIECES, [], COMMON).whole)

    def test_every_piece_of_a_name_comes_up(self):
        inventor, rng = names.Inventor(PIECES, ["Obama"], COMMON), random.Random(1)
        text = " ".join(inventor.word(rng) for _ in range(3000))
        for part in ("Honduras"[:3], "Lopez", "Heinrich", "Obama", "gu", "ci", "gal", "pa"):
            self.assertIn(part, text)

    def test_parts_of_other_words_are_left_alone(self):
        self.assertEqual(augment.substitute("Al said Ali and Al-Amin saw Al.", {"Al": "Bo"}), "Bo said Ali and Al-Amin saw Bo.")
        self.assertEqual(augment.substitute("Obama's Obama-like.", {"Obama": '"Obama"'}), '"Obama"\'s Obama-like.')

    def test_figures_in_brackets_stand_in_the_same_place_on_both_sides(self):
        aside = lambda *pair: {augmenter()._aside(*pair, random.Random(seed)) for seed in range(99)}
        made = aside("The old house of Obama is in Kenya.", "La vieja casa de Obama está en Kenia.")
        forms = {tuple(re.sub(r"\(.*%\)", "()", text) for text in pair) for pair in made}
        self.assertEqual(forms, {("The old house of Obama () is in Kenya.", "La vieja casa de Obama () está en Kenia."),
                                 ("The old house of Obama is in Kenya ().", "La vieja casa de Obama está en Kenia ().")})
        for english, spanish in made:
            self.assertEqual(re.findall(r"\d+", english), re.findall(r"\d+", spanish))
        for pair in (("He left.", "Se fue."), ("It was the first (of all) on earth.", "Fue el primero (de todos) en la tierra."),
                     ("Did he go to the old house?", "¿Fue a la vieja casa?"), ("Old Obama Jr went to the house!", "¡El viejo Obama Jr se fue!")):
            self.assertEqual(aside(*pair), {pair})

    def test_who_spoke_and_when_stand_at_the_end_on_both_sides(self):
        made = augmenter()
        made.asides = [(", {N} said {C}", ", dijo {N} el {C}"), ("on {C}", "el {C}")]
        forms = {made._aside("The old house of Obama fell.", "La vieja casa de Obama se cayó.", random.Random(n)) for n in range(60)}
        self.assertEqual({re.sub(", .* said", ", X said", english) for english, _ in forms},
                         {"The old house of Obama fell on Monday.", "The old house of Obama fell, X said Monday."})
        self.assertEqual({re.sub("dijo .* el", "dijo X el", spanish) for _, spanish in forms},
                         {"La vieja casa de Obama se cayó el lunes.", "La vieja casa de Obama se cayó, dijo X el lunes."})

    def test_templates_have_the_same_slots_on_both_sides(self):
        for english, spanish in [pair for name in ("templates", "asides") for pair in augment.read_templates(HERE / f"{name}.tsv")]:
            with self.subTest(english):
                slots = [sorted(match[0] for match in augment._SLOT.finditer(text)) for text in (english, spanish)]
                self.assertEqual(set(slots[0]), set(slots[1]))

    def test_no_template_is_a_text_of_the_short_tables(self):
        templates = {scoring.plain(text) for pair in augment.read_templates(HERE / "templates.tsv") for text in pair}
        for direction in ("en-es", "es-en"):
            for line in (HERE / f"short.{direction}.tsv").read_text(encoding="utf-8").splitlines():
                self.assertFalse(scoring.plain(line.split("\t")[0]) in templates, line)

    def test_a_filled_template_says_the_same_on_both_sides(self):
        made = augmenter()
        for seed in range(200):
            english, spanish = made.template(random.Random(seed))
            self.assertNotIn("{", english + spanish)
            if " lives in " in english:
                self.assertEqual(english.split(" lives in ")[0], spanish.split(" vive en ")[0])


    def test_a_day_is_written_large_at_the_beginning_alone(self):
        made = augmenter()
        made.templates = [("{C}, {A} May", "{C}, {A} de mayo"), ("On {C}", "El {C}")]
        texts = {made.template(random.Random(seed)) for seed in range(60)}
        self.assertTrue(any(spanish.startswith("Lunes, ") for _, spanish in texts))
        self.assertTrue(("On Monday", "El lunes") in texts)


class Numbers(unittest.TestCase):
    def test_numbers_are_found_whatever_separates_their_digits(self):
        for english, spanish, digits in [
            ("It has 12,345 people.", "Tiene 12.345 personas.", ["12345"]),
            ("It has 12 345 people.", "Tiene 12.345 personas.", ["12345"]),
            ("From 10 to 25", "De 10 a 25", ["10", "25"]),
            ("On 24 March 2009", "El 24 de marzo de 2009", ["24", "2009"]),
            ("On Nov. 3", "El 3 de noviembre", ["3"]),
            ("2 of 2", "2 de 2", []),
            ("In COVID19 and A4", "En COVID19 y A4", []),
        ]:
            with self.subTest(english):
                self.assertEqual(figures.shared(english, spanish), digits)

    def test_a_number_keeps_each_language_its_separators(self):
        changes = {"12345": "67890", "24": "31"}
        self.assertEqual(figures.replace("On 24 May, 12,345 came.", changes), "On 31 May, 67,890 came.")
        self.assertEqual(figures.replace("El 24 de mayo vinieron 12.345.", changes), "El 31 de mayo vinieron 67.890.")

    def test_figures_as_latin_america_writes_them(self):
        for text, wanted in [
            ("Costó 12.500 dólares en 2001.", "Costó $12,500 en 2001."), ("El 3,5 % de 1 250 000", "El 3.5 % de 1,250,000"),
            ("(4,3 billones de dólares)", "($4.3 billones)"), ("unos 15 mil millones de dólares", "unos $15 mil millones"),
            ("A las 10.30 del 24.12.2001", "A las 10.30 del 24.12.2001"), ("1.234.567,89 euros.", "1,234,567.89 euros."),
            ("cada 448 382, el $5 y 25 a 30", "cada 448,382, el $5 y 25 a 30"),
        ]:
            self.assertEqual(figures.american(text), wanted)

    def test_years_and_days_stay_plausible(self):
        rng = random.Random(3)
        for _ in range(200):
            self.assertTrue(1850 <= int(figures.another("1987", rng)) <= 2030)
            self.assertRegex(figures.another("1950", rng), "^(18|19|20)[0-9]0$", "or a decade would be none")
            self.assertTrue(10 <= int(figures.another("24", rng)) <= 31)
            self.assertEqual(figures.another("1", rng), "1", "or the singular would be wrong")
            self.assertEqual(len(figures.another("95123", rng)), 5)

    def test_digits_often_repeat_the_one_before(self):
        rng = random.Random(4)
        made = [figures.another("95123", rng) for _ in range(500)]
        repeats = sum(a == b for number in made for a, b in zip(number, number[1:])) / (4 * len(made))
        self.assertTrue(0.3 < repeats < 0.45, repeats)

    def test_decimals_often_end_in_zero_or_the_digit_before_the_point(self):
        rng = random.Random(5)
        made = [figures.decimal(rng) for _ in range(500)]
        for share in (sum(number.endswith(".0") for number in made), sum(re.search(r"(\d)\.\1$", number) is not None for number in made)):
            self.assertTrue(80 < share < 150, share)


class Splits(unittest.TestCase):
    """With pieces that split a word in two ways, and a name."""

    STRINGS = ["<unk>", "▁flood", "▁fl", "ood", "▁Lake", "▁La", "ke", "."]

    def id_to_piece(self, id):
        return self.STRINGS[id]

    def get_piece_size(self):
        return len(self.STRINGS)

    def unk_id(self):
        return 0

    def nbest_encode_as_ids(self, text, most):
        return {"flood": [[1], [2, 3]], "Lake": [[4], [5, 6]]}[text][:most]

    def test_a_word_is_split_in_another_way_and_a_name_never(self):
        other = splits.Splits(self, 1.0)
        self.assertEqual(other([1, 4, 1, 7], random.Random(1)), [2, 3, 4, 2, 3, 7])

    def test_only_the_share_that_was_asked_for_is_split(self):
        self.assertEqual(splits.Splits(self, 0.0)([1, 4], random.Random(1)), [1, 4])
        half, rng = splits.Splits(self, 0.5), random.Random(1)
        self.assertTrue(400 < sum(half([1], rng) == [1] for _ in range(1000)) < 600)


class Case(unittest.TestCase):
    def test_a_headline_has_capitals_in_english_alone(self):
        forms = {augmenter()._case("The court rejects an appeal.", "El tribunal rechaza un recurso.", random.Random(n)) for n in range(99)}
        self.assertIn(("The Court Rejects an Appeal", "El tribunal rechaza un recurso"), forms)
        self.assertIn(("Court Rejects Appeal", "El tribunal rechaza un recurso"), forms)
        self.assertIn(("THE COURT REJECTS AN APPEAL.", "EL TRIBUNAL RECHAZA UN RECURSO."), forms)


class Alignment(unittest.TestCase):
    def test_words_are_paired_by_what_they_stand_beside(self):
        lines = ["o cão dorme\tel perro duerme", "o gato dorme\tel gato duerme", "um cão come\tun perro come",
                 "o gato come\tel gato come", "um gato\tun gato"] * 3
        pairs = align.counterparts(lines)
        self.assertEqual({word: pairs.get(word) for word in ("perro", "gato", "duerme", "un")},
                         {"perro": "cão", "gato": "gato", "duerme": "dorme", "un": "um"})

    def test_a_word_that_is_not_aligned_takes_its_cognate(self):
        cognates = align.Cognates(["anunciou", "anúncio", "nação", "casa"])
        self.assertEqual([cognates(word) for word in ("anunció", "nación", "perro")], ["anunciou", "nação", None])


class Scoring(unittest.TestCase):
    def test_a_name_is_held_as_a_word_or_as_what_the_place_is_called(self):
        for name, text, held in [
            ("Obama", "Lo dijo «Obama».", True),
            ("Obama", "Lo dijo Obamaniz.", False),
            ("Obama", "El libro de Obama's.", True),
            ("Germany", "Vive en Alemania.", True),
            ("Angeles", "Vive en Los Ángeles.", True),
            ("Tuřt", "Vive en Turt.", False),
            ("B-52", "Un B-52, dijo.", True),
        ]:
            with self.subTest(text):
                self.assertEqual(scoring.holds_name(name, text, {"Germany": {"Alemania"}}), held)

    def test_a_number_is_held_whatever_separates_its_digits(self):
        for number, text, held in [
            ("12345", "Vinieron 12.345 personas.", True),
            ("12345", "Vinieron 12 345 personas.", True),
            ("2009", "El 24 de marzo de 2009.", True),
            ("12345", "Vinieron 12.346 personas.", False),
        ]:
            with self.subTest(text):
                self.assertEqual(scoring.holds_number(number, text), held)

    def test_a_decade_is_held_by_its_english_form(self):
        for source, text, held in [
            ("En la década de 1950 ganó.", "It won in the 1950s.", True), ("En los años 1950 ganó.", "It won in the 1950's.", True),
            ("En 1950 ganó.", "It won in the 1950s.", False), ("En los años 1950-2000", "In the 1950s-2000s", False),
            ("Los 950 de la década de 1950", "The 950s", False),
        ]:
            with self.subTest(source):
                self.assertEqual(scoring.holds_number("950" if "950 de" in source else "1950", text, source), held)

    def test_short_texts_are_compared_without_case_and_last_stop(self):
        self.assertEqual(scoring.plain("Sin Comentarios."), scoring.plain("sin comentarios"))
        self.assertNotEqual(scoring.plain("¡Hola!"), scoring.plain("Hola"))


class Copies(unittest.TestCase):
    """Which pieces of a translation are copies of which of the source's."""

    STRINGS = ["</s>", "▁the", "▁Hon", "dur", "as", ".", "▁en", "▁and", "▁y", "▁1", "2", "▁$", "1", ",", "▁A"]

    def links(self, source, target):
        class Pieces:
            get_piece_size = staticmethod(lambda: len(self.STRINGS))
            id_to_piece = staticmethod(self.STRINGS.__getitem__)

        ids = lambda text: [self.STRINGS.index(piece) for piece in text.split()]
        return copies.Copies(Pieces)(ids(source), ids(target))

    def test_a_name_is_linked_piece_by_piece_whatever_follows_it(self):
        self.assertEqual(self.links("▁the ▁Hon dur as . </s>", "▁en ▁y ▁Hon dur as </s>"), [(2, 1), (3, 2), (4, 3)])

    def test_numbers_are_linked_and_common_words_are_not(self):
        self.assertEqual(self.links("▁1 2 ▁en </s>", "▁en ▁1 2 </s>"), [(1, 0), (2, 1)])

    def test_digits_are_linked_whatever_stands_around_them(self):
        self.assertEqual(self.links("▁1 , 2 ▁the", "▁en ▁1 . 2"), [(1, 0), (3, 2)])
        self.assertEqual(self.links("▁$ 1 2 ▁the", "▁1 2 ▁$"), [(0, 1), (1, 2)])
        self.assertEqual(self.links("▁1 2", "▁1"), [])

    def test_what_stands_twice_is_not_linked(self):
        self.assertEqual(self.links("▁A ▁and ▁A ▁1 </s>", "▁A ▁y ▁1 </s>"), [(2, 3)])


if __name__ == "__main__":
    unittest.main()
