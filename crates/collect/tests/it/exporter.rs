//! The exporters inside, each beside the program whose metrics it gives.

mod cadvisor;
mod compare;
mod exposition;
mod mysql;
mod nginx;
mod node;
mod tree;
