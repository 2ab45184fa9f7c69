//! The `kith` program: parse arguments, start the runtime, hand over.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = kith::cli::parse();
    match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(kith::cli::run(command)),
        Err(error) => {
            eprintln!("kith: the runtime cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}
