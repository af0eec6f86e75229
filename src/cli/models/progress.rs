use std::io::{IsTerminal, stderr};

use indicatif::{DecimalBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::{
    cli::{CliError, output},
    domain::ModelId,
    store::PullEvent,
};

/// Shows a pull: a bar on a terminal, lines elsewhere, JSON lines where asked for.
pub(super) struct Progress<'a> {
    id: &'a ModelId,
    form: Form,
    /// The first failure to write, kept until the pull is over.
    outcome: Result<(), CliError>,
}

enum Form {
    Bar(ProgressBar),
    /// The tenth of the whole that was last told.
    Lines(u64),
    Json,
}

#[derive(Serialize)]
struct ModelEvent<'a> {
    model: &'a ModelId,
    #[serde(flatten)]
    event: &'a PullEvent,
}

impl<'a> Progress<'a> {
    pub(super) fn new(id: &'a ModelId, json: bool) -> Self {
        let form = match (json, stderr().is_terminal()) {
            (true, _) => Form::Json,
            (false, true) => Form::Bar(bar(id)),
            (false, false) => Form::Lines(0),
        };
        Self { id, form, outcome: Ok(()) }
    }

    pub(super) fn show(&mut self, event: &PullEvent) {
        match &mut self.form {
            Form::Bar(bar) => draw(bar, event),
            Form::Lines(told) => {
                if let Some(line) = line(event, told) {
                    output::note(&format!("{}: {line}", self.id));
                }
            }
            Form::Json if self.outcome.is_ok() => {
                let text = serde_json::to_string(&ModelEvent { model: self.id, event });
                self.outcome = text.map_err(CliError::from).and_then(|text| output::line(&text));
            }
            Form::Json => {}
        }
    }

    /// Takes the bar off the terminal.
    pub(super) fn finish(self) -> Result<(), CliError> {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
        self.outcome
    }
}

fn bar(id: &ModelId) -> ProgressBar {
    let template =
        "{prefix} {bar:30} {decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left  {msg}";
    // The template is fixed, so that the plain style never takes over.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style).with_prefix(id.to_string())
}

fn draw(bar: &ProgressBar, event: &PullEvent) {
    match event {
        PullEvent::Resolved { total_bytes, present_bytes, .. } => {
            bar.set_length(*total_bytes);
            bar.set_position(*present_bytes);
            // What was there before did not arrive now.
            bar.reset_eta();
        }
        PullEvent::Progress { file, done_bytes, total_bytes } => {
            bar.set_length(*total_bytes);
            bar.set_position(*done_bytes);
            bar.set_message(file.clone());
        }
        PullEvent::Verified { file, .. } => bar.set_message(format!("{file} verified")),
        PullEvent::Done { .. } => {}
    }
}

/// What a log shows of an event: each start, each tenth, each verified file.
fn line(event: &PullEvent, told: &mut u64) -> Option<String> {
    match event {
        PullEvent::Resolved { revision, files, total_bytes, present_bytes } => Some(format!(
            "revision {revision}, {files} files, {}, {} here already",
            DecimalBytes(*total_bytes),
            DecimalBytes(*present_bytes)
        )),
        PullEvent::Progress { file, done_bytes, total_bytes } => {
            let tenth = done_bytes * 10 / (*total_bytes).max(1);
            (tenth > *told).then(|| {
                *told = tenth;
                format!("{}0% of {}, {file}", tenth, DecimalBytes(*total_bytes))
            })
        }
        PullEvent::Verified { file, checksum } => Some(format!("{file} verified, {checksum}")),
        PullEvent::Done { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(done_bytes: u64) -> PullEvent {
        PullEvent::Progress { file: "model.safetensors".into(), done_bytes, total_bytes: 1000 }
    }

    #[test]
    fn a_log_gets_a_line_for_each_tenth() {
        let mut told = 0;
        let lines: Vec<_> = [50, 120, 130, 400, 999, 1000].map(|done| line(&progress(done), &mut told)).to_vec();
        let shares: Vec<_> = lines.iter().map(|line| line.as_deref().map(|text| &text[..3])).collect();
        assert_eq!(shares, [None, Some("10%"), None, Some("40%"), Some("90%"), Some("100")]);
    }

    #[test]
    fn the_bar_has_a_valid_template() {
        let id = "x".parse().unwrap();
        let bar = bar(&id);
        bar.set_draw_target(ProgressDrawTarget::hidden());
        draw(&bar, &progress(400));
        assert_eq!((bar.position(), bar.length(), bar.message().as_str()), (400, Some(1000), "model.safetensors"));
    }

    #[test]
    fn json_lines_name_the_model() {
        let id = "opus-mt-en-es".parse().unwrap();
        let event = PullEvent::Done { revision: "abc".into() };
        let text = serde_json::to_string(&ModelEvent { model: &id, event: &event }).unwrap();
        assert_eq!(text, r#"{"model":"opus-mt-en-es","event":"done","revision":"abc"}"#);
    }
}
