//! The server that is to be checked, as the command line gives it.

/// A server to check.
#[derive(Clone, Debug)]
pub(crate) enum Server {
    /// One to start, with `{port}`.
    Command(String),
    /// One that runs at this `HOST:PORT`.
    At(String),
}
