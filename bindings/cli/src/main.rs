//! Jalon for a shell.
#[cfg_attr(not(test), expect(dead_code, reason = "the command that writes a trek to a file comes next"))]
mod export;
fn main() {}
