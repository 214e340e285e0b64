//! Finds out in which form a server takes requests.

use std::time::Duration;

use super::caller::REPLY_LIMIT;
use super::form::Form;
use super::movie::Movie;
use super::scene::Scene;
use super::subject::{Live, Subject};

/// The first form in which SETUP is granted; the report's if it is granted in none. `first` is a
/// server that runs already.
pub(crate) fn form_of(subject: &Subject, movie: &Movie, first: Live) -> Form {
    let mut running = Some(first);
    for form in Form::ALL {
        let Some(live) = running.take().or_else(|| subject.start().ok()) else { break };
        let limit = if form == Form::REPORT { REPLY_LIMIT } else { OTHER_LIMIT };
        // The server runs until the scene is dropped.
        let mut scene = Scene::new(live, movie, form);
        let caller = scene.caller();
        if caller.is_ok_and(|mut caller| caller.ask_within("SETUP", limit).is_granted()) {
            return form;
        }
    }
    Form::REPORT
}

/// The first form but the report's in which SETUP is granted, if there is one.
pub(crate) fn other_form(subject: &Subject, movie: &Movie) -> Option<Form> {
    Form::ALL.into_iter().filter(|form| *form != Form::REPORT).find(|form| {
        let Ok(live) = subject.start() else { return false };
        let mut scene = Scene::new(live, movie, *form);
        let caller = scene.caller();
        caller.is_ok_and(|mut caller| caller.ask_within("SETUP", OTHER_LIMIT).is_granted())
    })
}

/// How long to wait for the reply to a form that is only tried.
const OTHER_LIMIT: Duration = Duration::from_millis(500);
