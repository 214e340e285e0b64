//! What a program under test uses, as the Linux kernel counts it. Elsewhere nothing is known.

use std::fs;
use std::time::Duration;

/// What the processes of one group use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// The time that they have spent on a processor so far.
    pub(crate) cpu: Duration,
    /// The time that its living threads were ready to run while no processor was free.
    pub(crate) waited: Duration,
    /// How many threads they have.
    pub(crate) threads: u64,
    /// Their memory that is in use, in KiB.
    pub(crate) resident_kib: u64,
    /// How many files and sockets they have open.
    pub(crate) descriptors: u64,
}

impl Usage {
    /// The use by the group of processes with that number; `None` if there is none, or no `/proc`.
    pub(crate) fn of_group(group: u32) -> Option<Self> {
        let processes = fs::read_dir("/proc").ok()?.filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let id: u32 = name.to_str()?.parse().ok()?;
            Self::of_process(id, group)
        });
        processes.reduce(|all, one| Self {
            cpu: all.cpu + one.cpu,
            waited: all.waited + one.waited,
            threads: all.threads + one.threads,
            resident_kib: all.resident_kib + one.resident_kib,
            descriptors: all.descriptors + one.descriptors,
        })
    }

    /// `None` if the process is not of that group.
    fn of_process(id: u32, group: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name, in parentheses, may contain spaces and parentheses. After it come state,
        // parent, group; user and system time are the 12th and the 13th, threads the 18th
        // (proc(5)).
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok());
        if number(2)? != u64::from(group) || matches!(fields.first(), Some(&"Z")) {
            return None;
        }
        let ticks = number(11)? + number(12)?;
        let descriptors = fs::read_dir(format!("/proc/{id}/fd")).map_or(0, Iterator::count);
        Some(Self {
            cpu: Duration::from_millis(ticks * MILLISECONDS_A_TICK),
            waited: waited(id),
            threads: number(17)?,
            resident_kib: resident_kib(id).unwrap_or_default(),
            descriptors: u64::try_from(descriptors).unwrap_or_default(),
        })
    }
}

/// The second number of a thread's `schedstat`, in nanoseconds; not all kernels have it.
fn waited(id: u32) -> Duration {
    let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else { return Duration::ZERO };
    let of_thread = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path().join("schedstat")).ok()?;
        text.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let nanoseconds: u64 = threads.flatten().filter_map(of_thread).sum();
    Duration::from_nanos(nanoseconds)
}

fn resident_kib(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What programs see of Linux's time is in hundredths of a second (`getconf CLK_TCK`).
const MILLISECONDS_A_TICK: u64 = 10;
