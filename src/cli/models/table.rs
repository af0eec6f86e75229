//! Models as text for people.

use indicatif::DecimalBytes;

use crate::{
    domain::{Languages, ModelId, ModelOrigin, ModelState, Task},
    service::ModelStatus,
    store::FileCheck,
};

/// One line a model, in columns.
pub(super) fn overview(models: &[ModelStatus]) -> String {
    let head = ["NAME", "TASK", "LANGUAGES", "SIZE", "STATE", "LICENCE"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head).chain(models.iter().map(row)).collect();
    columns(&rows)
}

fn row(status: &ModelStatus) -> [String; 6] {
    let card = &status.card;
    let size = if status.disk_bytes > 0 { status.disk_bytes } else { card.size_bytes };
    [
        card.id.to_string(),
        task(card.task).into(),
        languages(&card.languages),
        if size > 0 { DecimalBytes(size).to_string() } else { "-".into() },
        state(&status.state),
        // What stands in brackets explains it; `show` prints that too.
        card.license.split(" (").next().unwrap_or_default().to_owned(),
    ]
}

fn columns(rows: &[[String; 6]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// All that is known of one model, one line a property.
pub(super) fn details(status: &ModelStatus) -> String {
    let card = &status.card;
    let mut lines = vec![
        ("name", card.id.to_string()),
        ("description", card.description.clone()),
        ("task", task(card.task).into()),
        ("languages", languages(&card.languages)),
        ("licence", card.license.clone()),
        ("origin", origin(&card.origin)),
        ("context", format!("{} tokens", card.context_tokens)),
        ("state", state(&status.state)),
    ];
    if card.size_bytes > 0 {
        lines.push(("download", DecimalBytes(card.size_bytes).to_string()));
    }
    if let Some(revision) = &status.revision {
        lines.push(("revision", revision.clone()));
        lines.push(("on disk", DecimalBytes(status.disk_bytes).to_string()));
    }
    lines.iter().map(|(name, value)| format!("{name:12} {value}")).collect::<Vec<_>>().join("\n")
}

/// One line a file.
pub(super) fn checks(id: &ModelId, files: &[FileCheck]) -> String {
    if files.is_empty() {
        return format!("{id}: ok, has no files");
    }
    let line = |check: &FileCheck| {
        let verdict = if check.ok { "ok" } else { "DAMAGED" };
        format!("{id}/{}: {verdict}, {}", check.file, check.detail)
    };
    files.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn task(task: Task) -> &'static str {
    match task {
        Task::Summarization => "summarization",
        Task::Translation => "translation",
    }
}

/// Up to four codes or directions; of more, their number.
fn languages(languages: &Languages) -> String {
    let (names, kind): (Vec<String>, _) = match languages {
        Languages::Text(languages) => (languages.iter().map(ToString::to_string).collect(), "languages"),
        Languages::Pairs(pairs) => (pairs.iter().map(ToString::to_string).collect(), "directions"),
        Languages::Between(languages) => return format!("between {}", languages.len()),
        Languages::Any => return "any".into(),
    };
    if names.len() > 4 { format!("{} {kind}", names.len()) } else { names.join(" ") }
}

fn origin(origin: &ModelOrigin) -> String {
    match origin {
        ModelOrigin::BuiltIn => "ships with Breve".into(),
        ModelOrigin::Hub { repository, revision } => format!("{repository}, {revision}"),
        ModelOrigin::Local(path) => path.display().to_string(),
    }
}

fn state(state: &ModelState) -> String {
    match state {
        ModelState::Available => "available".into(),
        ModelState::Downloading { done, total } => {
            format!("downloading, {} of {}", DecimalBytes(*done), DecimalBytes(*total))
        }
        ModelState::Ready => "ready".into(),
        ModelState::Loading => "loading".into(),
        ModelState::Loaded { .. } => "loaded".into(),
        ModelState::Failed { reason } => format!("failed: {reason}"),
    }
}
