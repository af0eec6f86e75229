use super::*;

#[test]
fn english_is_written_in_spanish_form() {
    for (text, expected) in [
        ("It cost $3.2 billion.", "It cost 3200 millones de dólares."),
        ("1,234.5 and 12,345.6", "1234,5 and 12.345,6"),
        ("951,000 voters, 5% of them", "951.000 voters, 5\u{a0}% of them"),
        ("On Nov. 3, 2019, at 3:30 p.m.", "On 3 de noviembre de 2019, at 15:30"),
        ("in November", "in noviembre"),
        ("on Wednesday", "on miércoles"),
        ("three dogs and one cat", "tres dogs and one cat"),
        ("twenty-five dogs", "25 dogs"),
        ("2.5 trillion", "2,5 billones"),
        ("a million", "1 millón"),
        ("a million dollars", "1 millón de dólares"),
        ("3,200,000", "3.200.000"),
        ("two-thirds", "2/3"),
        ("the 21st century", "the 21.º century"),
        ("2 percentage points", "2 puntos porcentuales"),
        ("50 cents", "50 centavos"),
        ("£1,000", "1000 libras esterlinas"),
        ("the 1990s", "the años 1990"),
        ("a 100m race", "a 100m race"),
        ("no number at all", "no number at all"),
    ] {
        assert_eq!(in_spanish(text), expected, "{text}");
    }
}

#[test]
fn spanish_is_written_in_english_form() {
    for (text, expected) in [
        ("3200 millones de dólares", "3.2 billion dollars"),
        ("3 de noviembre de 2019", "November 3, 2019"),
        ("12.345,6", "12,345.6"),
        ("5 %", "5%"),
        ("dos billones de euros", "2 trillion euros"),
        ("tercer", "3rd"),
        ("el miércoles", "Wednesday"),
        ("los años 90", "90s"),
        ("tres", "three"),
    ] {
        let found = spanish(text);
        assert_eq!(found.iter().map(Quantity::to_english).collect::<Vec<_>>(), [expected], "{text}");
    }
}

#[test]
fn spans_hold_the_quantity_with_what_gives_its_value() {
    let text = "On Nov. 3, 2019, some 1,234.5 tons, worth US$3.2 billion (5%), came at 3:30 p.m. for a third time.";
    let expected = ["Nov. 3, 2019", "1,234.5", "US$3.2 billion", "5%", "3:30 p.m.", "a third"];
    assert_eq!(written(text, &english(text)), expected);
    let kinds: Vec<Kind> = english(text).iter().map(|quantity| quantity.kind).collect();
    assert_eq!(kinds, [Kind::Date, Kind::Number, Kind::Money, Kind::Percent, Kind::Time, Kind::Ordinal]);
    let text = "El 3 de noviembre pagó 3200 millones de dólares, el 5 % del total, a las 3 de la tarde.";
    let expected = ["3 de noviembre", "3200 millones de dólares", "5 %", "3 de la tarde"];
    assert_eq!(written(text, &spanish(text)), expected);
}

#[test]
fn nothing_is_read_across_paragraphs() {
    let text = "In March\n\n3 people";
    assert_eq!(written(text, &english(text)), ["March", "3"]);
}

#[test]
fn digits_of_other_languages_are_read() {
    let found = quantities("Es kostete 1.234,5 Euro, 3 % mehr als 2019, zwei Prozent.", "de".parse().unwrap());
    let source = english("It cost 1,234.5 euros, 3% more than in 2019.");
    assert!(missing(&source, &found).is_empty());
    assert!(missing(&found, &source).is_empty());
}

#[test]
fn missing_tells_which() {
    let source = english("On March 3, 5 men paid $20 and 7 women paid 10%.");
    let target = spanish("El 3 de marzo, 5 hombres pagaron 20 dólares y 7 mujeres pagaron el 11 %.");
    assert_eq!(missing(&source, &target), [4]);
    assert_eq!(missing(&target, &source), [4]);
}

#[test]
fn a_comma_shares_no_unit_with_what_follows() {
    assert!(differ("Of 5%, 10 people", "Del 5 %, el 10 %"));
    assert!(differ("On March 3, 5 men", "El 3 de marzo, el 5 de marzo"));
}

#[test]
fn a_date_may_be_spread() {
    let source = english("On March 3, 2019, he left.");
    assert!(missing(&source, &spanish("Era 2019. El 3 de marzo se fue.")).is_empty());
    assert!(missing(&source, &spanish("Era 2018. El 3 de marzo se fue.")) == [0]);
}
