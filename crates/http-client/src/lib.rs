//! One HTTP client on hyper and rustls for scraping and pushing.
