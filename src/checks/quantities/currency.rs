//! Currencies and how they are written. Data, and which of them may be the same.

/// A currency: its ISO 4217 code, or a word that several share, such as `dollar`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Currency(&'static str);

/// How sure it is that a word after a number means money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Use {
    Money,
    /// A weight, a verb, and such, too: `pounds`, `won`.
    Either,
    /// A hundredth of the unit.
    Cent,
}

impl Currency {
    pub(super) const CENT: Self = Self("cent");
    const DOLLAR_SIGN: Self = Self("$");

    /// Whether both may be the same: `$` and pesos, dollars and Canadian dollars.
    pub(super) fn fits(self, other: Self) -> bool {
        self == other || self.includes(other) || other.includes(self)
    }

    fn includes(self, other: Self) -> bool {
        SHARED.iter().any(|(word, codes)| *word == self.0 && (codes.is_empty() || codes.contains(&other.0)))
    }

    /// What the sign or code in front of a number or after it means.
    pub(super) fn of_sign(sign: &str) -> Option<Self> {
        SIGNS.iter().find(|(written, _)| *written == sign).map(|(_, code)| Self(code))
    }

    /// What `prefix` before a `$` makes of it: `US`, `C`.
    pub(super) fn of_dollar(prefix: &str) -> Self {
        DOLLARS.iter().find(|(written, _)| *written == prefix).map_or(Self::DOLLAR_SIGN, |(_, code)| Self(code))
    }

    pub(super) fn is_dollar_prefix(prefix: &str) -> bool {
        DOLLARS.iter().any(|(written, _)| *written == prefix)
    }

    /// What `word`, in lower case without accents, means.
    pub(super) fn of_word(word: &str) -> Option<(Self, Use)> {
        let row = WORDS.iter().find(|row| row.0 == word)?;
        Some((Self(row.1), row.2))
    }

    /// The currency of a country, where `word` says which: Canadian dollars, pesos mexicanos.
    pub(super) fn of_country(self, word: &str) -> Option<Self> {
        if self == Self::CENT {
            return None;
        }
        let row = COUNTRIES.iter().find(|(written, _)| word.starts_with(written))?;
        row.1.iter().map(|code| Self(code)).find(|code| self.includes(*code))
    }

    /// Names in English and Spanish, singular and plural.
    pub(super) fn names(self) -> [&'static str; 4] {
        NAMES.iter().find(|row| row.0 == self.0).map_or(["dollar", "dollars", "dólar", "dólares"], |row| row.1)
    }
}

/// Words that several currencies share. A cent may be of any.
const SHARED: &[(&str, &[&str])] = &[
    ("$", &["dollar", "peso", "USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU"]),
    ("dollar", &["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD"]),
    ("peso", &["MXN", "ARS", "CLP", "COP", "UYU", "PHP", "CUP", "DOP"]),
    ("crown", &["CZK", "SEK", "NOK", "DKK", "ISK"]),
    ("pound", &["GBP", "EGP", "SYP"]),
    ("franc", &["CHF", "XAF", "XOF"]),
    ("rupee", &["INR", "PKR", "LKR", "NPR"]),
    ("¥", &["JPY", "CNY"]),
    ("cent", &[]),
];

const SIGNS: &[(&str, &str)] = &[
    ("$", "$"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "¥"),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₪", "ILS"),
    ("₱", "PHP"),
    ("₴", "UAH"),
    ("₿", "BTC"),
    ("¢", "cent"),
    ("USD", "USD"),
    ("EUR", "EUR"),
    ("GBP", "GBP"),
    ("JPY", "JPY"),
    ("CNY", "CNY"),
    ("RMB", "CNY"),
    ("CHF", "CHF"),
    ("CAD", "CAD"),
    ("AUD", "AUD"),
    ("NZD", "NZD"),
    ("HKD", "HKD"),
    ("SGD", "SGD"),
    ("MXN", "MXN"),
    ("ARS", "ARS"),
    ("CLP", "CLP"),
    ("COP", "COP"),
    ("PEN", "PEN"),
    ("BRL", "BRL"),
    ("INR", "INR"),
    ("RUB", "RUB"),
    ("KRW", "KRW"),
    ("SEK", "SEK"),
    ("NOK", "NOK"),
    ("DKK", "DKK"),
    ("CZK", "CZK"),
    ("Kč", "CZK"),
    ("PLN", "PLN"),
    ("TRY", "TRY"),
    ("ZAR", "ZAR"),
    ("Rs", "rupee"),
    ("BTC", "BTC"),
];

/// What stands before `$`.
const DOLLARS: &[(&str, &str)] = &[
    ("US", "USD"),
    ("U", "USD"),
    ("USD", "USD"),
    ("C", "CAD"),
    ("CA", "CAD"),
    ("CAD", "CAD"),
    ("CDN", "CAD"),
    ("A", "AUD"),
    ("AU", "AUD"),
    ("AUD", "AUD"),
    ("NZ", "NZD"),
    ("HK", "HKD"),
    ("S", "SGD"),
    ("NT", "TWD"),
    ("MX", "MXN"),
    ("Mex", "MXN"),
    ("R", "BRL"),
    ("AR", "ARS"),
    ("CLP", "CLP"),
    ("COL", "COP"),
];

/// Words after an amount, in both languages.
const WORDS: &[(&str, &str, Use)] = &[
    ("dollar", "dollar", Use::Money),
    ("dollars", "dollar", Use::Money),
    ("dolar", "dollar", Use::Money),
    ("dolares", "dollar", Use::Money),
    ("buck", "dollar", Use::Either),
    ("bucks", "dollar", Use::Either),
    ("euro", "EUR", Use::Money),
    ("euros", "EUR", Use::Money),
    ("pound", "pound", Use::Either),
    ("pounds", "pound", Use::Either),
    ("libra", "pound", Use::Either),
    ("libras", "pound", Use::Either),
    ("sterling", "GBP", Use::Money),
    ("peso", "peso", Use::Either),
    ("pesos", "peso", Use::Money),
    ("yuan", "CNY", Use::Money),
    ("yuans", "CNY", Use::Money),
    ("yuanes", "CNY", Use::Money),
    ("renminbi", "CNY", Use::Money),
    ("yen", "JPY", Use::Money),
    ("yens", "JPY", Use::Money),
    ("yenes", "JPY", Use::Money),
    ("rupee", "rupee", Use::Money),
    ("rupees", "rupee", Use::Money),
    ("rupia", "rupee", Use::Money),
    ("rupias", "rupee", Use::Money),
    ("ruble", "RUB", Use::Money),
    ("rubles", "RUB", Use::Money),
    ("rouble", "RUB", Use::Money),
    ("roubles", "RUB", Use::Money),
    ("rublo", "RUB", Use::Money),
    ("rublos", "RUB", Use::Money),
    ("franc", "franc", Use::Money),
    ("francs", "franc", Use::Money),
    ("franco", "franc", Use::Either),
    ("francos", "franc", Use::Money),
    ("crown", "crown", Use::Either),
    ("crowns", "crown", Use::Either),
    ("koruna", "CZK", Use::Money),
    ("korunas", "CZK", Use::Money),
    ("krona", "SEK", Use::Money),
    ("kronor", "SEK", Use::Money),
    ("kroner", "crown", Use::Money),
    ("corona", "crown", Use::Either),
    ("coronas", "crown", Use::Either),
    ("reais", "BRL", Use::Money),
    ("reales", "BRL", Use::Either),
    ("won", "KRW", Use::Either),
    ("wons", "KRW", Use::Money),
    ("rand", "ZAR", Use::Either),
    ("lira", "TRY", Use::Money),
    ("liras", "TRY", Use::Money),
    ("zloty", "PLN", Use::Money),
    ("zlotys", "PLN", Use::Money),
    ("eslotis", "PLN", Use::Money),
    ("sol", "PEN", Use::Either),
    ("soles", "PEN", Use::Either),
    ("bolivar", "VES", Use::Either),
    ("bolivars", "VES", Use::Money),
    ("bolivares", "VES", Use::Money),
    ("shekel", "ILS", Use::Money),
    ("shekels", "ILS", Use::Money),
    ("sequeles", "ILS", Use::Money),
    ("hryvnia", "UAH", Use::Money),
    ("grivnas", "UAH", Use::Money),
    ("bitcoin", "BTC", Use::Either),
    ("bitcoins", "BTC", Use::Either),
    ("cent", "cent", Use::Cent),
    ("cents", "cent", Use::Cent),
    ("centavo", "cent", Use::Cent),
    ("centavos", "cent", Use::Cent),
    ("centimo", "cent", Use::Cent),
    ("centimos", "cent", Use::Cent),
    ("pence", "cent", Use::Cent),
    ("peniques", "cent", Use::Cent),
];

/// Starts of words that name a country's money, in both languages.
const COUNTRIES: &[(&str, &[&str])] = &[
    ("american", &["USD"]),
    ("estadounidense", &["USD"]),
    ("us", &["USD"]),
    ("canad", &["CAD"]),
    ("austral", &["AUD"]),
    ("neozeland", &["NZD"]),
    ("hongk", &["HKD"]),
    ("singap", &["SGD"]),
    ("taiwan", &["TWD"]),
    ("mexic", &["MXN"]),
    ("argentin", &["ARS"]),
    ("chilen", &["CLP"]),
    ("chilean", &["CLP"]),
    ("colombian", &["COP"]),
    ("urugua", &["UYU"]),
    ("filipin", &["PHP"]),
    ("philippin", &["PHP"]),
    ("cuban", &["CUP"]),
    ("dominican", &["DOP"]),
    ("british", &["GBP"]),
    ("sterling", &["GBP"]),
    ("britanic", &["GBP"]),
    ("esterlin", &["GBP"]),
    ("egip", &["EGP"]),
    ("egypt", &["EGP"]),
    ("swiss", &["CHF"]),
    ("suiz", &["CHF"]),
    ("czech", &["CZK"]),
    ("chec", &["CZK"]),
    ("swed", &["SEK"]),
    ("suec", &["SEK"]),
    ("norweg", &["NOK"]),
    ("norueg", &["NOK"]),
    ("danish", &["DKK"]),
    ("danes", &["DKK"]),
    ("indian", &["INR"]),
    ("indi", &["INR"]),
    ("pakistan", &["PKR"]),
];

/// Names to write; other currencies are called dollars, which is what `$` most often is.
const NAMES: &[(&str, [&str; 4])] = &[
    ("EUR", ["euro", "euros", "euro", "euros"]),
    ("pound", ["pound", "pounds", "libra", "libras"]),
    ("GBP", ["pound sterling", "pounds sterling", "libra esterlina", "libras esterlinas"]),
    ("EGP", ["Egyptian pound", "Egyptian pounds", "libra egipcia", "libras egipcias"]),
    ("SYP", ["Syrian pound", "Syrian pounds", "libra siria", "libras sirias"]),
    ("peso", ["peso", "pesos", "peso", "pesos"]),
    ("MXN", ["Mexican peso", "Mexican pesos", "peso mexicano", "pesos mexicanos"]),
    ("ARS", ["Argentine peso", "Argentine pesos", "peso argentino", "pesos argentinos"]),
    ("CLP", ["Chilean peso", "Chilean pesos", "peso chileno", "pesos chilenos"]),
    ("COP", ["Colombian peso", "Colombian pesos", "peso colombiano", "pesos colombianos"]),
    ("UYU", ["Uruguayan peso", "Uruguayan pesos", "peso uruguayo", "pesos uruguayos"]),
    ("PHP", ["Philippine peso", "Philippine pesos", "peso filipino", "pesos filipinos"]),
    ("CUP", ["Cuban peso", "Cuban pesos", "peso cubano", "pesos cubanos"]),
    ("DOP", ["Dominican peso", "Dominican pesos", "peso dominicano", "pesos dominicanos"]),
    ("CAD", ["Canadian dollar", "Canadian dollars", "dólar canadiense", "dólares canadienses"]),
    ("AUD", ["Australian dollar", "Australian dollars", "dólar australiano", "dólares australianos"]),
    ("NZD", ["NZD", "NZD", "NZD", "NZD"]),
    ("HKD", ["HKD", "HKD", "HKD", "HKD"]),
    ("SGD", ["SGD", "SGD", "SGD", "SGD"]),
    ("TWD", ["Taiwanese dollar", "Taiwanese dollars", "dólar taiwanés", "dólares taiwaneses"]),
    ("CNY", ["yuan", "yuan", "yuan", "yuanes"]),
    ("JPY", ["yen", "yen", "yen", "yenes"]),
    ("¥", ["yen", "yen", "yen", "yenes"]),
    ("rupee", ["rupee", "rupees", "rupia", "rupias"]),
    ("INR", ["Indian rupee", "Indian rupees", "rupia india", "rupias indias"]),
    ("PKR", ["Pakistani rupee", "Pakistani rupees", "rupia pakistaní", "rupias pakistaníes"]),
    ("RUB", ["ruble", "rubles", "rublo", "rublos"]),
    ("franc", ["franc", "francs", "franco", "francos"]),
    ("CHF", ["Swiss franc", "Swiss francs", "franco suizo", "francos suizos"]),
    ("crown", ["crown", "crowns", "corona", "coronas"]),
    ("CZK", ["Czech crown", "Czech crowns", "corona checa", "coronas checas"]),
    ("SEK", ["Swedish crown", "Swedish crowns", "corona sueca", "coronas suecas"]),
    ("NOK", ["Norwegian crown", "Norwegian crowns", "corona noruega", "coronas noruegas"]),
    ("DKK", ["Danish crown", "Danish crowns", "corona danesa", "coronas danesas"]),
    ("BRL", ["BRL", "reais", "real", "reales"]),
    ("KRW", ["won", "won", "won", "wons"]),
    ("ZAR", ["rand", "rand", "rand", "rand"]),
    ("TRY", ["lira", "liras", "lira", "liras"]),
    ("PLN", ["zloty", "zlotys", "zloty", "zlotys"]),
    ("PEN", ["sol", "soles", "sol", "soles"]),
    ("VES", ["bolivar", "bolivars", "bolívar", "bolívares"]),
    ("ILS", ["shekel", "shekels", "shekel", "shekels"]),
    ("UAH", ["hryvnia", "hryvnia", "grivna", "grivnas"]),
    ("BTC", ["bitcoin", "bitcoins", "bitcoin", "bitcoins"]),
    ("cent", ["cent", "cents", "centavo", "centavos"]),
];
