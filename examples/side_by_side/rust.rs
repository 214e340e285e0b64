//! The Rust items that stand for a Python method: those with its name as their alias, or with its
//! very name.

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Lit, Meta};

use super::excerpt::{Excerpt, Line};

/// A twin: a function, a field, a struct, an enum or a constant.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    /// Its source, without its alias and its notes on deviations.
    pub(crate) excerpt: Excerpt,
    /// How it differs from its Python twin, in Markdown.
    pub(crate) deviation: String,
    pub(crate) kind: Kind,
}

/// The kind of item, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Function,
    Other,
}

impl Item {
    /// Whether it stands for the Python method.
    pub(crate) fn is_twin_of(&self, method: &str) -> bool {
        self.name == method || self.aliases.iter().any(|alias| alias == method)
    }
}

/// All items of a file, in their order, but those of its tests.
///
/// # Errors
/// It is no Rust.
pub(crate) fn items(file: &str, source: &str) -> Result<Vec<Item>, syn::Error> {
    let mut finder = Finder { file, lines: source.lines().collect(), items: Vec::new() };
    finder.visit_file(&syn::parse_file(source)?);
    Ok(finder.items)
}

struct Finder<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
    items: Vec<Item>,
}

impl Finder<'_> {
    fn add(&mut self, ident: &syn::Ident, attributes: &[Attribute], kind: Kind, end: usize) {
        let documents = attributes.iter().filter_map(|attribute| {
            Some((attribute.pound_token.spans[0].start().line, document(attribute)?))
        });
        let (mut hidden, mut deviation, mut deviates) = (Vec::new(), Vec::new(), false);
        for (line, text) in documents {
            if text.trim_start().starts_with('#') {
                deviates = text.trim() == "# Deviation";
                hidden.extend(deviates.then_some(line));
            } else if deviates {
                deviation.push(text);
                hidden.push(line);
            }
        }
        let aliases =
            attributes.iter().filter_map(|attribute| Some((attribute, alias(attribute)?)));
        let (attribute_lines, aliases): (Vec<_>, Vec<_>) = aliases
            .map(|(attribute, alias)| (attribute.pound_token.spans[0].start().line, alias))
            .unzip();
        hidden.extend(attribute_lines);
        let first = attributes.first().map(|attribute| attribute.pound_token.spans[0].start().line);
        let start = first.unwrap_or_else(|| ident.span().start().line);
        let lines = self.lines.iter().zip(1..).take(end).skip(start - 1);
        let shown = lines.filter(|(_, number)| !hidden.contains(number));
        let lines: Vec<Line> =
            shown.map(|(text, number)| Line { number, text: (*text).to_owned() }).collect();
        self.items.push(Item {
            name: ident.to_string(),
            aliases,
            excerpt: Excerpt::new(self.file, without_empty_document_lines(lines)),
            deviation: deviation.join("\n").trim().to_owned(),
            kind,
        });
    }
}

/// What was cut out of a document leaves an empty `///` at its end.
fn without_empty_document_lines(lines: Vec<Line>) -> Vec<Line> {
    let is_document =
        |line: Option<&Line>| line.is_some_and(|line| line.text.trim_start().starts_with("///"));
    let next: Vec<bool> = (1..=lines.len()).map(|place| is_document(lines.get(place))).collect();
    let kept =
        lines.into_iter().zip(next).filter(|(line, next)| *next || line.text.trim() != "///");
    kept.map(|(line, _)| line).collect()
}

/// The text of a `///`, without the space before it.
fn document(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(literal) = &pair.value else { return None };
    let Lit::Str(text) = &literal.lit else { return None };
    let text = text.value();
    pair.path.is_ident("doc").then(|| text.strip_prefix(' ').map_or(text.clone(), str::to_owned))
}

/// The name in a `#[doc(alias = "…")]`.
fn alias(attribute: &Attribute) -> Option<String> {
    if !attribute.path().is_ident("doc") {
        return None;
    }
    let pair: syn::MetaNameValue = attribute.parse_args().ok()?;
    let Expr::Lit(literal) = pair.value else { return None };
    let Lit::Str(name) = literal.lit else { return None };
    pair.path.is_ident("alias").then(|| name.value())
}

fn is_of_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    };
    attributes.iter().any(is_test)
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_of_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let end = item.block.brace_token.span.close().end().line;
        self.add(&item.sig.ident, &item.attrs, Kind::Function, end);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let end = item.block.brace_token.span.close().end().line;
        self.add(&item.sig.ident, &item.attrs, Kind::Function, end);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        let semicolon = item.semi_token.as_ref().map(|token| token.spans[0].end().line);
        let block = item.default.as_ref().map(|block| block.brace_token.span.close().end().line);
        let end = block.or(semicolon).unwrap_or_default();
        self.add(&item.sig.ident, &item.attrs, Kind::Function, end);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let end = match &item.fields {
            syn::Fields::Named(fields) => fields.brace_token.span.close().end().line,
            syn::Fields::Unnamed(_) | syn::Fields::Unit => item.ident.span().end().line,
        };
        self.add(&item.ident, &item.attrs, Kind::Other, end);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let end = item.brace_token.span.close().end().line;
        self.add(&item.ident, &item.attrs, Kind::Other, end);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.add(&item.ident, &item.attrs, Kind::Other, item.semi_token.spans[0].end().line);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(ident) = &field.ident {
            self.add(ident, &field.attrs, Kind::Other, ident.span().end().line);
        }
    }
}
