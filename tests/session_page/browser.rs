//! Chromium and Firefox without a window, driven for real: Chromium by its driver, which speaks HTTP,
//! Firefox by what it has built in (Marionette).

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::left_out::needs_all;
use crate::common::server_process::free_port;

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Chromium,
    Firefox,
}

pub(crate) const KINDS: [Kind; 2] = [Kind::Chromium, Kind::Firefox];

/// A browser that is running; ended when it is dropped.
pub(crate) struct Browser {
    kind: Kind,
    child: Child,
    port: u16,
    /// Firefox's connection; Chromium's driver has one a command.
    stream: Option<TcpStream>,
    session: String,
    count: u64,
    _profile: TempDir,
}

/// What a browser must know when it starts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) is_dark: bool,
    pub(crate) without_scripts: bool,
}

/// No browser takes longer, on any machine.
const LIMIT: Duration = Duration::from_secs(60);

impl Browser {
    /// Starts it with a window of that size.
    pub(crate) fn start(kind: Kind, settings: Settings, (width, height): (u32, u32)) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let port = free_port();
        let child = match kind {
            Kind::Chromium => {
                needs_all(&[("chromium", "chromium"), ("chromedriver", "chromium-driver")]);
                Command::new("chromedriver").arg(format!("--port={port}")).quiet().spawn()
            }
            Kind::Firefox => {
                needs_all(&[("firefox-esr", "firefox-esr")]);
                fs::write(profile.path().join("user.js"), preferences(settings, port)).unwrap();
                let mut firefox = Command::new("firefox-esr");
                firefox.args(["--headless", "--marionette", "--no-remote", "--profile"]);
                firefox.arg(profile.path()).env("HOME", profile.path()).quiet().spawn()
            }
        };
        let (child, session) = (child.unwrap(), String::new());
        let mut browser =
            Self { kind, child, port, stream: None, session, count: 0, _profile: profile };
        browser.begin(settings, (width, height));
        let size = json!({"x": 0, "y": 0, "width": width, "height": height});
        browser.command("WebDriver:SetWindowRect", &size);
        browser.fit((width, height));
        browser
    }

    fn begin(&mut self, settings: Settings, (width, height): (u32, u32)) {
        let stream = self.connect();
        if self.kind == Kind::Firefox {
            stream.set_read_timeout(Some(LIMIT)).unwrap();
            self.stream = Some(stream);
            read_message(self.stream.as_mut().unwrap());
            self.command("WebDriver:NewSession", &json!({}));
            return;
        }
        drop(stream);
        let size = format!("--window-size={width},{height}");
        let mut arguments = vec!["--headless=new", "--no-sandbox", "--disable-gpu", &size];
        arguments.push("--hide-scrollbars");
        let mut options = json!({"args": arguments});
        if settings.without_scripts {
            options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
        }
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}});
        let answer = self.command("WebDriver:NewSession", &wanted);
        answer["sessionId"].as_str().unwrap().clone_into(&mut self.session);
        if settings.is_dark {
            let feature = json!([{"name": "prefers-color-scheme", "value": "dark"}]);
            let params =
                json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": feature}});
            self.command("cdp", &params);
        }
    }

    fn connect(&mut self) -> TcpStream {
        let begun = Instant::now();
        loop {
            match TcpStream::connect(("127.0.0.1", self.port)) {
                Ok(stream) => return stream,
                Err(error) => assert!(begun.elapsed() < LIMIT, "{:?}: {error}", self.kind),
            }
            assert!(self.child.try_wait().unwrap().is_none(), "{:?} has ended", self.kind);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The page has that size, not the window.
    fn fit(&mut self, (width, height): (u32, u32)) {
        let script = "return [window.outerWidth - window.innerWidth, window.outerHeight - window.innerHeight]";
        let frame = self.script(script);
        let more = |at: usize| u32::try_from(frame[at].as_i64().unwrap_or(0)).unwrap_or(0);
        let size = json!({"width": width + more(0), "height": height + more(1)});
        self.command("WebDriver:SetWindowRect", &size);
    }

    /// Does what `WebDriver` calls by that name.
    #[track_caller]
    fn command(&mut self, name: &str, parameters: &Value) -> Value {
        let answer = match self.kind {
            Kind::Firefox => self.firefox(name, parameters),
            Kind::Chromium => self.chromium(name, parameters),
        };
        answer.unwrap_or_else(|flaw| panic!("{:?}, {name}: {flaw}", self.kind))
    }

    fn firefox(&mut self, name: &str, parameters: &Value) -> Result<Value, String> {
        self.count += 1;
        let message = json!([0, self.count, name, parameters]).to_string();
        let stream = self.stream.as_mut().unwrap();
        stream.write_all(format!("{}:{message}", message.len()).as_bytes()).unwrap();
        let answer = read_message(stream);
        if answer[2].is_null() { Ok(answer[3].clone()) } else { Err(answer[2].to_string()) }
    }

    fn chromium(&mut self, name: &str, parameters: &Value) -> Result<Value, String> {
        let (method, path) = match name {
            "WebDriver:NewSession" => ("POST", ""),
            "WebDriver:SetWindowRect" => ("POST", "/window/rect"),
            "WebDriver:Navigate" => ("POST", "/url"),
            "WebDriver:ExecuteScript" => ("POST", "/execute/sync"),
            "WebDriver:PerformActions" => ("POST", "/actions"),
            "WebDriver:TakeScreenshot" => ("GET", "/screenshot"),
            "WebDriver:Print" => ("POST", "/print"),
            "cdp" => ("POST", "/goog/cdp/execute"),
            "WebDriver:DeleteSession" => ("DELETE", ""),
            other => panic!("{other}"),
        };
        let session =
            if self.session.is_empty() { String::new() } else { format!("/{}", self.session) };
        let body = if method == "POST" { parameters.to_string() } else { String::new() };
        let mut stream = self.connect();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let head = format!(
            "{method} /session{session}{path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let value = read_reply(&mut stream);
        let value = &value["value"];
        if value["error"].is_string() { Err(value.to_string()) } else { Ok(value.clone()) }
    }

    pub(crate) fn open(&mut self, address: &str) {
        self.command("WebDriver:Navigate", &json!({"url": address}));
    }

    /// What a script on the page returns.
    #[track_caller]
    pub(crate) fn script(&mut self, script: &str) -> Value {
        let parameters = json!({"script": script, "args": []});
        let answer = self.command("WebDriver:ExecuteScript", &parameters);
        if self.kind == Kind::Firefox { answer["value"].clone() } else { answer }
    }

    /// Presses a key and lets it go.
    pub(crate) fn key(&mut self, key: &str) {
        let actions = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        let parameters = json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]});
        self.command("WebDriver:PerformActions", &parameters);
    }

    /// Clicks in the middle of what the selector finds.
    pub(crate) fn click(&mut self, selector: &str) {
        let script = format!(
            "const it = document.querySelector({selector:?}); it.scrollIntoView({{block: 'center'}}); \
             const box = it.getBoundingClientRect(); \
             return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]"
        );
        let place = self.script(&script);
        let actions = json!([
            {"type": "pointerMove", "duration": 0, "x": place[0], "y": place[1]},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]);
        let pointer = json!({"type": "pointer", "id": "mouse", "actions": actions});
        self.command("WebDriver:PerformActions", &json!({"actions": [pointer]}));
    }

    /// The page on paper of A4, as PDF; the page itself says how wide its margins are.
    pub(crate) fn print(&mut self) -> Vec<u8> {
        let page = json!({"width": 21.0, "height": 29.7});
        let margin = json!({"top": 1.2, "bottom": 1.2, "left": 1.2, "right": 1.2});
        let answer = self.command("WebDriver:Print", &json!({"page": page, "margin": margin}));
        self.bytes(&answer)
    }

    /// What the window shows, as PNG.
    pub(crate) fn screenshot(&mut self) -> Vec<u8> {
        let answer = self.command("WebDriver:TakeScreenshot", &json!({"full": false}));
        self.bytes(&answer)
    }

    fn bytes(&self, answer: &Value) -> Vec<u8> {
        let text = if self.kind == Kind::Firefox { &answer["value"] } else { answer };
        STANDARD.decode(text.as_str().unwrap()).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if self.kind == Kind::Chromium && !self.session.is_empty() {
            // The driver ends its browser.
            self.chromium("WebDriver:DeleteSession", &json!({})).ok();
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

trait Quiet {
    fn quiet(&mut self) -> &mut Self;
}

impl Quiet for Command {
    fn quiet(&mut self) -> &mut Self {
        self.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
    }
}

fn preferences(settings: Settings, port: u16) -> String {
    let scheme = u8::from(!settings.is_dark);
    let scripts = !settings.without_scripts;
    format!(
        "user_pref('marionette.port', {port});\n\
         user_pref('layout.css.prefers-color-scheme.content-override', {scheme});\n\
         user_pref('javascript.enabled', {scripts});\n\
         user_pref('browser.shell.checkDefaultBrowser', false);\n\
         user_pref('datareporting.policy.dataSubmissionEnabled', false);\n\
         user_pref('app.update.enabled', false);\n"
    )
}

/// `12:[1,1,null,{}]`
fn read_message(stream: &mut TcpStream) -> Value {
    let (mut length, mut byte) = (0, [0]);
    loop {
        stream.read_exact(&mut byte).unwrap();
        match byte[0] {
            digit @ b'0'..=b'9' => length = 10 * length + usize::from(digit - b'0'),
            _ => break,
        }
    }
    let mut text = vec![0; length];
    stream.read_exact(&mut text).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// The body of an HTTP reply, which says how long it is.
fn read_reply(stream: &mut TcpStream) -> Value {
    let mut bytes = Vec::new();
    let mut part = vec![0; 65_536];
    loop {
        let count = stream.read(&mut part).unwrap();
        bytes.extend(&part[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            assert!(count > 0, "no reply");
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length = head.split("content-length:").nth(1).and_then(|it| it.lines().next());
        let length: usize = length.unwrap().trim().parse().unwrap();
        if bytes.len() >= end + 4 + length {
            return serde_json::from_slice(&bytes[end + 4..end + 4 + length]).unwrap();
        }
    }
}
