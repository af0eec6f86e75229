use serde::Serialize;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ok,
    /// It works, and could be better.
    Warning,
    /// Something that is needed does not work.
    Problem,
}

/// What was found of one part.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    part: &'static str,
    pub(super) state: State,
    pub(super) found: String,
    /// What to do; empty where nothing is.
    pub(super) advice: String,
}

impl Finding {
    pub(super) fn ok(part: &'static str, found: impl Into<String>) -> Self {
        Self { part, state: State::Ok, found: found.into(), advice: String::new() }
    }

    pub(super) fn warning(part: &'static str, found: impl Into<String>, advice: &str) -> Self {
        Self { part, state: State::Warning, found: found.into(), advice: advice.to_owned() }
    }

    pub(super) fn problem(part: &'static str, found: impl Into<String>, advice: &str) -> Self {
        Self { part, state: State::Problem, found: found.into(), advice: advice.to_owned() }
    }

    pub(super) fn line(&self) -> String {
        let state = match self.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Problem => "problem",
        };
        let advice = if self.advice.is_empty() { String::new() } else { format!("\n{:22}-> {}", "", self.advice) };
        format!("{state:<9} {:<11} {}{advice}", self.part, self.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_what_to_do() {
        let finding = Finding::problem("keys", "cannot be read", "look at it");
        assert_eq!(finding.line(), "problem   keys        cannot be read\n                      -> look at it");
        assert_eq!(Finding::ok("memory", "much").line(), "ok        memory      much");
    }
}
