//! The list of formats: a report in, bytes out.
