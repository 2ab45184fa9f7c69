mod described;
mod guarded;
mod kit;
mod open;
mod speed;
