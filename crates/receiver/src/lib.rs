//! A development receiver: remote write and Loki pushes into memory, and the queries of the runbook.
