//! Renders the OpenAPI document as one page of HTML: no script, nothing to fetch.

use std::fmt::{self, Write};

use serde_json::Value;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;\
background:#fff}h2{margin-top:3rem;border-top:1px solid #d0d7de;padding-top:1rem}code,pre{font:14px/1.4 ui-monospace,\
monospace;background:#f3f5f7;border-radius:4px}code{padding:.1em .3em}pre{padding:.8rem;overflow:auto}table{border-collapse:\
collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #e4e8ec}\
summary{cursor:pointer}b.method{color:#0550ae}@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}code,\
pre{background:#1b222c}td,th,h2{border-color:#30363d}b.method{color:#79c0ff}a{color:#79c0ff}}";

/// The page for `document`.
pub(super) fn render(document: &Value) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail; should it ever, the page ends early.
    let written = Page { document, out: &mut page }.whole();
    if written.is_err() {
        tracing::error!("the documentation page could not be written");
    }
    page
}

struct Page<'a> {
    document: &'a Value,
    out: &'a mut String,
}

impl Page<'_> {
    fn whole(&mut self) -> fmt::Result {
        let info = &self.document["info"];
        let title = Escaped(text(&info["title"]));
        write!(
            self.out,
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width,initial-scale=1\"><title>{title} API</title><style>{STYLE}</style></head><body>\
             <h1>{title} API {}</h1><p>{}</p><p><a href=\"openapi.json\">openapi.json</a></p>",
            Escaped(text(&info["version"])),
            Escaped(text(&info["description"])),
        )?;
        let document = self.document;
        for tag in items(&document["tags"]) {
            self.tag(tag)?;
        }
        self.out.write_str("<h2 id=\"schemas\">Schemas</h2>")?;
        for (name, schema) in members(&document["components"]["schemas"]) {
            write!(self.out, "<h3 id=\"{0}\">{0}</h3>", Escaped(name))?;
            self.schema(schema)?;
        }
        self.out.write_str("</body></html>\n")
    }

    fn tag(&mut self, tag: &Value) -> fmt::Result {
        let description = Escaped(text(&tag["description"]));
        write!(self.out, "<h2>{description}</h2>")?;
        let document = self.document;
        for (path, item) in members(&document["paths"]) {
            for (method, operation) in members(item) {
                if items(&operation["tags"]).contains(&tag["name"]) {
                    self.operation(path, method, operation)?;
                }
            }
        }
        Ok(())
    }

    fn operation(&mut self, path: &str, method: &str, operation: &Value) -> fmt::Result {
        write!(
            self.out,
            "<h3><b class=\"method\">{}</b> <code>{}</code> {}</h3><p>{}</p>",
            method.to_uppercase(),
            Escaped(path),
            Escaped(text(&operation["summary"])),
            Escaped(text(&operation["description"])),
        )?;
        for parameter in items(&operation["parameters"]) {
            let (name, meaning) = (Escaped(text(&parameter["name"])), Escaped(text(&parameter["description"])));
            write!(self.out, "<p>In the path: <code>{name}</code> {meaning}</p>")?;
        }
        for (kind, content) in members(&operation["requestBody"]["content"]) {
            write!(self.out, "<p>Body: <code>{}</code> {}</p>", Escaped(kind), Type(&content["schema"]))?;
            self.example(&content["example"])?;
        }
        for (status, response) in members(&operation["responses"]) {
            self.response(status, response)?;
        }
        Ok(())
    }

    fn response(&mut self, status: &str, response: &Value) -> fmt::Result {
        let description = Escaped(text(&response["description"]));
        write!(self.out, "<details><summary><code>{}</code> {description}</summary>", Escaped(status))?;
        for (kind, content) in members(&response["content"]) {
            write!(self.out, "<p><code>{}</code> {}</p>", Escaped(kind), Type(&content["schema"]))?;
            self.example(&content["example"])?;
            for (_, example) in members(&content["examples"]) {
                self.example(&example["value"])?;
            }
        }
        self.out.write_str("</details>")
    }

    fn example(&mut self, example: &Value) -> fmt::Result {
        if example.is_null() {
            return Ok(());
        }
        write!(self.out, "<pre>{}</pre>", Escaped(&format!("{example:#}")))
    }

    fn schema(&mut self, schema: &Value) -> fmt::Result {
        write!(self.out, "<p>{}</p>", Escaped(text(&schema["description"])))?;
        for part in items(&schema["allOf"]).iter().chain(items(&schema["oneOf"])) {
            self.schema(part)?;
        }
        if schema["properties"].is_null() {
            return write!(self.out, "<p>{}</p>", Type(schema));
        }
        self.out.write_str("<table><tr><th>field</th><th>type</th><th></th></tr>")?;
        for (name, field) in members(&schema["properties"]) {
            let required = items(&schema["required"]).iter().any(|required| required == name);
            let mark = if required { " (required)" } else { "" };
            let description = Escaped(text(&field["description"]));
            write!(
                self.out,
                "<tr><td><code>{}</code>{mark}</td><td>{}</td><td>{description}</td></tr>",
                Escaped(name),
                Type(field)
            )?;
        }
        self.out.write_str("</table>")?;
        items(&schema["examples"]).iter().try_for_each(|example| self.example(example))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A schema in a few words, with links to those that have a name.
struct Type<'a>(&'a Value);

impl fmt::Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.0;
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return write!(f, "<a href=\"#{0}\">{0}</a>", Escaped(name));
        }
        let choices = items(&schema["oneOf"]);
        if !choices.is_empty() {
            return listed(f, choices.iter().map(Type), " or ");
        }
        if !schema["enum"].is_null() {
            return listed(f, items(&schema["enum"]).iter().map(|word| Escaped(text(word))), " | ");
        }
        if schema["type"] == "array" {
            return write!(f, "array of {}", Type(&schema["items"]));
        }
        match &schema["type"] {
            Value::Array(kinds) => listed(f, kinds.iter().map(|kind| Escaped(text(kind))), " or "),
            kind => write!(f, "{}", Escaped(text(kind))),
        }
    }
}

fn listed(f: &mut fmt::Formatter<'_>, parts: impl Iterator<Item = impl fmt::Display>, between: &str) -> fmt::Result {
    for (index, part) in parts.enumerate() {
        let between = if index == 0 { "" } else { between };
        write!(f, "{between}{part}")?;
    }
    Ok(())
}

/// Text with HTML's own characters escaped.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            c => f.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_the_document_is_only_text() {
        let document = serde_json::json!({"info": {"title": "<script>alert(1)</script>"}});
        assert!(!render(&document).contains("<script"));
    }

    #[test]
    fn holds_every_operation_and_fetches_nothing() {
        let document = serde_json::to_value(crate::http::routes::openapi()).unwrap();
        let page = render(&document);
        for (path, _) in members(&document["paths"]) {
            assert!(page.contains(&format!("<code>{path}</code>")), "{path} is not on the page");
        }
        for outside in ["<script", "src=", "http://", "https://", "@import", "url("] {
            assert!(!page.contains(outside), "the page holds {outside}");
        }
    }
}
