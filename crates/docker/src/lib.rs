//! A thin Docker Engine API client: list, inspect, events, logs.
