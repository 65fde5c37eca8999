//! The binary `jalon`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(jalon_cli::run(std::env::args_os(), &mut std::io::stdout(), &mut std::io::stderr()))
}
