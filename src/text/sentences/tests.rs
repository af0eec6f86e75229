use proptest::prelude::*;

use super::*;

fn split(text: &str) -> Vec<&str> {
    split_sentences(text).into_iter().map(|span| &text[span.start..span.end]).collect()
}

/// Every `|` stands where a sentence must end; none may end elsewhere.
fn check(cases: &[&str]) {
    let mut wrong = Vec::new();
    for case in cases {
        let expected: Vec<&str> = case.split('|').map(str::trim).collect();
        let text = case.replace('|', "");
        let found = split(&text);
        if found != expected {
            wrong.push(format!("{expected:?}\n  was {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn english() {
    check(&[
        "They spoke on Nov. 3 by phone.| Talks go on.",
        "U.S. officials agreed.| Nothing else was said.",
        "He lives in the U.S.| The house is old.",
        "He moved from the U.S. to Chile.| He stayed.",
        "Mr. Smith met Mrs. Jones.| Ms. Lee came too.",
        "Dr. Helen Park, an economist, agreed.| She left.",
        "Rep. John Lewis and Sen. Ted Cruz argued.| Gov. Brown did not.",
        "No. 5 Chanel sells well.| It is No. 1.",
        "He said no.| Then he left.",
        "St. Louis won.| They live on Main St.| The game was close.",
        "J. K. Rowling wrote it.| George W. Bush read it.",
        "She took vitamin C.| The cold went away.",
        "It cost $3.2 billion.| That is 7.5% more.",
        "The train left at 9 a.m. on Monday.| It was late.",
        "The train left at 9 a.m.| Officials said it was late.",
        "They met at 10 p.m. Tuesday in Rome.| Nobody came.",
        "The show starts at 8 p.m. ET tonight.",
        "He waited...| Then he left.",
        "He waited ... and waited.",
        "He waited… and waited.| Then… nothing.",
        "\"We go.\" |He left.",
        "“We go.” |He left.",
        "\"Stop!\" she said.| He stopped.",
        "\"Stop!\" Bennett said.| He stopped.",
        "\"Will you come?\" Marc Tremblay asked.| Nobody did.",
        "\"Will you come?\" |He did not.",
        "\"We go,\" he said.| \"You stay.\" |They stayed.",
        "“Is it true?” she asked.| “Yes.”",
        "He left (it was late).| She stayed.",
        "(He left.) |She stayed.",
        "He won (again!) and left.| Good.",
        "Really?!| Yes, really!!!| Good.",
        "Apple Inc. said so.| Google Inc.| The two compete.",
        "Jones & Co. sold it.| The price is secret.",
        "John Smith Jr. came.| So did John Smith Sr.| He spoke.",
        "See Fig. 3 and p. 12.| See vol. 2 too.",
        "It was Smith vs. Jones.| Smith won.",
        "Use tools, e.g. Python, i.e. code.| Fine.",
        "Bring apples, pears, etc.| Leave the rest.",
        "Bring apples, etc. and pears.",
        "The Washington, D.C. area grew.| Rents rose.",
        "She has a Ph.D. in physics.| He has an M.A.| They met in school.",
        "Visit example.com or www.bbc.co.uk today.| It is free.",
        "Version 2.4.0 is out.| Use it.",
        "The file is main.rs.| Open it.",
        "Yahoo! is a company.| It is old.",
        "It is 5 p.m.| The bank is closed.",
        "I have an iPhone.| iPhone sales fell.",
        "He won in 2024.| In 2025 he lost.",
        "1. Open the door.| 2. Close it.",
        "It ended.|The next day it rained.",
        "The leader said.”| “We won.”",
        "Lt. Col. James Brown died.| He was 90.",
        "Jan. 15 is near.| Feb. 2 is not.",
        "In Calif. and N.Y. it rained.| In Fla. it did not.",
        "The N.F.L. season began.| The F.B.I. and C.I.A. watch.",
        "He fell 6 ft.| It hurt.",
        "At 10:30 a.m. Eastern time it ended.",
        "What is this?| \"A dog.\"",
        "The U.N. Security Council met.| The U.K. did not.",
        "Prof. A. Jones, Ph.D., spoke.| We listened.",
        "Rev. Martin Luther King Jr. spoke.| The crowd cheered.",
        "Mt. Everest and Ft. Worth are far.",
        "That's it.| 'No,' he said.",
        "The vote was 5-4.| 12 people came.",
        "Fewer voters turned out . |Editor 's note : it rained . |`` He left . '' |She stayed .",
        "no capitals here.| just text.| it goes on",
        "one line without a stop",
        "We won! 😀| Now go.",
        "(CNN)U.S. officials met.| (CNN)Sen. Cruz left.",
        "it turned out . |well , it did . |He paused . . . and left .",
    ]);
}

#[test]
fn spanish() {
    check(&[
        "El Sr. López llegó.| La Sra. Ruiz no.",
        "La Dra. Ana Gómez habló.| El Dr. Pérez calló.",
        "EE. UU. anunció un plan.| México respondió.",
        "Viajó a EE. UU.| El viaje fue largo.",
        "Viajó a EE.UU. con su familia.| Volvió.",
        "Compre fruta, p. ej. manzanas.| Coma bien.",
        "Vea la pág. 12 y el art. 3.| Lea todo.",
        "Costó 1.234,5 euros.| Es mucho.",
        "Había 951.000 personas.| Nadie cayó.",
        "¿Vienes?| ¡Sí!| Vamos.",
        "—¡Basta! —dijo Juan.| Nadie habló.",
        "«Nos vamos».| Salió.",
        "«Nos vamos.» |Salió.",
        "\"¡Basta!\", gritó.| Se fue.",
        "“¿Vienes?” preguntó ella.| “No.”",
        "Llegó a las 9 a. m. del lunes.| Era tarde.",
        "Llegó a las 9 a. m.| Nadie lo vio.",
        "Llegó a las 9 p.m.| Los demás no.",
        "No sé… tal vez.| Adiós.",
        "Esperó...| Luego se fue.",
        "D. Juan y Dña. Ana viven en la Avda. Libertad.| Son felices.",
        "El núm. 5 ganó.| El n.º 6 perdió.",
        "Vive cerca del mar.| Los barcos pasan.",
        "El Gral. San Martín cruzó.| Chile celebró.",
        "Ud. y Uds. deben venir.| Gracias.",
        "Trabaja en Telefónica S.A. desde 2010.| Gana bien.",
        "Es de la Sta. Cruz.| Sto. Domingo queda lejos.",
        "Reinó Felipe II.| Luego reinó Carlos V.| Fue rey.",
        "Los EE. UU. y la U.E. firmaron.| Fue ayer.",
        "Nació en el s. XX.| Murió joven.",
        "Vive en el 3.º piso.| Sube a pie.",
        "(Se fue.) |Ella no.",
        "Dijo que no.| Después, calló.",
        "Las FF. AA. llegaron.| La gente aplaudió.",
        "El lic. Mora y el ing. Paz firmaron.",
        "Véase el cap. IV del libro.| Es corto.",
        "¿Qué?!| ¡No!",
        "Cayó en 323 a. C. tras un sitio.| Renació en el 40 d. C.| El templo quedó.",
        "Ganó 3 a 1.| 40.000 personas lo vieron.",
    ]);
}

#[test]
fn other_languages() {
    check(&[
        "これは本です。|それはペンです。",
        "「行こう。」|彼は去った。",
        "你好！|再见。",
        "यह है। |वह है।",
        "هل جئت؟ |نعم.",
    ]);
}

#[test]
fn line_breaks_are_blanks() {
    check(&["He met Mr.\nSmith.| They\r\nspoke.", "\n\n A.\tB is next \n"]);
}

#[test]
fn nothing_to_read_is_no_sentence() {
    for text in ["", " \n", "...", "***", "😀", "?! ..."] {
        assert_eq!(split(text), Vec::<&str>::new(), "{text:?}");
    }
}

#[test]
fn knows_whole_sentences() {
    for closed in ["He left.", "“He left.”", "(Really?)", "He left. ''", "去了。"] {
        assert!(is_closed(closed), "{closed}");
    }
    assert!(!is_closed("A heading") && !is_closed("He said:"));
    assert!(is_balanced("\"We go,\" he said (late).") && !is_balanced("“We go.") && !is_balanced("\"We go."));
}

/// Letters of several scripts, stops, quotation marks and blanks: what the rules look at.
const TRICKY: &str = "[a-cA-CñÉЯ本0-9 .!?…。\"'”“»«()\n\r\u{a0}\u{301}-]{0,80}";

proptest! {
    #[test]
    fn spans_are_sound_and_lose_nothing(text in prop_oneof!["\\PC{0,200}", TRICKY]) {
        let spans = split_sentences(&text);
        let mut end = 0;
        let mut kept = String::new();
        for span in &spans {
            prop_assert!(end <= span.start && span.start < span.end, "{:?}", spans);
            let sentence = &text[span.start..span.end];
            prop_assert_eq!(sentence, sentence.trim());
            kept.push_str(sentence);
            end = span.end;
        }
        let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        prop_assert_eq!(words(&kept), words(&text));
    }
}
