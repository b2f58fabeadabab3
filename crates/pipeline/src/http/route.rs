//! Which path means what. Only GET and POST are served, as Alloy does; a path that nothing answers is 404.

use http::Method;

use super::PathPrefix;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// The page for people.
    Page,
    /// The agent's own metrics.
    Metrics,
    /// Whether it has started.
    Ready,
    /// Whether all components are well.
    Healthy,
    /// Read the configuration again.
    Reload,
    /// All components.
    Components,
    /// One component.
    Component(&'a str),
    /// The members of the cluster, of which there is one.
    Peers,
    /// An exporter's page.
    Exporter(&'a str),
    /// Nothing.
    NotFound,
}

/// The route of a request.
pub(super) fn route<'a>(method: &Method, path: &'a str, prefix: &PathPrefix) -> Route<'a> {
    if !matches!(*method, Method::GET | Method::POST | Method::HEAD) {
        return Route::NotFound;
    }
    match path {
        "/metrics" => return Route::Metrics,
        "/-/ready" => return Route::Ready,
        "/-/healthy" => return Route::Healthy,
        "/-/reload" if *method != Method::HEAD => return Route::Reload,
        _ => {}
    }
    if let Some(rest) = path.strip_prefix("/api/v0/component/") {
        let id = rest.strip_suffix("/metrics").unwrap_or(rest);
        return Route::Exporter(id.trim_end_matches('/'));
    }
    let Some(path) = path.strip_prefix(prefix.as_str()) else {
        return Route::NotFound;
    };
    match path {
        "" | "/" => Route::Page,
        "/api/v0/web/components" => Route::Components,
        "/api/v0/web/peers" => Route::Peers,
        _ => match path.strip_prefix("/api/v0/web/components/") {
            Some(id) if !id.is_empty() => Route::Component(id),
            _ => Route::NotFound,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Route<'_> {
        route(&Method::GET, path, &PathPrefix::new("/"))
    }

    #[test]
    fn paths_mean_what_they_mean_in_alloy() {
        assert_eq!(get("/api/v0/web/components"), Route::Components);
        assert_eq!(get("/api/v0/web/components/"), Route::NotFound);
        assert_eq!(
            get("/api/v0/web/components/prometheus.scrape.a"),
            Route::Component("prometheus.scrape.a")
        );
        let exporter = Route::Exporter("prometheus.exporter.unix.a");
        assert_eq!(
            get("/api/v0/component/prometheus.exporter.unix.a/metrics"),
            exporter
        );
        assert_eq!(
            get("/api/v0/component/prometheus.exporter.unix.a/"),
            exporter
        );
        assert_eq!(
            get("/api/v0/component/prometheus.exporter.unix.a"),
            exporter
        );
        assert_eq!(get("/nowhere"), Route::NotFound);
    }

    #[test]
    fn a_reload_is_a_get_or_a_post_and_nothing_else() {
        let prefix = PathPrefix::new("");
        for (method, expected) in [
            (Method::GET, Route::Reload),
            (Method::POST, Route::Reload),
            (Method::PUT, Route::NotFound),
            (Method::HEAD, Route::NotFound),
        ] {
            assert_eq!(route(&method, "/-/reload", &prefix), expected, "{method}");
        }
    }

    #[test]
    fn the_prefix_moves_the_page_and_its_api_and_leaves_probes_where_they_are() {
        let prefix = PathPrefix::new("outpost/");
        let get = |path| route(&Method::GET, path, &prefix);
        assert_eq!(get("/outpost"), Route::Page);
        assert_eq!(get("/outpost/api/v0/web/components"), Route::Components);
        assert_eq!(get("/"), Route::NotFound);
        assert_eq!(get("/-/ready"), Route::Ready);
    }
}
