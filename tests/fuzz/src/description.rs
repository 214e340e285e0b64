//! Session descriptions.

use rtsp_lab::standard::rtsp::RtspUrl;
use rtsp_lab::standard::sdp::Description;

/// The bytes as a text.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let description = match Description::parse(&text) {
        Ok(description) => description,
        Err(error) => return assert!(error.to_string().starts_with("read description: ")),
    };
    description.length();
    for base in ["rtsp://127.0.0.1/movie", "rtsp://[::1]:8554/a%20movie/?b"] {
        let base = RtspUrl::parse(base).unwrap();
        if let Ok((movie, track)) = description.urls(&base) {
            assert!(!movie.to_string().contains(' ') && !track.to_string().contains(' '));
        }
    }
    // What can't stand in a line is another text when it has been written, or none. Then it stays.
    let again = |description: &Description| Description::parse(&description.encode()).unwrap();
    let once = again(&description);
    assert_eq!(once.video.payload_type, description.video.payload_type);
    assert_eq!(once.video.clock_hz, description.video.clock_hz);
    assert_eq!(once.video.dimensions, description.video.dimensions);
    assert_eq!((once.session_id, once.range), (description.session_id, description.range));
    let twice = again(&once);
    assert_eq!(again(&twice), twice);
}
