//! Passwords that stand in a URL: shown to nobody, though the URL is plain text.

use std::borrow::Cow;

/// What stands in a password's place.
const HIDDEN: &str = "xxxxx";

/// `text` with the password of a URL in it (`scheme://user:password@host`) hidden; other text as it is.
pub(crate) fn hide(text: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Cow::Borrowed(text);
    };
    let end = rest.find(['/', '?', '#', '"', ' ']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let Some((credentials, host)) = authority.rsplit_once('@') else {
        return Cow::Borrowed(text);
    };
    let Some((user, password)) = credentials.split_once(':') else {
        return Cow::Borrowed(text);
    };
    if password.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{scheme}://{user}:{HIDDEN}@{host}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::hide;

    #[test]
    fn the_password_of_a_url_is_hidden_and_nothing_else() {
        assert_eq!(
            hide("http://me:p@ss@host:9090/x?y=a:b@c"),
            "http://me:xxxxx@host:9090/x?y=a:b@c"
        );
        for text in [
            "http://host:9090/a:b@c",
            "http://me@host",
            "me:secret@tcp(db)/",
            "plain",
            "://",
            "",
        ] {
            assert_eq!(hide(text), text);
        }
    }
}
