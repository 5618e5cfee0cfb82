//! Protocols and ciphers that a listener offers.
