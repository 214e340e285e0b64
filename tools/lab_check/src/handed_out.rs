//! What the course's own code gets wrong as it is handed out, so that who grades can count it apart.

use crate::role::Role;

/// A requirement, and what the handed-out code does there.
type Fault = (&'static str, &'static str);

const OF_SERVER: [Fault; 9] = [
    ("not_found", "it prints 404 on its own screen, and then replies 200"),
    ("setup_after_404", "it takes the movie that is not there for set up"),
    ("outside", "it opens whatever it is asked for"),
    ("early", "a TEARDOWN before SETUP ends its thread with a KeyError"),
    ("split", "it takes what one recv returns for one request"),
    ("glued", "it takes what one recv returns for one request"),
    ("gone", "it goes on sending to a client that has gone"),
    ("idle", "recv returns nothing at once, for ever, when the client has gone"),
    ("threads", "the thread of a client that has gone never ends"),
];

const OF_CLIENT: [Fault; 4] = [
    ("split_reply", "it takes half a reply for a whole one"),
    ("end_of_connection", "recv returns nothing at once, for ever, when the server has gone"),
    ("ends", "its listener draws while the window goes: it ends at some times, not at others"),
    ("no_files", "its listener writes the picture once more after it has been removed"),
];

/// What the handed-out code does there, if it fails that requirement itself.
pub(crate) fn fault(role: Role, requirement: &str) -> Option<&'static str> {
    let faults: &[Fault] = match role {
        Role::Server => &OF_SERVER,
        Role::Client => &OF_CLIENT,
    };
    faults.iter().find(|(id, _)| *id == requirement).map(|(_, what)| *what)
}

/// All of them, with the kind of program.
#[cfg(test)]
fn all() -> impl Iterator<Item = (Role, &'static Fault)> {
    let of = |role, faults: &'static [Fault]| faults.iter().map(move |fault| (role, fault));
    of(Role::Server, &OF_SERVER).chain(of(Role::Client, &OF_CLIENT))
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn the_document_lists_them_and_their_lines() {
        let document = include_str!("../../../docs/lab_check.md");
        for (role, (id, what)) in all() {
            let row = format!("| {} | `{id}` | {what} |\n", role.name());
            assert!(document.contains(&row), "no {row}");
            let asked = document.split("### What is asked of a ").find(|part| {
                part.starts_with(role.name()) && part.contains(&format!("\n| `{id}` | "))
            });
            assert!(asked.is_some(), "{id} is asked of no {}", role.name());
        }
    }
}
