//! Scraping as Prometheus does it, and the exporters inside.
