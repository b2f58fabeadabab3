//! The push agent: reads config.alloy and pushes metrics and logs home.

fn main() {}
