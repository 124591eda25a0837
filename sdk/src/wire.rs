//! What the service puts on the wire, read liberally: answers, errors, results.
//!
//! Nothing here does I/O, and nothing here fails: what is not understood is kept as it came.

mod fault;
mod id;
mod lenient;
mod links;
mod name;
mod reply;
mod scrub;

pub(crate) use fault::{Fault, sentence};
pub(crate) use id::{Named, id_in_address, id_inside, valid_model_id, valid_request_id};
pub(crate) use lenient::text_of;
pub(crate) use links::next_link;
pub(crate) use name::ErrorName;
pub(crate) use reply::{Broken, Reply};
pub(crate) use scrub::{Scrub, shown_url};
