//! What the client asks for (RFC 2326 section 10).

use crate::standard::rtsp::{RtspUrl, StandardMethod, StandardRequest, Target};

/// A request as bytes on the wire; `header` is the one that only its method has.
pub(super) fn request(
    (method, cseq): (StandardMethod, u32),
    url: &RtspUrl,
    header: Option<(&'static str, String)>,
    session: Option<&str>,
) -> String {
    let mut request = StandardRequest::new(method, Target::Url(url.clone()), cseq);
    request.headers.push("User-Agent", USER_AGENT);
    if let Some((name, value)) = header {
        request.headers.push(name, value);
    }
    if let Some(session) = session {
        request.headers.push("Session", session);
    }
    request.encode()
}

/// The `User-Agent` (section 12.41).
const USER_AGENT: &str = concat!("rtsp_lab/", env!("CARGO_PKG_VERSION"));
