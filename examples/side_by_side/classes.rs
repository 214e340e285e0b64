//! The report's six classes, and where each is in both languages.

/// One class.
#[derive(Debug)]
pub(crate) struct Class {
    /// The Python file is named after it.
    pub(crate) name: &'static str,
    /// The Rust files in which its twins are; a folder stands for all files in it.
    pub(crate) rust: &'static [&'static str],
    /// The report's methods, in the order of the Python file. Its other methods are helpers of its
    /// own.
    pub(crate) methods: &'static [&'static str],
}

/// In the order in which a movie gets from the file to the screen.
pub(crate) const CLASSES: [Class; 6] = [
    Class {
        name: "RtpPacket",
        rust: &["src/rtp_packet.rs"],
        methods: &[
            "__init__",
            "encode",
            "decode",
            "version",
            "seqNum",
            "timestamp",
            "payloadType",
            "getPayload",
            "getPacket",
        ],
    },
    Class {
        name: "VideoStream",
        rust: &["src/video_stream.rs"],
        methods: &["__init__", "nextFrame", "frameNbr"],
    },
    Class { name: "Server", rust: &["src/server.rs"], methods: &["main"] },
    Class {
        name: "ServerWorker",
        rust: &["src/server_worker.rs"],
        methods: &[
            "__init__",
            "run",
            "recvRtspRequest",
            "processRtspRequest",
            "sendRtp",
            "makeRtp",
            "replyRtsp",
            "sendDescription",
        ],
    },
    Class {
        name: "Client",
        rust: &["src/client.rs", "src/window"],
        methods: &[
            "__init__",
            "createWidgets",
            "setupMovie",
            "exitClient",
            "pauseMovie",
            "playMovie",
            "describeMovie",
            "listenRtp",
            "writeFrame",
            "updateMovie",
            "connectToServer",
            "sendRtspRequest",
            "recvRtspReply",
            "parseRtspReply",
            "openRtpPort",
            "handler",
        ],
    },
    Class {
        name: "ClientLauncher",
        rust: &["src/bin/client_launcher/main.rs"],
        methods: &["main"],
    },
];

impl Class {
    /// From the root of the project.
    pub(crate) fn python(&self) -> String {
        format!("tests/python_lab/{}.py", self.name)
    }
}
