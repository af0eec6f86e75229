//! What of a panic's message may be told.

use std::any::Any;

/// How a panic of tch's begins: what libtorch says is about shapes and devices.
const OF_LIBTORCH: &str = "called `Result::unwrap()` on an `Err` value: Torch(";
const HIDDEN: &str = "panicked, with a message that is not told: it could hold text";

/// The first line of a panic's message where that is fixed in the program or libtorch's own, which goes on with a trace of C++.
/// Any other was made while running, and may hold what an article says: that of a wrong slice of a string does.
pub fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let made = || payload.downcast_ref::<String>().map(String::as_str).filter(|text| text.starts_with(OF_LIBTORCH));
    let text = payload.downcast_ref::<&'static str>().copied().or_else(made);
    text.map_or(HIDDEN, |text| text.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn a_message_that_could_hold_text_is_not_told() {
        let article = String::from("The minister’s secret");
        let sliced = catch_unwind(|| article[..14].len()).unwrap_err();
        let made: Box<dyn Any + Send> = Box::new(format!("no such word: {article}"));
        for payload in [sliced, made] {
            assert_eq!(panic_message(&*payload), HIDDEN);
        }
        let fixed: Box<dyn Any + Send> = Box::new("the batch is empty\nat x");
        assert_eq!(panic_message(&*fixed), "the batch is empty");
        let torch: Box<dyn Any + Send> = Box::new(format!("{OF_LIBTORCH}\"shape '[2]' is invalid\")\nframe #0"));
        assert!(panic_message(&*torch).ends_with("is invalid\")"));
    }
}
