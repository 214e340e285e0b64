//! The methods of the standard dialect: the lab's six and RTSP's other five (RFC 2326 section 10).
//!
//! ```
//! use rtsp_lab::rtsp::Method;
//! use rtsp_lab::standard::rtsp::StandardMethod;
//!
//! assert_eq!(StandardMethod::named("PLAY"), Some(StandardMethod::Lab(Method::Play)));
//! assert_eq!(StandardMethod::named("RECORD").map(StandardMethod::is_served), Some(false));
//! assert!(StandardMethod::public().ends_with("TEARDOWN, GET_PARAMETER, SET_PARAMETER"));
//! ```

use std::fmt;

use crate::rtsp::Method;

/// What a client of the standard dialect may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StandardMethod {
    /// A method that the lab has too: the state table is the same for both.
    Lab(Method),
    /// Tell something about the session; without a body: keep it alive (section 10.8).
    GetParameter,
    /// Change something of the session (section 10.9).
    SetParameter,
    /// Take a description; known to RTSP, not served (section 10.3).
    Announce,
    /// Record what is sent to the server; known to RTSP, not served (section 10.11).
    Record,
    /// Go to another server; known to RTSP, not served (section 10.10).
    Redirect,
}

impl StandardMethod {
    /// All of them, those that are served first, in the order of a dialogue.
    pub const ALL: [Self; 11] = [
        Self::Lab(Method::Options),
        Self::Lab(Method::Describe),
        Self::Lab(Method::Setup),
        Self::Lab(Method::Play),
        Self::Lab(Method::Pause),
        Self::Lab(Method::Teardown),
        Self::GetParameter,
        Self::SetParameter,
        Self::Announce,
        Self::Record,
        Self::Redirect,
    ];

    /// The word in a request line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lab(method) => method.name(),
            Self::GetParameter => "GET_PARAMETER",
            Self::SetParameter => "SET_PARAMETER",
            Self::Announce => "ANNOUNCE",
            Self::Record => "RECORD",
            Self::Redirect => "REDIRECT",
        }
    }

    /// The method with that name; `None` is 501. RTSP's methods are case-sensitive (section 6.1).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether this server serves it; if not, the answer is 405 (section 11.3.1).
    pub const fn is_served(self) -> bool {
        match self {
            Self::Lab(_) | Self::GetParameter | Self::SetParameter => true,
            Self::Announce | Self::Record | Self::Redirect => false,
        }
    }

    /// What is served, as the headers `Public` and `Allow` say it (sections 12.28 and 12.4).
    pub fn public() -> String {
        let served = Self::ALL.into_iter().filter(|method| method.is_served());
        served.map(Self::name).collect::<Vec<_>>().join(", ")
    }
}

impl From<Method> for StandardMethod {
    fn from(method: Method) -> Self {
        Self::Lab(method)
    }
}

impl fmt::Display for StandardMethod {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_found_by_its_name_and_by_no_other() {
        for method in StandardMethod::ALL {
            assert_eq!(StandardMethod::named(method.name()), Some(method));
            assert_eq!(StandardMethod::named(&method.name().to_lowercase()), None);
        }
        assert_eq!(StandardMethod::named("FETCH"), None);
    }

    #[test]
    fn the_labs_methods_are_all_there_and_served() {
        for method in Method::ALL {
            assert_eq!(StandardMethod::named(method.name()), Some(method.into()));
            assert!(StandardMethod::from(method).is_served());
        }
    }

    #[test]
    fn public_names_what_is_served() {
        assert_eq!(
            StandardMethod::public(),
            "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER"
        );
    }
}
