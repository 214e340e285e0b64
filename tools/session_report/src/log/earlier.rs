//! The wordier form from before format 1, under the same name: the bad network had events of its
//! own, and so had the buffer's level. Logs of it are still read.

use super::event::{Net, What};
use super::fault::Fault;
use super::member::Members;

/// The event, if only the earlier form has it.
pub(super) fn what(name: &str, data: &Members<'_>) -> Result<Option<What>, Fault> {
    let net = match name {
        "network:packet_lost" => Net::Lost,
        "network:packet_duplicated" => Net::Doubled,
        "network:packet_reordered" => Net::Swapped,
        "network:packet_delayed" => Net::Passed,
        "buffer:level" => return Ok(Some(What::Level(data.needed("frames")?))),
        _ => return Ok(None),
    };
    let by = data.time("by")?.unwrap_or_default();
    Ok(Some(What::Fate { seq: data.packet("seq")?, net, by }))
}
