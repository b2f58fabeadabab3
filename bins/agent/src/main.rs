//! The push agent: reads config.alloy and pushes metrics and logs home.

mod logging;

fn main() {
    let settings = logging::install();
    settings.set(tracing::Level::INFO, logging::Format::Logfmt);
    settings.tee().set_open(false);
}
