//! What of a list that is longer than its panel is to be seen.

/// The part that is shown; entries are counted from the first there ever was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The first entry that is still kept.
    pub least: usize,
    /// The first that is shown.
    pub first: usize,
    /// One after the last that is shown.
    pub end: usize,
    /// One after the last that there is.
    pub total: usize,
}

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scroll {
    /// To older entries, or up.
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Newest,
}

impl Page {
    /// The page of a list of so many entries, each with its height: the one that begins with `first`,
    /// or if that is `None` the last one.
    pub(super) fn of(heights: &[u32], least: usize, first: Option<usize>, room: u32) -> Self {
        let mut left = room;
        let mut fits = |height: &u32| {
            let rest = left.checked_sub(*height);
            left = rest.unwrap_or(left);
            rest.is_some()
        };
        let (count, total) = (heights.len(), least + heights.len());
        let (begin, shown) = match first {
            None => {
                let shown =
                    heights.iter().rev().map_while(|height| fits(height).then_some(())).count();
                (count - shown, shown)
            }
            Some(first) => {
                let begin = first.saturating_sub(least).min(count.saturating_sub(1));
                let rest = heights.get(begin..).unwrap_or_default();
                (begin, rest.iter().map_while(|height| fits(height).then_some(())).count())
            }
        };
        // Of an entry that is higher than the room, a part is shown.
        let shown = shown.max(usize::from(count > 0));
        let begin = begin.min(count - shown);
        Self { least, first: least + begin, end: least + begin + shown, total }
    }

    /// How many entries lie before it, of those that are kept.
    pub(super) const fn earlier(self) -> usize {
        self.first - self.least
    }

    /// How many lie after it.
    pub(super) const fn later(self) -> usize {
        self.total - self.end
    }

    /// The first entry to be shown after a step; `None` for the newest ones.
    pub(super) fn after(self, step: Scroll) -> Option<usize> {
        let page = (self.end - self.first).saturating_sub(1).max(1);
        let first = match step {
            Scroll::Up => self.first.saturating_sub(1),
            Scroll::Down => self.first + usize::from(self.later() > 0),
            Scroll::PageUp => self.first.saturating_sub(page),
            Scroll::PageDown if self.later() == 0 => self.first,
            Scroll::PageDown => self.first + page,
            Scroll::First => 0,
            Scroll::Newest => return None,
        };
        Some(first.max(self.least))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(first: Option<usize>, room: u32) -> (usize, usize, usize) {
        let page = Page::of(&[10, 20, 30, 10, 10], 100, first, room);
        (page.first, page.end, page.total)
    }

    #[test]
    fn only_whole_entries_are_shown_and_without_a_place_the_last_ones() {
        assert_eq!(page(None, 200), (100, 105, 105));
        assert_eq!(page(None, 50), (102, 105, 105));
        assert_eq!(page(None, 49), (103, 105, 105));
        assert_eq!(page(Some(101), 50), (101, 103, 105));
        assert_eq!(page(Some(7), 29), (100, 101, 105), "what is forgotten is not shown");
    }

    #[test]
    fn of_what_is_too_high_a_part_is_shown() {
        assert_eq!(page(Some(102), 5), (102, 103, 105));
        assert_eq!(page(None, 5), (104, 105, 105));
        assert_eq!(Page::of(&[], 0, None, 9), Page { least: 0, first: 0, end: 0, total: 0 });
    }

    #[test]
    fn a_page_goes_by_what_is_shown_less_one() {
        let page = Page { least: 100, first: 110, end: 114, total: 120 };
        let after = [Scroll::Up, Scroll::Down, Scroll::PageUp, Scroll::PageDown, Scroll::First];
        let after = after.map(|step| page.after(step));
        assert_eq!(after, [109, 111, 107, 113, 100].map(Some));
        assert_eq!(page.after(Scroll::Newest), None);
        let end = Page { end: 120, ..page };
        assert_eq!([Scroll::Down, Scroll::PageDown].map(|step| end.after(step)), [Some(110); 2]);
    }
}
