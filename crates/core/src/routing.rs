//! Where a request goes: the rules of a listener, walked by priority.
