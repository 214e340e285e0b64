//! What the client asks for (RFC 2326 section 10).

use crate::rtsp::Method;
use crate::standard::rtsp::{
    RtspUrl, StandardMethod, StandardReply, StandardRequest, StandardStatus, Target,
};

/// A request as bytes on the wire, with those header lines besides the ones that all have.
pub(super) fn request(
    (method, cseq): (StandardMethod, u32),
    url: &RtspUrl,
    lines: impl Iterator<Item = (&'static str, String)>,
) -> String {
    let mut request = StandardRequest::new(method, Target::Url(url.clone()), cseq);
    request.headers.push("User-Agent", USER_AGENT);
    for (name, value) in lines {
        request.headers.push(name, value);
    }
    request.encode()
}

/// The answer to a request of the server, if that is what came: whether the client is alive it is told,
/// and there is nothing else to ask it for.
pub(super) fn answer(text: &str) -> Option<StandardReply> {
    let request = StandardRequest::parse(text.as_bytes()).ok()?;
    let refused = StandardReply::new(StandardStatus::MethodNotAllowed, request.cseq);
    Some(match request.method {
        StandardMethod::Lab(Method::Options) => {
            StandardReply::new(StandardStatus::Ok, request.cseq).with("Public", ANSWERED)
        }
        StandardMethod::GetParameter if request.body.trim().is_empty() => {
            StandardReply::new(StandardStatus::Ok, request.cseq)
        }
        StandardMethod::Lab(_)
        | StandardMethod::GetParameter
        | StandardMethod::SetParameter
        | StandardMethod::Announce
        | StandardMethod::Record
        | StandardMethod::Redirect => refused.with("Allow", ANSWERED),
    })
}

/// What a server may ask for.
const ANSWERED: &str = "OPTIONS, GET_PARAMETER";
/// The `User-Agent` (section 12.41).
const USER_AGENT: &str = concat!("rtsp_lab/", env!("CARGO_PKG_VERSION"));
