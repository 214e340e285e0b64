//! Signs of life, so that the server keeps the session (RFC 2326 sections 10.8 and 12.37).

use std::time::Duration;

use crate::client::Client;
use crate::rtsp::{Method, State};
use crate::standard::rtsp::{StandardMethod, StandardReply};

impl Client {
    /// Sends one when half of the session's timeout has passed without a request.
    pub(in crate::client) fn keep_alive(&mut self, now: Duration) {
        let Some(standard) = &mut self.standard else { return };
        let is_due = now >= standard.last_request + standard.timeout / 2;
        if !is_due
            || self.state == State::Init
            || self.request_sent.is_some_and(|sent| !sent.overdue)
        {
            return;
        }
        let named = standard.public.split(',').map(str::trim).collect::<Vec<_>>();
        let method = if named.contains(&StandardMethod::GetParameter.name()) {
            StandardMethod::GetParameter
        } else {
            StandardMethod::Lab(Method::Options)
        };
        self.rtsp_seq += 1;
        standard.keep_alive = Some(self.rtsp_seq);
        let text = standard.request(method, self.rtsp_seq, self.session_id.as_deref());
        self.send(text);
    }

    /// Whatever the reply is, the server has heard of us.
    pub(super) fn is_reply_to_keep_alive(&mut self, reply: &StandardReply) -> bool {
        let Some(standard) = &mut self.standard else { return false };
        standard.keep_alive.take_if(|cseq| reply.cseq == Some(*cseq)).is_some()
    }
}
