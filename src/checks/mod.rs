//! What is checked of a summary and of a translation: pure functions over texts.
//!
//! Quantities and names are looked up on the other side, whatever their form; sentences are held to what their source
//! says, how long it is and which language it is in. What is done about a fault is the service's.

pub mod evidence;
pub mod guards;
pub mod ledger;
pub mod names;
pub mod quantities;
pub mod quotations;
pub mod translation;
