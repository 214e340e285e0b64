//! The thread that writes: events in the order of their times, to the log and to the capture.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use super::event::Event;
use super::handle::{Channel, Origin, Record, Trace};
use super::pcapng;
use super::story::{Header, Story};
use crate::event::Event as Flag;

/// What is to be written.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The event log.
    pub log: Option<PathBuf>,
    /// The capture.
    pub capture: Option<PathBuf>,
}

/// The thread `trace`, which writes until it is told to finish. Dropping this finishes it, too.
#[derive(Debug)]
pub struct Recorder {
    ending: Arc<Flag>,
    done: Arc<Flag>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Starts to write, and returns what threads tell by. Where a file can't be written, `complain` is told
    /// why, once, and nothing else changes. If there is nothing to write there is no thread.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub fn start(
        files: Files,
        header: Header,
        complain: impl Fn(String) + Send + 'static,
    ) -> io::Result<(Self, Trace)> {
        let (ending, done) = (Arc::new(Flag::default()), Arc::new(Flag::default()));
        if files.log.is_none() && files.capture.is_none() {
            return Ok((Self { ending, done, thread: None }, Trace::default()));
        }
        let (channel, arriving) = Channel::open(files.capture.is_some());
        let trace = Trace::to(Arc::clone(&channel));
        let story = Story::new(header, (Instant::now(), SystemTime::now()));
        let (told, finished) = (Arc::clone(&ending), Arc::clone(&done));
        let thread = thread::Builder::new().name("trace".to_owned()).spawn(move || {
            // A file may be one that nobody reads, so only this thread opens it.
            let outputs = Outputs::open(&files, Box::new(complain), &story);
            Writer { story, outputs, held: BTreeMap::new(), count: 0 }
                .write_all(&channel, &arriving, &told);
            finished.set();
        })?;
        Ok((Self { ending, done, thread: Some(thread) }, trace))
    }

    /// Waits until everything that was told is written, but not for ever for a disk that stands still; says
    /// whether it is.
    pub fn finish(mut self) -> bool {
        self.end()
    }

    fn end(&mut self) -> bool {
        let Some(thread) = self.thread.take() else { return true };
        self.ending.set();
        self.done.wait(LAST_WAIT) && thread.join().is_ok()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.end();
    }
}

/// Events on their way from the channel to the files. Those of the last moment are held, for threads tell
/// theirs a little out of order.
struct Writer {
    story: Story,
    outputs: Outputs,
    held: BTreeMap<(Instant, u64), Record>,
    count: u64,
}

impl Writer {
    /// It looks into the channel now and then, and does not wait at it: then whoever puts something in need
    /// not wake it, which would cost more than all the rest.
    fn write_all(&mut self, channel: &Channel, arriving: &Receiver<Record>, ending: &Flag) {
        let mut flushed = Instant::now();
        loop {
            // Asked first: what was told before is in the channel then.
            let ends = ending.wait(TURN);
            let before = self.count;
            for record in arriving.try_iter().take(MOST) {
                channel.taken(&record);
                self.held.insert((record.at, self.count), record);
                self.count += 1;
            }
            let is_over = ends && self.count == before;
            self.note_dropped(channel.take_dropped());
            let until = Instant::now().checked_sub(HELD).filter(|_| !is_over);
            while let Some(first) = self.held.first_entry() {
                if !is_over && until.is_none_or(|until| first.key().0 > until) {
                    break;
                }
                let record = first.remove();
                self.write(record);
            }
            if is_over {
                self.outputs.log(&self.story.end());
                return self.outputs.flush();
            }
            if flushed.elapsed() >= FLUSHED {
                flushed = Instant::now();
                self.outputs.flush();
            }
        }
    }

    fn write(&mut self, mut record: Record) {
        let wire = self.story.wire(&mut record);
        let lines = self.story.lines(&record);
        self.outputs.log(&lines);
        if let Some((wire, at)) = wire.filter(|_| self.outputs.capture.is_some()) {
            self.outputs.capture(&pcapng::packet(&wire, at));
        }
    }

    /// Nothing is lost without a word.
    fn note_dropped(&mut self, events: u64) {
        if events > 0 {
            let (at, origin, event) = (Instant::now(), Origin::default(), Event::Dropped(events));
            self.held.insert((at, self.count), Record { at, origin, event, wire: None });
            self.count += 1;
        }
    }
}

/// The files, each until it can't be written any more.
struct Outputs {
    log: Option<Output>,
    capture: Option<Output>,
    complain: Box<dyn Fn(String) + Send>,
}

struct Output {
    what: &'static str,
    path: PathBuf,
    file: BufWriter<File>,
}

impl Outputs {
    fn open(files: &Files, complain: Box<dyn Fn(String) + Send>, story: &Story) -> Self {
        let open = |what, path: &Option<PathBuf>| {
            let path = path.clone()?;
            match File::create(&path) {
                Ok(file) => Some(Output { what, path, file: BufWriter::new(file) }),
                Err(error) => {
                    complain(flaw(what, &path, &error));
                    None
                }
            }
        };
        let (log, capture) = (open("log", &files.log), open("capture", &files.capture));
        let mut outputs = Self { log, capture, complain };
        let program = concat!("rtsp_lab ", env!("CARGO_PKG_VERSION"));
        outputs.log(&story.beginning());
        outputs.capture(&pcapng::beginning(program));
        outputs.flush();
        outputs
    }

    fn log(&mut self, lines: &str) {
        attempt(&mut self.log, &self.complain, |file| file.write_all(lines.as_bytes()));
    }

    fn capture(&mut self, block: &[u8]) {
        attempt(&mut self.capture, &self.complain, |file| file.write_all(block));
    }

    fn flush(&mut self) {
        for output in [&mut self.log, &mut self.capture] {
            attempt(output, &self.complain, Write::flush);
        }
    }
}

/// After an error the file is left as it is: half a log that says so is of use, one with a hole is not.
fn attempt(
    output: &mut Option<Output>,
    complain: &dyn Fn(String),
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) {
    let Some(Output { what, path, file }) = output else { return };
    if let Err(error) = write(file) {
        complain(flaw(what, path, &error));
        // Else it would try to write the rest when it is dropped, and wait for a disk that stands still.
        output.take().map(|output| output.file.into_parts());
    }
}

fn flaw(what: &str, path: &Path, error: &io::Error) -> String {
    format!("could not write the {what} to {}: {error}; it goes on without", path.display())
}

/// How often it looks for news.
const TURN: Duration = Duration::from_millis(20);
/// How long events wait for those that happened before them.
const HELD: Duration = Duration::from_millis(50);
/// How often what is written goes to the disk.
const FLUSHED: Duration = Duration::from_millis(200);
/// The most events taken in one turn.
const MOST: usize = 65_536;
/// How long to wait for the disk at the end.
const LAST_WAIT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn what_was_let_go_is_counted_in_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let (channel, arriving) = Channel::open(false);
        let trace = Trace::to(Arc::clone(&channel));
        for number in 0..70_000 {
            trace.tell(|| Event::PacketLeft { seq: number });
        }
        let story = Story::new(Header::default(), (Instant::now(), SystemTime::now()));
        let files = Files { log: Some(log.clone()), capture: None };
        let outputs = Outputs::open(&files, Box::new(|flaw| panic!("{flaw}")), &story);
        let mut writer = Writer { story, outputs, held: BTreeMap::new(), count: 0 };
        let ending = Flag::default();
        ending.set();
        writer.write_all(&channel, &arriving, &ending);
        let text = std::fs::read_to_string(log).unwrap();
        assert_eq!(text.matches("rtp:packet_left").count(), 65_536);
        assert_eq!(text.matches(r#""name":"log:dropped","data":{"events":4464}"#).count(), 1);
    }

    #[test]
    fn a_file_that_cant_be_opened_is_told_and_the_other_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (log, capture) = (folder.path().join("none/log"), folder.path().join("capture"));
        let files = Files { log: Some(log), capture: Some(capture.clone()) };
        let (sender, told) = channel();
        let complain = move |flaw| sender.send(flaw).unwrap();
        let (recorder, trace) = Recorder::start(files, Header::default(), complain).unwrap();
        trace.summary("");
        assert!(recorder.finish());
        let told: Vec<String> = told.iter().collect();
        assert!(told.len() == 1 && told[0].starts_with("could not write the log to "), "{told:?}");
        assert!(capture.metadata().unwrap().len() > 40);
    }

    #[test]
    fn without_files_there_is_no_thread() {
        let (recorder, trace) =
            Recorder::start(Files::default(), Header::default(), |_| {}).unwrap();
        assert!(recorder.thread.is_none() && !trace.is_on());
        assert!(recorder.finish());
    }
}
