//! libtest takes any number of filters, libtest-mimic one.

/// The words without the filters, if those are several; and the filters.
pub(super) fn parted(words: impl Iterator<Item = String>) -> (Vec<String>, Vec<String>) {
    let words: Vec<_> = words.collect();
    let takes_a_value = |word: &str| WITH_VALUE.contains(&word);
    let is_filter = |index: usize| {
        index > 0 && !words[index].starts_with('-') && !takes_a_value(&words[index - 1])
    };
    let (filters, others): (Vec<_>, Vec<_>) = (0..words.len()).partition(|index| is_filter(*index));
    let chosen = |indices: Vec<usize>| indices.iter().map(|index| words[*index].clone()).collect();
    let filters: Vec<String> = chosen(filters);
    if filters.len() > 1 { (chosen(others), filters) } else { (words, filters) }
}

/// The options whose value is a word of its own.
const WITH_VALUE: [&str; 6] =
    ["--test-threads", "--logfile", "--skip", "--color", "--format", "-Z"];
