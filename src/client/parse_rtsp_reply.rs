//! What the client does with the messages of the server. Python: `Client.parseRtspReply`.

use std::time::Duration;

use super::recv_rtsp_reply::Answer;
use super::{Client, ClientEvent, Message, RequestSent, Standard};
use crate::rtsp::{Method, Reply, State};

impl Client {
    /// Deals with all messages that have come.
    pub(super) fn take_answers(&mut self) -> bool {
        let mut changed = false;
        for _ in 0..MOST_AT_ONCE {
            let Ok(answer) = self.answers.try_recv() else { return changed };
            self.mailbox.taken();
            changed = true;
            match answer {
                Answer::Connected { link, stream } if link == self.links => self.connected(stream),
                Answer::Message { link, text, arrival } if link == self.links => {
                    let arrival = arrival.saturating_duration_since(self.clock);
                    self.report_at(arrival, ClientEvent::Received(text.clone()));
                    if self.standard.is_some() {
                        self.parse_standard_reply(&text, arrival);
                    } else {
                        self.parse_rtsp_reply(&text, arrival);
                    }
                }
                Answer::Ended { link, why } if link == self.links => self.connection_ended(&why),
                Answer::Goodbye { link } if link == self.links => self.ended(),
                Answer::Undecodable { link, why } if link == self.links => self.undecodable(&why),
                Answer::Stranger { link, from } if link == self.links => {
                    self.ignore(format!("expected RTP from the server, found some from {from}"));
                }
                // Of a connection that is no more, or that has come too late.
                Answer::Connected { .. }
                | Answer::Message { .. }
                | Answer::Ended { .. }
                | Answer::Goodbye { .. }
                | Answer::Undecodable { .. }
                | Answer::Stranger { .. } => {}
            }
            self.fulfil_wishes();
        }
        // Who draws and looks at keys has its turn before the rest.
        self.mailbox.wake();
        changed
    }

    /// Looks at a message of the server. Python: `parseRtspReply`.
    #[doc(alias = "parseRtspReply")]
    fn parse_rtsp_reply(&mut self, text: &str, arrival: Duration) {
        let reply = match Reply::parse(text) {
            Ok(reply) => reply,
            Err(_) if self.awaits_description(text) => {
                self.description = Some(text.trim_end().to_owned());
                return;
            }
            Err(error) => return self.ignore(format!("could not {error}")),
        };
        let Some(request) = self.request_of(reply.cseq) else { return };
        self.last_answered = Some(request.method);
        self.statistics.reply(request.method, arrival.saturating_sub(request.at));
        if !reply.is_ok() {
            return self.refused(request.method, &reply);
        }
        if self.is_of_this_session(reply.session.as_deref()) {
            self.granted(request.method, reply, arrival);
        } else {
            self.stop_listening_unless_playing();
        }
    }

    /// The request that is answered by a reply with that number, if it is still awaited.
    pub(super) fn request_of(&mut self, cseq: Option<u32>) -> Option<RequestSent> {
        let request = self.request_sent.take_if(|sent| cseq == Some(sent.cseq));
        if request.is_none() {
            let found = cseq.map_or_else(|| "none".to_owned(), |cseq| cseq.to_string());
            self.ignore(format!("expected CSeq {}, found {found}", self.rtsp_seq));
        }
        request
    }

    /// Whether a reply for that session is for ours; the user is told if it is not.
    pub(super) fn is_of_this_session(&mut self, found: Option<&str>) -> bool {
        match (&self.session_id, found) {
            (Some(expected), Some(found)) if expected != found => {
                let message = Message::wrong_session(expected, found);
                self.tell(message);
                false
            }
            _ => true,
        }
    }

    /// After a DESCRIBE, what is no message of RTSP is the description.
    fn awaits_description(&self, text: &str) -> bool {
        self.last_answered == Some(Method::Describe) && !text.starts_with("RTSP/")
    }

    /// The state follows the reply, by the table that the server keeps to as well.
    fn granted(&mut self, method: Method, reply: Reply, arrival: Duration) {
        self.state = self.state.after(method).unwrap_or(self.state);
        match method {
            Method::Setup => self.session_id = reply.session,
            Method::Play => {
                self.played_since = arrival;
                self.statistics.play(arrival);
                self.no_data = false;
            }
            Method::Pause => self.stop_listening(),
            Method::Teardown => self.torn_down(),
            Method::Describe => self.description = reply.body,
            Method::Options => {}
        }
    }

    pub(super) fn refused(&mut self, method: Method, reply: &Reply) {
        self.tell(Message::refused(method, reply, &self.settings.movie));
        self.stop_listening_unless_playing();
        if method == Method::Setup {
            // A PLAY that waits would do SETUP once more.
            self.wishes.clear();
        }
        // Nothing can be done any more with a session that is unknown, or that can't be ended.
        let unknown = reply.code == 454 && self.session_id.is_some();
        if unknown || method == Method::Teardown {
            self.disconnect();
        }
    }

    /// After a PLAY that was not granted.
    pub(super) fn stop_listening_unless_playing(&mut self) {
        if self.state != State::Playing {
            self.stop_listening();
        }
    }

    /// TEARDOWN has been answered: the sockets are closed. Python: `teardownAcked = 1`.
    pub(super) fn torn_down(&mut self) {
        self.teardown_acked = true;
        self.disconnect();
    }

    pub(super) fn connection_ended(&mut self, why: &str) {
        if self.reconnect_over_tcp() {
            return;
        }
        let teardown = self.request_sent.is_some_and(|sent| sent.method == Method::Teardown);
        let has_ended = self.standard.as_ref().is_some_and(Standard::has_ended);
        if teardown || has_ended {
            // Some servers answer TEARDOWN by closing, and some close behind the end of the film.
            self.torn_down();
        } else {
            let waiting = self.is_waiting();
            let wanted = self.state != State::Init || waiting;
            let idle = self.state == State::Ready || self.state == State::Playing && self.no_data;
            self.disconnect();
            if idle && !waiting {
                self.tell(Message::session_ended(why));
            } else if wanted {
                self.tell(Message::server_gone(why));
            }
        }
    }

    pub(super) fn ignore(&mut self, why: String) {
        self.report(ClientEvent::Ignored(why));
    }
}

/// How many messages are dealt with in one turn.
const MOST_AT_ONCE: usize = 64;
