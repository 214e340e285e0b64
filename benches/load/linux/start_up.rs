//! How long the server takes to start.

use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::common::server_process::{ServerProcess, free_port, server_command};
use super::figures::median;
use super::sessions::{ask, is_lab_reply};

/// Prints the median and the longest time from the start of the process to a connection that is
/// accepted and answered.
pub(crate) fn print(folder: &Path) {
    let mut times = (0..STARTS).map(|_| start(folder)).collect::<Vec<_>>();
    let median = median(&mut times);
    let longest = times.last().unwrap();
    println!(
        "start to first reply, {STARTS} times: p50 {median:.2} ms, max {longest:.2} ms, goal 20"
    );
}

fn start(folder: &Path) -> f64 {
    let port = free_port();
    let mut command = server_command(folder);
    command.args(["--bind", "127.0.0.1", &port.to_string()]);
    let start = Instant::now();
    let server = ServerProcess::spawn(&mut command, port);
    let mut connection = loop {
        match TcpStream::connect(server.address()) {
            Ok(connection) => break connection,
            Err(_) => thread::sleep(Duration::from_micros(100)),
        }
        assert!(start.elapsed() < super::common::LIMIT, "the server takes no connection");
    };
    let request = "OPTIONS movie.Mjpeg RTSP/1.0\nCSeq: 1\nSession: 0\n";
    ask(&mut connection, request, is_lab_reply);
    start.elapsed().as_secs_f64() * 1e3
}

const STARTS: usize = 20;
