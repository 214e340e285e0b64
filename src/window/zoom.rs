//! How large everything is drawn: the scale follows the window, or is chosen by hand.

use std::time::{Duration, Instant};

/// The scale, and what it follows.
#[derive(Clone, Debug, Default)]
pub(super) struct Zoom {
    /// The one that is chosen by hand; `None` follows the window.
    chosen: Option<usize>,
    used: usize,
    /// The size of the window in pixels, and since when.
    size: Option<((usize, usize), Instant)>,
    /// What the user is told of it, and since when.
    told: Option<(String, Instant)>,
}

/// Larger or smaller by one, or as the window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoomStep {
    In,
    Out,
    Automatic,
}

/// The largest scale that leaves a window so many points; 1 if there is none.
fn leaving((width, height): (usize, usize), (points_x, points_y): (usize, usize)) -> usize {
    (width / points_x).min(height / points_y).clamp(1, MOST)
}

impl Zoom {
    pub(super) fn new(chosen: Option<usize>) -> Self {
        Self { chosen, ..Self::default() }
    }

    /// The scale that is used.
    pub(super) const fn scale(&self) -> usize {
        self.used
    }

    /// Looks at the window: while its size changes, the scale stays, unless it is far too large. Says
    /// whether it has changed.
    pub(super) fn look(&mut self, size: (usize, usize), now: Instant) -> bool {
        let since = match self.size {
            Some((known, since)) if known == size => since,
            Some(_) => now,
            None => now.checked_sub(STILL).unwrap_or(now),
        };
        let is_first = self.size.replace((size, since)).is_none();
        let is_still = is_first || now.duration_since(since) >= STILL;
        let most = leaving(size, LEAST);
        let wanted = self.chosen.unwrap_or_else(|| leaving(size, COMFORT)).min(most);
        let scale = if is_still { wanted } else { self.used.min(most) };
        let is_told = self.told.is_some();
        self.told.take_if(|(_, since)| now.duration_since(*since) >= TOLD);
        let hushed = is_told && self.told.is_none();
        scale != std::mem::replace(&mut self.used, scale) || hushed
    }

    /// A key has been pressed.
    pub(super) fn change(&mut self, step: ZoomStep, now: Instant) {
        let Some((size, _)) = self.size else { return };
        let most = leaving(size, LEAST);
        self.chosen = match step {
            ZoomStep::In => Some((self.used + 1).min(most)),
            ZoomStep::Out => Some(self.used.saturating_sub(1).max(1)),
            ZoomStep::Automatic => None,
        };
        self.used = self.chosen.unwrap_or_else(|| leaving(size, COMFORT));
        let automatic = if self.chosen.is_none() { ", automatic" } else { "" };
        self.told = Some((format!("scale {}{automatic}", self.used), now));
    }

    /// What the user is told for a while after a change by hand.
    pub(super) fn told(&self) -> Option<&str> {
        self.told.as_ref().map(|(text, _)| text.as_str())
    }
}

/// What everything has room in at ease, in points, and what there must be.
const COMFORT: (usize, usize) = (608, 328);
const LEAST: (usize, usize) = (380, 206);
const MOST: usize = 4;
/// For how long a window must have had its size.
const STILL: Duration = Duration::from_millis(250);
const TOLD: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    fn after(zoom: &mut Zoom, size: (usize, usize), now: Instant) -> usize {
        zoom.look(size, now);
        zoom.scale()
    }

    #[test]
    fn the_automatic_scale_is_that_of_the_table() {
        let cases = [
            ((640, 560), 1),
            ((1024, 740), 1),
            ((1280, 690), 2),
            ((1294, 704), 2),
            ((1366, 749), 2),
            ((1600, 860), 2),
            ((1848, 1016), 3),
            ((1920, 1001), 3),
            ((1920, 1061), 3),
            ((2560, 1400), 4),
            ((3840, 2080), 4),
            ((100, 100), 1),
        ];
        for (size, scale) in cases {
            assert_eq!(after(&mut Zoom::new(None), size, Instant::now()), scale, "{size:?}");
        }
    }

    #[test]
    fn while_the_size_changes_the_scale_stays_unless_it_is_far_too_large() {
        let (mut zoom, start) = (Zoom::new(None), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(after(&mut zoom, (640, 560), at(0)), 1);
        assert_eq!(after(&mut zoom, (1366, 749), at(100)), 1);
        assert_eq!(after(&mut zoom, (1366, 749), at(349)), 1);
        assert_eq!(after(&mut zoom, (1366, 749), at(350)), 2);
        assert_eq!(after(&mut zoom, (1000, 600), at(400)), 2);
        assert_eq!(after(&mut zoom, (759, 600), at(450)), 1, "below 380 points");
    }

    #[test]
    fn by_hand_it_stays_until_it_is_automatic_again() {
        let (mut zoom, now) = (Zoom::new(None), Instant::now());
        zoom.look((1366, 749), now);
        zoom.change(ZoomStep::In, now);
        assert_eq!((zoom.scale(), zoom.told()), (3, Some("scale 3")));
        zoom.change(ZoomStep::In, now);
        assert_eq!(zoom.scale(), 3, "380 points are left");
        zoom.change(ZoomStep::Out, now);
        zoom.change(ZoomStep::Out, now);
        zoom.change(ZoomStep::Out, now);
        assert_eq!(after(&mut zoom, (1366, 749), now + STILL), 1);
        zoom.change(ZoomStep::Automatic, now);
        assert_eq!((zoom.scale(), zoom.told()), (2, Some("scale 2, automatic")));
        zoom.look((1366, 749), now + TOLD);
        assert_eq!(zoom.told(), None);
        assert_eq!(
            after(&mut Zoom::new(Some(4)), (1366, 749), now),
            3,
            "as much as there is room for"
        );
    }
}
