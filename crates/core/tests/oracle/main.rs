//! What AWS's documents say becomes of a packet, walked by hand and compared with what the engine says.

mod networks;
