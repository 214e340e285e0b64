//! What the client asks for (RFC 2326 section 10).

use std::time::Duration;

use super::Standard;
use crate::rtsp::Method;
use crate::standard::rtsp::{StandardMethod, StandardRequest, Target};

impl Standard {
    /// The request as bytes on the wire.
    pub(in crate::client) fn request(
        &mut self,
        method: StandardMethod,
        cseq: u32,
        session: Option<&str>,
    ) -> String {
        let url = match method {
            StandardMethod::Lab(Method::Options | Method::Describe) => &self.settings.url,
            StandardMethod::Lab(Method::Setup) => &self.track,
            StandardMethod::Lab(Method::Play | Method::Pause | Method::Teardown)
            | StandardMethod::GetParameter
            | StandardMethod::SetParameter
            | StandardMethod::Announce
            | StandardMethod::Record
            | StandardMethod::Redirect => &self.film,
        };
        let mut request = StandardRequest::new(method, Target::Url(url.clone()), cseq);
        request.headers.push("User-Agent", USER_AGENT);
        if method == Method::Describe.into() {
            request.headers.push("Accept", "application/sdp");
        }
        if let Some(source) = self.source.as_ref().filter(|_| method == Method::Setup.into()) {
            request.headers.push("Transport", source.offer());
        }
        if let Some(start) = self.begin_at.take_if(|_| method == Method::Play.into()) {
            self.position.begin_at(start);
            request.headers.push("Range", range_from(start));
        }
        if let Some(session) = session {
            request.headers.push("Session", session);
        }
        request.encode()
    }
}

/// With three decimals, as every player writes it.
fn range_from(start: Duration) -> String {
    format!("npt={:.3}-", start.as_secs_f64())
}

/// Who asks (section 12.41).
const USER_AGENT: &str = concat!("rtsp_lab/", env!("CARGO_PKG_VERSION"));
