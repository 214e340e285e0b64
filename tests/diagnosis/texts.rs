//! Every text fits: a title in 45 characters, two lines in 60, in plain words.

use rtsp_lab::diagnosis::{Diagnosis, Finding, Guilty};
use std::time::Duration;

use crate::receiver::Receiver;

/// Checked wherever a test replays a stream.
pub(crate) fn assert_fits(finding: &Finding) {
    let Finding { id, title, lines, guilty, .. } = finding;
    assert!(title.len() <= 45, "{id}: {} characters in {title}", title.len());
    assert!((1..=2).contains(&lines.len()), "{id}: {lines:?}");
    for text in lines.iter().chain([title]) {
        assert!(text.len() <= 60, "{id}: {} characters in {text}", text.len());
        assert!(text.is_ascii() && !text.is_empty(), "{id}: {text}");
        for word in ["behind", "film", "blank", "mend"] {
            assert!(!text.contains(word), "{id}: {word} in {text}");
        }
    }
    if let Guilty::Bits(bits) = guilty {
        assert!(bits.start < bits.end, "{id}: {bits:?}");
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.told.iter().for_each(|(_, finding)| assert_fits(finding));
        }
    }
}

#[test]
fn long_addresses_fit() {
    let long = "2001:db8:1234:5678:9abc:def0:1234:5678%enp0s31f6";
    for (server, stranger) in
        [("127.0.0.1", "127.0.0.2"), (long, long), ("::1", long), (long, "::1")]
    {
        let mut diagnosis = Diagnosis::new(65_535, server);
        diagnosis.play(Duration::ZERO);
        diagnosis.play_answered(Duration::ZERO);
        diagnosis.stranger(stranger);
        diagnosis.tick(Duration::from_secs(3));
        assert_fits(diagnosis.finding().unwrap());
    }
}
