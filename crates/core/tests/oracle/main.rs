//! Answers that are found by trying everything, to hold against those that are reasoned out.

mod requests;
