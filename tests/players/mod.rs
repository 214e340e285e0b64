//! Players, the movies that they watch, and how to run them.

pub(crate) mod movies;
pub(crate) mod programs;
pub(crate) mod run;
