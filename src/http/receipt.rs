//! The schema of [`crate::domain::Receipt`], which travels as the domain has it.

use utoipa::openapi::{
    ObjectBuilder, RefOr, Schema,
    schema::{AdditionalProperties, ArrayBuilder, SchemaType, Type},
};

/// [`crate::domain::Receipt`].
pub(super) fn schema() -> Schema {
    let key = "SHA-256 of the recipe: requests with one key have one answer.";
    let receipt = object("What it takes to make the summary again; `breve verify` does. Holds no text.")
        .property("version", of(Type::Integer, "The form of this receipt."))
        .property("key", of(Type::String, key))
        .property("recipe", recipe())
        .property("result", result());
    all_required(receipt, &["version", "key", "recipe", "result"])
}

fn recipe() -> Schema {
    let text = object("The article.")
        .property("sha256", of(Type::String, "SHA-256 of its UTF-8 bytes."))
        .property("characters", of(Type::Integer, "Its length in Unicode scalar values."));
    let text = all_required(text, &["sha256", "characters"]);
    let languages = ArrayBuilder::new().items(RefOr::T(of(Type::String, "A language."))).build();
    let recipe = object("Everything that the summary depends on.")
        .property("program", of(Type::String, "The program and its version."))
        .property("text", text)
        .property("language", of(Type::String, "The article's language."))
        .property("targets", languages)
        .property("sentences", of(Type::Integer, "The sentences asked for."))
        .property("format", of(Type::String, "How they are put together."))
        .property("checks", of(Type::Boolean, "Whether they were checked."))
        .property("strict", of(Type::Boolean, "Whether `strict` was asked for."))
        .property("runtime", of(Type::String, "What ran the models."))
        .property("summarizers", models())
        .property("translators", map("The translators by target language.", models()))
        .property("glossary", of(Type::String, "SHA-256 of the glossary; absent where there was none."));
    let required =
        ["program", "text", "language", "targets", "sentences", "format", "checks", "strict", "runtime", "summarizers"];
    all_required(recipe, &[&required[..], &["translators"]].concat())
}

/// A model, and the one that was at hand for what it does badly.
fn models() -> Schema {
    let model = object("A model.")
        .property("name", of(Type::String, "Its name and revision."))
        .property("precision", of(Type::String, "The numbers that it computed with."));
    ArrayBuilder::new().items(RefOr::T(all_required(model, &["name", "precision"]))).build().into()
}

fn result() -> Schema {
    let digest = of(Type::String, "SHA-256 of the summary in that language.");
    let result =
        object("What came of it.").property("summaries", map("By language.", digest)).property("checks", counts());
    all_required(result, &["summaries"])
}

fn counts() -> Schema {
    const COUNTS: [(&str, &str); 8] = [
        ("kept", "Facts as the article writes them."),
        ("reformatted", "Facts written in another way."),
        ("missing", "Facts that are not in all of the summary's languages."),
        ("invented", "Facts that the article does not hold."),
        ("repaired", "Faults that were mended."),
        ("faults", "Faults that are left."),
        ("dropped", "Sentences without a translation of their own."),
        ("untried", "Repairs that could not be tried: another time the answer may be better."),
    ];
    let counts = object("What the checks found; absent where there were none.");
    let counts = COUNTS.iter().fold(counts, |counts, (name, what)| counts.property(*name, of(Type::Integer, what)));
    all_required(counts, &COUNTS.map(|(name, _)| name))
}

fn object(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Object)).description(Some(description))
}

fn all_required(object: ObjectBuilder, names: &[&str]) -> Schema {
    let object = names.iter().fold(object, |object, name| object.required(*name));
    object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false))).into()
}

fn map(description: &str, values: Schema) -> Schema {
    object(description).additional_properties(Some(values)).into()
}

fn of(of: Type, description: &str) -> Schema {
    ObjectBuilder::new().schema_type(SchemaType::Type(of)).description(Some(description)).into()
}
