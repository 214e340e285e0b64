//! What belongs to the standard dialect: files of its own, and lines at the seams that end in a
//! mark. If both are deleted, the lab alone remains.

/// Its files and folders.
pub(crate) const PLACES: [&str; 3] =
    ["src/standard.rs", "src/standard", "src/bin/client_launcher/url.rs"];

/// Whether a file is one of them, or lies in one.
pub(crate) fn has_file(file: &str) -> bool {
    let lies_in = |place: &&str| {
        let rest = file.strip_prefix(place);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    PLACES.iter().any(lies_in)
}

/// Whether a line is deleted with it.
pub(crate) fn has_line(line: &str) -> bool {
    line.trim_end().ends_with("// wing")
}
