//! The width of the text that commands print.

/// Columns of the text if the output is not a terminal and the user gives no width.
const DEFAULT_COLUMNS: usize = 200;

/// The narrowest text, so that each line has room for a part of a name.
const MIN_COLUMNS: usize = 20;

/// The number of columns: as given, else from the variable `COLUMNS`, else those of the terminal.
pub(crate) fn columns(given: Option<usize>) -> usize {
    let from_environment = || std::env::var("COLUMNS").ok()?.parse().ok();
    let from_terminal = || console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    let columns = given.or_else(from_environment).or_else(from_terminal).filter(|columns| *columns > 0);
    columns.unwrap_or(DEFAULT_COLUMNS).max(MIN_COLUMNS)
}
