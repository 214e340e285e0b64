//! The dialogue: every message as an arrow between the two lifelines.

use super::parts::section;
use crate::log::Net;
use crate::session::{Exchange, Message, Packet, Run, Session, State};
use crate::svg::{Anchor, Svg};
use crate::text::{amount, commas, hundredths, line, seconds, shortened};

const CLIENT: f64 = 310.0;
const SERVER: f64 = 950.0;
const MIDDLE: f64 = 630.0;
const TOP: f64 = 40.0;
/// How much lower an arrow ends than it begins, which is not to scale.
const SLOPE: f64 = 16.0;
/// From the request to its reply, and from there to the next request.
const REPLY: f64 = 52.0;
const NEXT: f64 = 94.0;
const BAND: f64 = 104.0;
/// With more messages than this only so many at each end are drawn.
const MOST_MESSAGES: usize = 40;
const AT_EACH_END: usize = 7;

/// The section.
pub(crate) fn dialogue(session: &Session) -> String {
    let about = "RTSP over TCP, in the order of the messages; the heights are not to scale. The bars \
                 are the states of the two state machines. <span class=\"nojs\">A message leads to its text.\
                 </span> <span class=\"js\" hidden>Click a message, or press Enter on it, for its bytes.</span>";
    if session.exchanges.is_empty() {
        return section("dialogue", "", "The dialogue", "There is no message in the log.", "");
    }
    let mut figure =
        Figure { svg: Svg::default(), y: TOP + 24.0, bars: [Bar::default(), Bar::default()] };
    figure.draw(session);
    section("dialogue", "", "The dialogue", about, &figure.finish())
}

#[derive(Debug, Default)]
struct Bar {
    state: State,
    from: f64,
}

#[derive(Debug)]
struct Figure {
    svg: Svg,
    y: f64,
    bars: [Bar; 2],
}

impl Figure {
    fn draw(&mut self, session: &Session) {
        for (x, word) in [(CLIENT, "client"), (SERVER, "server")] {
            self.svg.text("hd", (x, 30.0), Anchor::Middle, word);
        }
        self.svg.text("dim", (150.0, 30.0), Anchor::End, "reply after");
        self.bars.iter_mut().for_each(|bar| bar.from = TOP);
        let count = session.exchanges.len();
        let is_long = 2 * count > MOST_MESSAGES;
        let mut end: Option<f64> = None;
        for (place, exchange) in session.exchanges.iter().enumerate() {
            if is_long && (AT_EACH_END..count - AT_EACH_END).contains(&place) {
                if place == AT_EACH_END {
                    self.left_out(2 * (count - 2 * AT_EACH_END));
                }
                end = None;
                continue;
            }
            let begin = exchange.request.time();
            if let Some(pause) = end.map(|end| begin - end).filter(|pause| *pause >= 50.0) {
                self.pause(pause);
            }
            self.exchange(place, exchange);
            end = Some(exchange.reply.as_ref().map_or(begin, Message::time));
            if let Some(run) = run_after(session, place) {
                self.band(session, run);
                end = None;
            }
        }
    }

    /// A request and its reply.
    fn exchange(&mut self, place: usize, exchange: &Exchange) {
        let (top, number) = (self.y, 2 * place + 1);
        let Exchange { request, reply, .. } = exchange;
        let cseq = exchange.cseq.map_or(String::new(), |cseq| format!("CSeq {cseq}"));
        let about = match (target(&request.text), exchange.method.as_str()) {
            (Some(target), "SETUP") => format!("{target}, {cseq}"),
            _ => cseq.clone(),
        };
        let class = if exchange.is_refused() { " refused" } else { "" };
        self.arrow(&Arrow {
            number,
            y: top,
            to_server: true,
            word: &exchange.method,
            about: &about,
            class: "",
        });
        self.times(request, top, true);
        let mut bottom = top + SLOPE;
        if let Some(reply) = reply {
            let word = reason(&reply.text, exchange.status);
            let about = about_reply(&cseq, exchange, &reply.text);
            let y = top + REPLY;
            self.arrow(&Arrow {
                number: number + 1,
                y,
                to_server: false,
                word: &word,
                about: &about,
                class,
            });
            self.times(reply, y, false);
            bottom = y + SLOPE;
            for (bar, (state, y)) in exchange.states.into_iter().zip([bottom, y]).enumerate() {
                self.state(bar, state, y);
            }
        } else {
            self.svg.text("bad", (MIDDLE, top + REPLY + 6.0), Anchor::Middle, "no reply");
            bottom += REPLY;
        }
        if let Some(after) = exchange.reply_time() {
            let middle = f64::midpoint(top, bottom);
            self.svg.path("brk", &format!("M168 {top}H160V{bottom}H168"));
            self.svg.text(
                "rt",
                (150.0, middle + 6.0),
                Anchor::End,
                &format!("{} ms", hundredths(after)),
            );
        }
        self.y = top + REPLY + NEXT;
    }

    fn arrow(&mut self, arrow: &Arrow<'_>) {
        let Arrow { number, y, to_server, word, about, class } = arrow;
        let (from, to, turn) = if *to_server {
            (CLIENT + 11.0, SERVER - 12.0, 1.0)
        } else {
            (SERVER - 11.0, CLIENT + 12.0, -1.0)
        };
        let (word, about) = (line(&shortened(word, 40)), line(&shortened(about, 60)));
        let label = format!("{word} {about}");
        self.svg.raw(&format!(
            "<a href=\"#m{number}\" class=\"msg{class}\" data-m=\"{number}\" aria-label=\"{label}: its text\">"
        ));
        self.svg.rect("hit", (CLIENT + 12.0, y - 19.0), (SERVER - CLIENT - 24.0, 36.0));
        let tip = y + SLOPE;
        self.svg.line("arr", (from, *y), (to - turn * 9.0, tip - 0.2));
        let back = to - turn * 15.0;
        self.svg.path(
            "ah",
            &format!("M{to} {tip}L{back:.1} {:.1}L{back:.1} {:.1}Z", tip - 6.4, tip + 5.6),
        );
        let degrees = turn * (SLOPE / (SERVER - CLIENT)).atan().to_degrees();
        self.svg.raw(&format!(
            "<text class=\"ml\" text-anchor=\"middle\" transform=\"translate({MIDDLE} {}) \
             rotate({degrees:.2})\"><tspan class=\"mt\">{word}</tspan> <tspan class=\"dim\" dx=\"4\">\
             {about}</tspan></text></a>",
            y + 1.0
        ));
    }

    /// When the message was at each end.
    fn times(&mut self, message: &Message, y: f64, to_server: bool) {
        let (client, server) = if to_server { (y, y + SLOPE) } else { (y + SLOPE, y) };
        if let Some(time) = message.at_client {
            self.svg.text("num", (CLIENT - 26.0, client + 6.0), Anchor::End, &seconds(time));
        }
        if let Some(time) = message.at_server {
            self.svg.text("num", (SERVER + 26.0, server + 6.0), Anchor::Start, &seconds(time));
        }
    }

    /// The bar of a lifeline changes there, if the state does.
    fn state(&mut self, place: usize, state: State, y: f64) {
        let known =
            self.bars.get(place).filter(|bar| bar.state != state).map(|bar| (bar.state, bar.from));
        if let Some((old, from)) = known {
            self.bar(place, old, from, y);
            if let Some(bar) = self.bars.get_mut(place) {
                *bar = Bar { state, from: y };
            }
        }
    }

    fn bar(&mut self, place: usize, state: State, from: f64, to: f64) {
        let x = if place == 0 { CLIENT } else { SERVER };
        let word = state.word();
        self.svg.rect(&format!("st {word}"), (x - 11.0, from), (22.0, to - from));
        if to - from >= 11.0 * amount(word.len()) {
            self.svg.turned("sn", (x + 6.0, f64::midpoint(from, to)), -90.0, word);
        }
    }

    fn pause(&mut self, pause: f64) {
        let text = format!("{:.2} s", pause / 1000.0);
        self.svg.text("dim", (MIDDLE, self.y - 33.0), Anchor::Middle, &text);
    }

    fn left_out(&mut self, messages: usize) {
        let text = format!("{messages} more messages: they are in the table");
        self.svg.text("dim", (MIDDLE, self.y + 6.0), Anchor::Middle, &text);
        self.y += NEXT;
    }

    /// The packets of a run, which are not drawn one by one.
    fn band(&mut self, session: &Session, run: &Run) {
        let top = self.y - NEXT + SLOPE + 30.0;
        self.svg.rect("band", (CLIENT + 12.0, top), (SERVER - CLIENT - 24.0, 82.0));
        self.svg.rect("hatch", (CLIENT + 12.0, top), (SERVER - CLIENT - 24.0, 82.0));
        self.svg.path("bandah", &format!("M{} {}l20 -12v24z", CLIENT + 15.0, top + 41.0));
        self.svg.rect("plate", (MIDDLE - 240.0, top + 12.0), (480.0, 58.0));
        let transport = session.header.transport.to_uppercase();
        let title = format!("RTP over {transport} for {:.2} s", (run.to - run.from) / 1000.0);
        self.svg.text("mt", (MIDDLE, top + 35.0), Anchor::Middle, &title);
        self.svg.text("ml", (MIDDLE, top + 60.0), Anchor::Middle, &carried(session, run));
        self.y += BAND;
    }

    fn finish(mut self) -> String {
        let bottom = self.y - 14.0;
        let bars: Vec<_> = self.bars.iter().map(|bar| (bar.state, bar.from)).collect();
        for (place, (state, from)) in bars.into_iter().enumerate() {
            self.bar(place, state, from, bottom);
        }
        let label = "The RTSP dialogue: client left, server right";
        self.svg.finish(bottom + 14.0, " class=\"seq\"", label)
    }
}

#[derive(Clone, Copy, Debug)]
struct Arrow<'a> {
    /// The message, from 1.
    number: usize,
    y: f64,
    to_server: bool,
    word: &'a str,
    about: &'a str,
    class: &'a str,
}

/// The run that an exchange began.
fn run_after(session: &Session, place: usize) -> Option<&Run> {
    let reply = session.exchanges.get(place)?.reply.as_ref()?;
    let times = [reply.at_client, reply.at_server];
    session.runs.iter().find(|run| times.contains(&Some(run.from)))
}

/// What was sent and what arrived between this run's beginning and the next one's.
fn carried(session: &Session, run: &Run) -> String {
    let next = session.runs.iter().map(|run| run.asked).find(|asked| *asked > run.asked);
    let until = next.unwrap_or(f64::INFINITY);
    let packets = session.packets.iter();
    let own: Vec<_> = packets.filter(|it| (run.asked..until).contains(&it.begin())).collect();
    let number = |of: &dyn Fn(&&&Packet) -> bool| commas(own.iter().filter(of).count() as u64);
    if session.sampled_from().is_some() {
        return "how many: in the figures above".to_owned();
    }
    let sent = number(&|it| it.sent.is_some());
    if !session.has_client {
        let lost = number(&|it| it.net == Net::Lost);
        return format!("{sent} sent, {lost} of them lost on purpose");
    }
    let (arrived, lost) = (number(&|it| it.arrived.is_some()), number(&|it| it.arrived.is_none()));
    let (late, twice) = (number(&|it| it.is_late), number(&|it| !it.again.is_empty()));
    let sent = if session.has_server { format!("{sent} sent, ") } else { String::new() };
    format!("{sent}{arrived} arrived: {lost} lost, {late} late, {twice} twice")
}

/// What a request is about.
fn target(text: &str) -> Option<&str> {
    text.lines().next()?.split(' ').nth(1)
}

/// `200 OK`, as the reply says it.
fn reason(text: &str, status: Option<u64>) -> String {
    let first = text.lines().next().unwrap_or_default();
    let words = first.split_once(' ').map(|(_, words)| words.trim().to_owned());
    let status = || status.map_or(String::new(), |status| status.to_string());
    words.filter(|words| !words.is_empty()).unwrap_or_else(status)
}

fn about_reply(cseq: &str, exchange: &Exchange, text: &str) -> String {
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    let session = fields.find(|(name, _)| name.trim().eq_ignore_ascii_case("session"));
    match (exchange.method.as_str(), session) {
        ("SETUP", Some((_, session))) => format!("{cseq}, Session {}", session.trim()),
        ("DESCRIBE", _) if !exchange.is_refused() => format!("{cseq}, with the description"),
        _ => cseq.to_owned(),
    }
}
