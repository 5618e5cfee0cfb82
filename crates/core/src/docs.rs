//! Pages rendered from the values that the program runs on.
