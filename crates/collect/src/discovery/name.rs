//! Label names out of names that may hold anything.

/// `name` with an underscore for every character that a label name may not hold, as Prometheus does it.
pub(super) fn sanitize(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_character_becomes_one_underscore() {
        assert_eq!(sanitize("com.docker-compose/x_1"), "com_docker_compose_x_1");
        assert_eq!(sanitize("1st 한글"), "1st___");
    }
}
