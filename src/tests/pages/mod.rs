//! Pages on which people who are logged in read and write.

mod reading;
mod writing;
