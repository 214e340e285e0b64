//! Logs that nobody has played.

use std::fmt::Write as _;

/// Text that wants to be more than text.
pub(crate) const HOSTILE: &str = "</script><script>alert(1)</script><!--<script><img src=x onerror=\"hit()\">\u{2028}\u{2029}\u{1b}[2J\u{202e}&lt;";

const HEADER: &str = r#"{"file_schema":"urn:rtsp-lab:log:1","serialization_format":"application/jsonl","title":TITLE,"trace":{"vantage_point":{"type":"network","name":"cargo run"},"event_schemas":["urn:rtsp-lab:events:1"],"common_fields":{"time_format":"relative_to_epoch","reference_time":{"clock_type":"monotonic","epoch":"unknown","wall_clock_time":"2026-11-30T10:02:57.692Z"}}},"program":{"name":TITLE,"version":"0.1.0","os":"linux"},"dialect":"lab","transport":"udp","movie":{"name":TITLE},"network":{"loss":5,"duplicate":0,"reorder":0,"delay":0,"jitter":0,"seed":7},"settings":{"fragment":null,"buffer_ms":0},"command":[TITLE]}"#;

/// A log of so many packets at that rate, each 25th lost and each 100th late, and of the messages of SETUP,
/// PLAY, PAUSE, DESCRIBE, PLAY and TEARDOWN, whose texts hold that text.
pub(crate) fn log(packets: u64, rate: u32, text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inside = &quoted[1..quoted.len() - 1];
    let mut log = HEADER.replace("TITLE", &quoted) + "\n";
    let mut time = 0.0;
    let exchange = |log: &mut String, time: f64, cseq: u64, method: &str| {
        let ask = format!("{method} {inside} RTSP/1.0\\r\\nCSeq: {cseq}\\r\\n\\r\\n");
        let answer =
            format!("RTSP/1.0 200 {inside}\\r\\nCSeq: {cseq}\\r\\nX: {inside}\\r\\n\\r\\n");
        let state = match method {
            "PLAY" => "PLAYING",
            "TEARDOWN" => "INIT",
            _ => "READY",
        };
        for (after, name, side, data) in [
            (0.0, "rtsp:request_sent", "client", format!("\"text\":\"{ask}\"")),
            (0.1, "rtsp:request_received", "server", format!("\"text\":\"{ask}\"")),
            (0.2, "rtsp:reply_sent", "server", format!("\"status\":200,\"text\":\"{answer}\"")),
            (
                0.5,
                "rtsp:reply_received",
                "client",
                format!("\"status\":200,\"after\":0.5,\"text\":\"{answer}\""),
            ),
        ] {
            let data = format!("\"method\":\"{method}\",\"cseq\":{cseq},{data}");
            event(log, time + after, name, side, &data);
        }
        event(log, time + 0.6, "session:state", "client", &format!("\"new\":\"{state}\""));
    };
    exchange(&mut log, time, 1, "SETUP");
    time += 400.0;
    exchange(&mut log, time, 2, "PLAY");
    time += 10.0;
    let gap = 1000.0 / f64::from(rate);
    for seq in 1..=packets {
        if seq == packets / 2 {
            exchange(&mut log, time, 3, "PAUSE");
            exchange(&mut log, time + 300.0, 4, "DESCRIBE");
            exchange(&mut log, time + 900.0, 5, "PLAY");
            time += 910.0;
        }
        packet(&mut log, time, seq);
        time += gap;
    }
    exchange(&mut log, time + 100.0, 6, "TEARDOWN");
    log
}

/// A log of so many requests, each with a reply that holds that text.
pub(crate) fn requests(count: u64, text: &str) -> String {
    let mut log = HEADER.replace("TITLE", "\"movie.Mjpeg\"") + "\n";
    for (cseq, time) in (1..=count).zip((0_u32..).map(|number| f64::from(number) * 10.0)) {
        let ask = format!("\"text\":\"DESCRIBE a RTSP/1.0\\r\\nCSeq: {cseq}\\r\\n\\r\\n\"");
        let answer =
            format!("\"text\":\"RTSP/1.0 200 OK\\r\\nCSeq: {cseq}\\r\\nX: {text}\\r\\n\\r\\n\"");
        let about = format!("\"method\":\"DESCRIBE\",\"cseq\":{cseq}");
        event(&mut log, time, "rtsp:request_sent", "client", &format!("{about},{ask}"));
        let reply = format!("{about},\"status\":200,\"after\":0.5,{answer}");
        event(&mut log, time + 0.5, "rtsp:reply_received", "client", &reply);
    }
    log
}

fn packet(log: &mut String, time: f64, seq: u64) {
    let lost = seq % 25 == 0;
    let net = if lost { ",\"net\":\"lost\"" } else { "" };
    let data = format!("\"seq\":{seq},\"frame\":{seq},\"bytes\":12000,\"ts\":{}{net}", seq / 20);
    event(log, time, "rtp:packet_sent", "server", &data);
    if lost {
        return;
    }
    let order = match seq {
        _ if seq % 100 == 60 => ",\"order\":\"late\"".to_owned(),
        _ if seq % 25 == 1 && seq > 1 => {
            format!(",\"order\":\"gap\",\"missing\":[{0},{0}]", seq - 1)
        }
        _ => String::new(),
    };
    let came = time + 1.0 + f64::from(u8::try_from(seq % 7).unwrap()) / 10.0;
    let data = format!("\"seq\":{seq},\"bytes\":12000,\"ts\":{}{order}", seq / 20);
    event(log, came, "rtp:packet_received", "client", &data);
    if !order.contains("late") {
        event(
            log,
            came + 2.0,
            "frame:shown",
            "client",
            &format!("\"frame\":{seq},\"waited\":2.000"),
        );
    }
}

fn event(log: &mut String, time: f64, name: &str, side: &str, data: &str) {
    let line = format!(
        "{{\"time\":{time:.3},\"name\":\"{name}\",\"side\":\"{side}\",\"data\":{{{data}}}}}"
    );
    writeln!(log, "{line}").unwrap();
}
