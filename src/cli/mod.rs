//! The commands of the contract, one file each.
