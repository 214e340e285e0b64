//! The statistics that a client prints, `name: value` lines.

/// The number in the last line with one of these names.
pub(crate) fn figure(said: &[String], names: &[&str]) -> Option<u64> {
    said.iter().rev().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = names.iter().any(|known| known.eq_ignore_ascii_case(name.trim()));
        value.trim().parse().ok().filter(|_| is_it)
    })
}

/// What clients call the packets that did not come.
pub(crate) const LOST: &[&str] = &["lost", "packets lost", "lost packets"];
/// The names that count packets which came twice: some clients count them as late.
pub(crate) fn of_doubles(said: &[String]) -> &'static [&'static str] {
    if figure(said, DUPLICATE).is_some() { DUPLICATE } else { LATE }
}

/// What clients call the packets that came too late.
pub(crate) const LATE: &[&str] = &["late", "packets late", "late packets"];
/// What clients call the packets that came twice, if they tell them from late ones.
const DUPLICATE: &[&str] = &["duplicates", "duplicate", "duplicate packets"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_that_name_counts() {
        let said: Vec<String> = ["lost: 1", "Packets Lost: 3", "packets lost rate: 7", "lost"]
            .map(str::to_owned)
            .into();
        assert_eq!(figure(&said, LOST), Some(3));
        assert_eq!(figure(&said, LATE), None);
    }

    #[test]
    fn who_counts_duplicates_does_not_count_them_as_late() {
        let said = ["late: 0", "duplicate packets: 3"].map(str::to_owned);
        assert_eq!(figure(&said, of_doubles(&said)), Some(3));
        assert_eq!(figure(&said[..1], of_doubles(&said[..1])), Some(0));
    }
}
