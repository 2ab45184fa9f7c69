//! Commands, run as the program that is shipped.

mod check;
