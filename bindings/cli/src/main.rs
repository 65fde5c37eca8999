//! Jalon for a shell.
#[cfg_attr(not(test), expect(dead_code, reason = "the command that writes a trek to a file comes next"))]
mod export;
#[cfg_attr(not(test), expect(dead_code, reason = "the command that prints a trek's sheet comes next"))]
mod map;
#[cfg_attr(not(test), expect(dead_code, reason = "for the profile and the sheet, whose commands come next"))]
mod measure;
#[cfg_attr(not(test), expect(dead_code, reason = "the command that shows a trek comes next"))]
mod profile;
fn main() {}
