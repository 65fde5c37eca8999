//! Jalon for a shell.
fn main() {}
