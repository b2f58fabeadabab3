//! The exporters inside, each beside the program whose metrics it gives.

mod compare;
mod exposition;
mod nginx;
mod node;
