//! Which file uses which: an arrow from each to every file that holds a module it names.
//!
//! A module is a list of names that begins with its crate: `rtsp_lab`, a program's `bin server`, or
//! `lab_check`. A path in a file is resolved to such a list by the file's `use` lines, by `crate`,
//! `self` and `super`, and by the modules below the present one; the longest beginning of it that
//! is a module tells the file. So `crate::server::Settings` leads to `server.rs`, whatever file the
//! struct is in, because whoever imports from a file depends on it. `mod` leads from a file to its
//! child. Tests are left out.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::source::Tree;

/// A module, or anything in one: the crate first.
pub(crate) type Name = Vec<String>;

/// One file uses another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) to: String,
    /// The first line that does so, from 1.
    pub(crate) line: usize,
    /// The name in that line.
    pub(crate) text: String,
}

/// A name that a file uses, as far as its own lines tell what it is.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) name: Name,
    pub(crate) line: usize,
}

/// All files, and what they use.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) arrows: Vec<Arrow>,
    /// By file, also what lies outside the project: `std::thread::spawn`.
    pub(crate) uses: BTreeMap<String, Vec<Use>>,
}

impl Graph {
    pub(crate) fn of(tree: &Tree) -> Self {
        let files: BTreeMap<&String, Reader> =
            tree.iter().map(|(path, source)| (path, Reader::of(path, source))).collect();
        let of_tests: Vec<&Name> = files.values().flat_map(|file| &file.test_modules).collect();
        let in_tests = |module: &Name| of_tests.iter().any(|tests| module.starts_with(tests));
        let modules: BTreeMap<Name, &String> = files
            .keys()
            .map(|path| (module_of(path), *path))
            .filter(|(name, _)| !in_tests(name))
            .collect();

        let mut graph = Self::default();
        for (path, file) in &files {
            if in_tests(&module_of(path)) {
                continue;
            }
            let names = file.names(&modules);
            let mut known = BTreeSet::from([*path]);
            for used in &names {
                if let Some(to) = file_of(&used.name, &modules).filter(|to| known.insert(to)) {
                    graph.arrows.push(Arrow {
                        from: (*path).clone(),
                        to: to.clone(),
                        line: used.line,
                        text: used.name.join("::"),
                    });
                }
            }
            graph.uses.insert((*path).clone(), names);
        }
        graph
    }
}

/// The module that a file holds.
fn module_of(path: &str) -> Name {
    let inside = path.strip_suffix(".rs").unwrap_or(path);
    let (first, rest) = if let Some(inside) = inside.strip_prefix("src/bin/") {
        let (program, rest) = inside.split_once('/').unwrap_or((inside, ""));
        (format!("bin {program}"), rest)
    } else if let Some(inside) = inside.strip_prefix("src/") {
        ("rtsp_lab".to_owned(), inside)
    } else {
        let (package, rest) =
            inside.strip_prefix("tools/").and_then(|inside| inside.split_once("/src/")).unwrap();
        (package.to_owned(), rest)
    };
    let rest = rest.split('/').filter(|part| !["", "lib", "main"].contains(part));
    [first].into_iter().chain(rest.map(str::to_owned)).collect()
}

fn file_of<'a>(name: &Name, modules: &BTreeMap<Name, &'a String>) -> Option<&'a String> {
    (1..=name.len()).rev().find_map(|length| modules.get(&name[..length]).copied())
}

/// What one file says, before it is known which modules there are.
#[derive(Debug, Default)]
struct Reader {
    /// The module that is being read: the file's, or one that is written out in it.
    module: Name,
    /// Paths as they are written, with the module in which they are.
    paths: Vec<(Name, Name, usize)>,
    /// What `use` calls something, and what it is.
    imported: BTreeMap<String, (Name, Name)>,
    /// `use super::*`
    globs: Vec<(Name, Name)>,
    test_modules: Vec<Name>,
}

impl Reader {
    fn of(path: &str, source: &str) -> Self {
        let file = syn::parse_file(source).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut reader = Self { module: module_of(path), ..Self::default() };
        reader.visit_file(&file);
        reader
    }

    fn add(&mut self, path: Name, line: usize) {
        self.paths.push((self.module.clone(), path, line));
    }

    fn names(&self, modules: &BTreeMap<Name, &String>) -> Vec<Use> {
        let whole = |(module, path, line): &(Name, Name, usize)| Use {
            name: self.resolve(module, path, modules, 0),
            line: *line,
        };
        self.paths.iter().map(whole).collect()
    }

    /// The path with what its first name stands for.
    fn resolve(
        &self,
        module: &Name,
        path: &Name,
        modules: &BTreeMap<Name, &String>,
        depth: usize,
    ) -> Name {
        let join = |start: &[String], rest: &[String]| [start, rest].concat();
        let (first, rest) = path.split_first().unwrap();
        match first.as_str() {
            "crate" => return join(&module[..1], rest),
            "self" => return join(module, rest),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                return join(&module[..module.len().saturating_sub(ups).max(1)], &path[ups..]);
            }
            _ => {}
        }
        let imported = self.imported.get(first).filter(|(_, target)| target != path && depth < 9);
        if let Some((where_used, target)) = imported {
            return join(&self.resolve(where_used, target, modules, depth + 1), rest);
        }
        let below = join(module, path);
        if modules.contains_key(&below[..=module.len()]) {
            return below;
        }
        let globs = self.globs.iter().filter(|_| depth == 0);
        let mut found =
            globs.map(|(module, glob)| join(&self.resolve(module, glob, modules, 1), path));
        let is_module = |name: &Name| modules.contains_key(&name[..=name.len() - path.len()]);
        found.find(is_module).unwrap_or_else(|| path.clone())
    }

    fn add_use(&mut self, tree: &syn::UseTree, start: &Name) {
        let with = |ident: &syn::Ident| [start.as_slice(), &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.add_use(&path.tree, &with(&path.ident)),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_use(tree, start));
            }
            syn::UseTree::Glob(glob) => {
                self.globs.push((self.module.clone(), start.clone()));
                self.add(
                    [start.as_slice(), &["*".to_owned()]].concat(),
                    glob.star_token.spans[0].start().line,
                );
            }
            syn::UseTree::Name(name) => self.add_import(with(&name.ident), &name.ident),
            syn::UseTree::Rename(rename) => self.add_import(with(&rename.ident), &rename.rename),
        }
    }

    fn add_import(&mut self, mut path: Name, called: &syn::Ident) {
        let line = called.span().start().line;
        let mut called = called.to_string();
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
            called = path.last().cloned().unwrap();
        }
        self.imported.insert(called, (self.module.clone(), path.clone()));
        self.add(path, line);
    }

    /// A macro's arguments are no syntax tree; here a path is a name, `::`, a name.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Name = Vec::new();
        let (mut colons, mut line) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add_long(std::mem::take(&mut path), line);
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                    colons = 0;
                    continue;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            self.add_long(std::mem::take(&mut path), line);
            colons = 0;
        }
        self.add_long(path, line);
    }

    /// A single name is a variable, most likely.
    fn add_long(&mut self, path: Name, line: usize) {
        if path.len() > 1 {
            self.add(path, line);
        }
    }
}

fn is_of_tests(attributes: &[syn::Attribute]) -> bool {
    let is_test = |attribute: &syn::Attribute| {
        let condition =
            attribute.path().is_ident("cfg").then(|| attribute.parse_args::<syn::Path>());
        attribute.path().is_ident("test")
            || matches!(condition, Some(Ok(path)) if path.is_ident("test"))
    };
    attributes.iter().any(is_test)
}

fn attributes_of(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_of_tests(attributes_of(item)) {
            visit::visit_item(self, item);
        } else if let syn::Item::Mod(module) = item {
            self.test_modules.push([self.module.as_slice(), &[module.ident.to_string()]].concat());
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_of_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = item.ident.to_string();
        if item.content.is_none() {
            self.add(vec!["self".to_owned(), name], item.ident.span().start().line);
        } else {
            self.module.push(name);
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_use(&item.tree, &Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let line = path.segments[0].ident.span().start().line;
        let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add_long(names, line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add_tokens(call.tokens.clone());
    }

    /// `pub(in crate::x)` uses nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    /// Nor do documents.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}
