//! What the kernel knows of a process, and of what did not fit a socket's buffer (proc(5)).

use std::fs;

use super::common::server_process::cpu_ticks;

/// What a process uses at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Seconds of a processor, from its start.
    pub(crate) cpu: f64,
    /// Memory that is there, in KiB.
    pub(crate) resident: u32,
    pub(crate) threads: u32,
}

impl Usage {
    pub(crate) fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).expect("read status");
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect(name);
            line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
        };
        let ticks = u32::try_from(cpu_ticks(process)).unwrap();
        let cpu = f64::from(ticks) / TICKS_A_SECOND;
        Self { cpu, resident: number("VmRSS"), threads: number("Threads") }
    }
}

/// How long all processors together have worked and have been idle since the machine started, in
/// ticks: other programs that compute spoil the figures.
pub(crate) fn machine_ticks() -> [u64; 2] {
    let stat = fs::read_to_string("/proc/stat").expect("read /proc/stat");
    let fields = stat.lines().next().unwrap().split_whitespace().skip(1).take(8);
    let ticks = fields.map(|field| field.parse().unwrap()).collect::<Vec<u64>>();
    let idle = ticks[3] + ticks[4];
    [ticks.iter().sum::<u64>() - idle, idle]
}

/// How many datagrams the kernel has dropped at these ports because nobody took them in time.
pub(crate) fn dropped_at(ports: &[u16]) -> u32 {
    let table = fs::read_to_string("/proc/net/udp").expect("read /proc/net/udp");
    let of_line = |line: &str| {
        let mut fields = line.split_whitespace();
        let local = fields.nth(1)?;
        let port = u16::from_str_radix(local.split_once(':')?.1, 16).ok()?;
        let drops: u32 = fields.next_back()?.parse().ok()?;
        ports.contains(&port).then_some(drops)
    };
    table.lines().skip(1).filter_map(of_line).sum()
}

/// # Errors
/// The system allows fewer open files than so many sessions need; what to do about it.
pub(crate) fn check_descriptors(lab: u16, standard: u16) -> Result<(), String> {
    let limits = fs::read_to_string("/proc/self/limits").expect("read limits");
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let allowed: u32 = line.unwrap().split_whitespace().next().unwrap().parse().unwrap();
    let needed = (u32::from(lab) * LAB_FILES).max(u32::from(standard) * STANDARD_FILES) + 64;
    if allowed >= needed {
        return Ok(());
    }
    Err(format!(
        "expected that {needed} files may be open, found {allowed}: \
         say `ulimit -n {needed}` first, or ask for fewer sessions"
    ))
}

/// Those of the server, which has more of them than this program: connection, movie, port.
const LAB_FILES: u32 = 3;
/// The connection three times, the movie, two ports and the second once more.
const STANDARD_FILES: u32 = 7;
/// `USER_HZ`, which is 100 wherever Linux runs.
const TICKS_A_SECOND: f64 = 100.0;
