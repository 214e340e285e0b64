//! What became of a submission.

use crate::sheet::Sheet;

use super::submission::Submission;

/// A submission, and its card or why it has none.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) submission: Submission,
    pub(crate) sheet: Result<Sheet, String>,
}
