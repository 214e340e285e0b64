//! What happened before a line has failed, in two columns.

use std::fmt::Write;
use std::time::Duration;

use crate::escape::escaped;
use crate::role::Role;
use crate::story::{Scene, Side};
use crate::width::wrapped;

use super::screen::{Ink, Screen};

/// A failure, and what was before it.
#[derive(Clone, Debug)]
pub(crate) struct Tale<'a> {
    pub(crate) role: Role,
    pub(crate) scenes: &'a [Scene],
    pub(crate) expected: &'a str,
    pub(crate) came: &'a str,
    /// All of it, however long it is.
    pub(crate) is_whole: bool,
}

impl Tale<'_> {
    /// It, for that screen.
    pub(crate) fn on(&self, screen: Screen) -> String {
        let left = (screen.width.saturating_sub(NOT_LEFT)) / 2;
        let right = screen.width.saturating_sub(left + NOT_LEFT);
        let columns = Columns { screen, left, right };
        let mut rows: Vec<String> =
            self.scenes.iter().flat_map(|scene| columns.rows(scene)).collect();
        if !self.is_whole && rows.len() > MOST_ROWS {
            let more = rows.len() - FIRST_ROWS - LAST_ROWS;
            let what = format!("{:9}... {more} lines more: --story", "");
            rows.splice(FIRST_ROWS..rows.len() - LAST_ROWS, [screen.paint(Ink::Dim, &what)]);
        }
        let [client, server] = match self.role {
            Role::Server => ["lab_check (client)", "your server"],
            Role::Client => ["your client", "lab_check (server)"],
        };
        let head = format!("{:>6}   {client:<left$}     {server}", "time");
        let mut text = String::new();
        if !rows.is_empty() {
            writeln!(text, "{}", screen.paint(Ink::Dim, head.trim_end())).ok();
        }
        for row in rows {
            writeln!(text, "{row}").ok();
        }
        text + &self.end(screen)
    }

    fn end(&self, screen: Screen) -> String {
        let mut text = String::new();
        let width = screen.width.saturating_sub(BEFORE_WORDS);
        let stars = screen.paint(Ink::Bad, "*****");
        for (before, label, what) in
            [(stars.as_str(), "expected: ", self.expected), ("     ", "came:     ", self.came)]
        {
            let mut lines: Vec<_> =
                what.lines().flat_map(|line| wrapped(&escaped(line), width)).collect();
            if !self.is_whole && lines.len() > MOST_LINES {
                lines.truncate(MOST_LINES);
                lines.push("... --story has the rest".to_owned());
            }
            let rest = " ".repeat(BEFORE_WORDS);
            for (place, line) in lines.iter().enumerate() {
                if place == 0 {
                    writeln!(text, "{:9}{before} {label}{line}", "").ok();
                } else {
                    writeln!(text, "{rest}{line}").ok();
                }
            }
        }
        text
    }
}

/// The columns of a screen.
#[derive(Clone, Copy)]
struct Columns {
    screen: Screen,
    left: usize,
    right: usize,
}

impl Columns {
    fn rows(self, scene: &Scene) -> Vec<String> {
        let is_clients = scene.side == Side::Client;
        let width = if is_clients { self.left } else { self.right };
        let lines = scene.rows.iter().flat_map(|row| wrapped(row, width));
        lines.enumerate().map(|(place, line)| self.row(scene, place == 0, &line)).collect()
    }

    fn row(self, scene: &Scene, is_first: bool, line: &str) -> String {
        let left_width = self.left;
        let time = if is_first { seconds(scene.at) } else { String::new() };
        let time = self.screen.paint(Ink::Dim, &format!("{time:>6}"));
        let is_clients = scene.side == Side::Client;
        let has_arrow = is_first && !scene.is_quiet;
        let arrow = if has_arrow { self.screen.arrow(is_clients) } else { " " };
        let (left, right) = if is_clients { (line, "") } else { ("", line) };
        format!("{time}   {left:<left_width$}  {arrow}  {right}").trim_end().to_owned()
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}

/// What stands beside the left column and the right one: time, arrow and the spaces between.
const NOT_LEFT: usize = 9 + 5;
/// What stands before the words at the end: `***** expected: `.
const BEFORE_WORDS: usize = 9 + 6 + 10;
/// Of what came, no more lines are shown.
const MOST_LINES: usize = 8;
/// More rows than that are not read by anybody who wants to go on.
const MOST_ROWS: usize = 15;
const FIRST_ROWS: usize = 4;
const LAST_ROWS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(at: u64, side: Side, rows: &[&str]) -> Scene {
        let rows = rows.iter().map(|&row| row.to_owned()).collect();
        let is_quiet = false;
        Scene { at: Duration::from_millis(at), side, rows, is_quiet }
    }

    fn told(screen: Screen, count: u64, is_whole: bool) -> String {
        let setup = ["SETUP movie.Mjpeg RTSP/1.0", "CSeq: 1"];
        let mut scenes = vec![scene(810, Side::Client, &setup)];
        scenes.extend((1..=count).map(|n| scene(810 + n * 50, Side::Server, &["packet 1"])));
        let tale = Tale {
            role: Role::Client,
            scenes: &scenes,
            expected: "PLAY",
            came: "nothing\x1b[2J in 2 s",
            is_whole,
        };
        tale.on(screen)
    }

    #[test]
    fn who_sends_stands_on_his_side_and_the_end_in_two_lines() {
        assert_eq!(
            told(Screen::of(80, false, true), 1, false),
            "  time   your client                           lab_check (server)
  0.81   SETUP movie.Mjpeg RTSP/1.0         →
         CSeq: 1
  0.86                                      ←  packet 1
         ***** expected: PLAY
               came:     nothing\\x1B[2J in 2 s
"
        );
    }

    #[test]
    fn a_narrow_screen_breaks_its_rows_and_a_long_story_is_cut() {
        let narrow = told(Screen::of(60, false, false), 30, false);
        assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
        assert!(
            narrow.contains("  0.81   SETUP movie.Mjpeg        >\n         RTSP/1.0\n"),
            "{narrow}"
        );
        assert!(narrow.contains("         ... 19 lines more: --story\n"), "{narrow}");
        assert_eq!(told(Screen::of(80, false, true), 30, true).lines().count(), 1 + 32 + 2);
    }
}
