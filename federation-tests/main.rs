//! Black-box tests: Kith processes and foreign peers over real HTTP.
