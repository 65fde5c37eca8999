use std::time::Duration;

/// A table that reads well in a terminal and in Markdown.
pub(crate) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(title: &str, target: &str, columns: &[&str]) -> Table {
        let title = if target.is_empty() { title.to_owned() } else { format!("{title}\ntarget: {target}") };
        Table { title, rows: vec![columns.iter().map(|column| (*column).to_owned()).collect()] }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    pub(crate) fn print(&self) {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        println!("\n{}\n", self.title);
        for (number, row) in self.rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            println!("| {} |", cells.collect::<Vec<_>>().join(" | "));
            if number == 0 {
                let line = widths.iter().enumerate().map(|(column, width)| match column {
                    0 => "-".repeat(width + 2),
                    _ => format!("{}:", "-".repeat(width + 1)),
                });
                println!("|{}|", line.collect::<Vec<_>>().join("|"));
            }
        }
    }
}

/// A duration with three figures that count.
pub(crate) fn duration(duration: Duration) -> String {
    let micros = duration.as_secs_f64() * 1e6;
    match micros {
        _ if micros < 1_000.0 => format!("{} µs", figures(micros)),
        _ if micros < 1_000_000.0 => format!("{} ms", figures(micros / 1e3)),
        _ => format!("{} s", figures(micros / 1e6)),
    }
}

fn figures(number: f64) -> String {
    match number {
        _ if number < 10.0 => format!("{number:.2}"),
        _ if number < 100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

pub(crate) fn bytes(bytes: u64) -> String {
    format!("{} MB", figures(bytes as f64 / 1e6))
}
