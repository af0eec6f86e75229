//! Finds every path that a source file names, in `use` trees, code and macros alike, by walking its tokens.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree, token_stream::IntoIter};

/// A path and where it stands.
#[derive(Debug)]
pub(super) struct Place {
    /// From `crate`, or from an outside library's name.
    pub(super) path: Vec<String>,
    /// Whether only tests see it.
    pub(super) test: bool,
}

/// Every path of two parts or more in `source`, the file of `module`, and every import.
pub(super) fn paths(module: &[String], source: &str) -> Result<Vec<Place>, String> {
    let tokens: TokenStream = source.parse().map_err(|error| format!("{error:?}"))?;
    let test = module.iter().any(|part| part == "tests");
    let mut walk = Walk { module: module.to_vec(), test, found: Vec::new() };
    walk.items(tokens);
    Ok(walk.found)
}

struct Walk {
    module: Vec<String>,
    test: bool,
    found: Vec<Place>,
}

type Tokens = Peekable<IntoIter>;

impl Walk {
    fn items(&mut self, tokens: TokenStream) {
        let outer = self.test;
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => self.attribute(&mut tokens),
                TokenTree::Ident(word) if word == "mod" => {
                    if self.submodule(&mut tokens) {
                        self.test = outer;
                    }
                }
                TokenTree::Ident(word) if word == "use" => self.import(&mut tokens),
                TokenTree::Ident(word) => self.path(word.to_string(), &mut tokens),
                TokenTree::Punct(punct) if punct.as_char() == '.' => skip_name(&mut tokens),
                TokenTree::Group(group) => {
                    let ends = group.delimiter() == Delimiter::Brace;
                    self.items(group.stream());
                    self.test = if ends { outer } else { self.test };
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => self.test = outer,
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        self.test = outer;
    }

    /// `#[cfg(test)]` holds until the item after it ends, with `;` or a brace.
    fn attribute(&mut self, tokens: &mut Tokens) {
        if let Some(TokenTree::Group(group)) = tokens.peek() {
            let text: String = group.stream().to_string().split_whitespace().collect();
            self.test |= text == "cfg(test)";
        }
    }

    /// Walks the body of `mod name { .. }`; returns whether there is one.
    fn submodule(&mut self, tokens: &mut Tokens) -> bool {
        let Some(TokenTree::Ident(name)) = tokens.next() else { return false };
        let body = tokens.next_if(|token| matches!(token, TokenTree::Group(_)));
        let Some(TokenTree::Group(body)) = body else { return false };
        self.module.push(name.to_string());
        self.items(body.stream());
        self.module.pop();
        true
    }

    fn import(&mut self, tokens: &mut Tokens) {
        while let Some(TokenTree::Punct(punct)) = tokens.peek() {
            if punct.as_char() != ':' {
                return;
            }
            tokens.next();
        }
        let mut tree = TokenStream::new();
        while let Some(token) = tokens.next_if(|token| !matches!(token, TokenTree::Punct(p) if p.as_char() == ';')) {
            tree.extend([token]);
        }
        self.tree(&[], tree);
    }

    /// `a::b`, `a::{b, c::d}`, `a::*`, `a as b` behind `prefix`.
    fn tree(&mut self, prefix: &[String], tree: TokenStream) {
        let mut path = prefix.to_vec();
        let mut renamed = false;
        for token in tree {
            match token {
                TokenTree::Ident(word) if word == "as" => renamed = true,
                TokenTree::Ident(_) if renamed => renamed = false,
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == '*' => path.push("*".into()),
                TokenTree::Group(group) => return self.branches(&path, &group),
                _ => {}
            }
        }
        self.add(path);
    }

    fn branches(&mut self, prefix: &[String], group: &Group) {
        let mut branch = TokenStream::new();
        for token in group.stream() {
            if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',') {
                self.tree(prefix, std::mem::take(&mut branch));
            } else {
                branch.extend([token]);
            }
        }
        if !branch.is_empty() {
            self.tree(prefix, branch);
        }
    }

    /// A path in code, which begins with `first`; a single name in code means nothing.
    fn path(&mut self, first: String, tokens: &mut Tokens) {
        let mut path = vec![first];
        while colons(tokens) {
            match tokens.next_if(|token| matches!(token, TokenTree::Ident(_))) {
                Some(name) => path.push(name.to_string()),
                None => break,
            }
        }
        if path.len() > 1 {
            self.add(path);
        }
    }

    fn add(&mut self, path: Vec<String>) {
        if !path.is_empty() {
            self.found.push(Place { path: self.absolute(path), test: self.test });
        }
    }

    /// The path from the crate's root, or an outside library's as it is.
    fn absolute(&self, path: Vec<String>) -> Vec<String> {
        let root = ["crate".to_owned()];
        let steps = path.iter().take_while(|part| ["super", "self"].contains(&part.as_str())).count();
        let ups = path[..steps].iter().filter(|part| *part == "super").count();
        let base = &self.module[..self.module.len().saturating_sub(ups)];
        match path[0].as_str() {
            "super" | "self" => [&root, base, &path[steps..]].concat(),
            // How src/main.rs names the library.
            "breve" => [&root, &path[1..]].concat(),
            _ => path,
        }
    }
}

/// Takes `::`, when it is next.
fn colons(tokens: &mut Tokens) -> bool {
    let colon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':' );
    let Some(TokenTree::Punct(first)) = tokens.peek() else { return false };
    // A lone `:` stands before a type.
    if first.as_char() != ':' || first.spacing() != proc_macro2::Spacing::Joint {
        return false;
    }
    tokens.next();
    tokens.next_if(colon).is_some()
}

/// A field or method after a dot is no path.
fn skip_name(tokens: &mut Tokens) {
    tokens.next_if(|token| matches!(token, TokenTree::Ident(_)));
}
