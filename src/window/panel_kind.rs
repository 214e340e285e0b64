//! The panels, whatever is in them.

/// What a panel is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PanelKind {
    /// The last requests and replies.
    RtspLog,
    /// The packet that came last.
    RtpHeader,
    /// What each key does.
    Keys,
}
