//! Formats against what Go prints.

use super::*;

fn text(text: &str) -> Arg {
    Arg::Text(text.into())
}

fn print_all(format: &str, arguments: &[Arg]) -> String {
    sprintf(format, arguments, 1 << 20).expect("short")
}

#[test]
fn flags_width_and_precision_shape_integers() {
    let cases = [
        ("%+d|% d|%5d|%-5d|", "+42| 42|   42|42   |"),
        ("%05d|%+05d|%-05d|%.4d|", "00042|+0042|42   |0042|"),
        (
            "%8.4d|%x|%#X|%#o|%O|%#b|%U|",
            "    0042|2a|0X2A|052|0o52|0b101010|U+002A|",
        ),
        (
            "%q|%c|%#U|%08b|%v|%3c|",
            "'*'|*|U+002A '*'|00101010|42|  *|",
        ),
    ];
    for (format, printed) in cases {
        assert_eq!(
            print_all(format, &vec![Arg::Int(42); format.matches('|').count()]),
            printed
        );
    }
    assert_eq!(
        print_all(
            "%x %d %.0d|",
            &[Arg::Int(-255), Arg::Int(i64::MIN), Arg::Int(0)]
        ),
        "-ff -9223372036854775808 |"
    );
    assert_eq!(
        print_all("%#v %v", &[Arg::Uint(u64::MAX), Arg::Uint(u64::MAX)]),
        "0xffffffffffffffff 18446744073709551615"
    );
}

#[test]
fn flags_width_and_precision_shape_floats() {
    let cases = [
        (
            "%8.3f|%-8.3f|%+.2f|%08.3f|",
            "   3.252|3.252   |+3.25|0003.252|",
        ),
        (
            "%e|%.1E|%g|%.3g|% g|%G|",
            "3.251590e+00|3.3E+00|3.25159|3.25| 3.25159|3.25159|",
        ),
    ];
    for (format, printed) in cases {
        assert_eq!(
            print_all(
                format,
                &vec![Arg::Float(3.25159); format.matches('|').count()]
            ),
            printed
        );
    }
    let infinite = vec![
        Arg::Float(f64::INFINITY),
        Arg::Float(f64::NEG_INFINITY),
        Arg::Float(f64::NAN),
    ];
    assert_eq!(
        print_all("%06.1f|%6v|%+d", &infinite),
        "  +Inf|  -Inf|%!d(float64=+NaN)"
    );
}

#[test]
fn flags_width_and_precision_shape_text() {
    let cases = [
        (
            "%5s|%-5s|%.1s|%q|%x|% X|%#x|",
            "   né|né   |n|\"né\"|6ec3a9|6E C3 A9|0x6ec3a9|",
        ),
        (
            "%+q|%#q|%v|%#v|%5.1s|",
            "\"n\\u00e9\"|`né`|né|\"né\"|    n|",
        ),
    ];
    for (format, printed) in cases {
        assert_eq!(
            print_all(format, &vec![text("né"); format.matches('|').count()]),
            printed
        );
    }
}

#[test]
fn lists_and_maps_apply_the_verb_to_what_they_hold() {
    let list = Arg::List(vec![Arg::Int(1), text("a"), Arg::Nil]);
    let map = Arg::Map(vec![("a".into(), Arg::Int(1)), ("b".into(), list.clone())]);
    assert_eq!(
        print_all("%v", std::slice::from_ref(&map)),
        "map[a:1 b:[1 a <nil>]]"
    );
    assert_eq!(
        print_all("%3v", std::slice::from_ref(&list)),
        "[  1   a <nil>]"
    );
    assert_eq!(print_all("%d", &[list]), "[1 %!d(string=a) <nil>]");
    assert_eq!(
        print_all("%#v", &[map]),
        "map[string]interface {}{\"a\":1, \"b\":[]interface {}{1, \"a\", interface {}(nil)}}"
    );
}

#[test]
fn what_does_not_fit_is_printed_as_such() {
    let cases: [(&str, &[Arg], &str); 13] = [
        ("%d", &[Arg::Bool(true)], "%!d(bool=true)"),
        ("%5d", &[text("x")], "%!d(string=    x)"),
        (
            "%t %z",
            &[Arg::Bool(false), Arg::Int(1)],
            "false %!z(int=1)",
        ),
        ("%", &[Arg::Int(1)], "%!(NOVERB)%!(EXTRA int=1)"),
        ("%d %d", &[Arg::Int(1)], "1 %!d(MISSING)"),
        ("%[2]d %[1]d", &[Arg::Int(1), Arg::Int(2)], "2 1"),
        ("%[1]d %[1]x", &[Arg::Int(16), Arg::Int(2)], "16 10"),
        (
            "%[x]d %[5]d %[1",
            &[Arg::Int(1)],
            "%!d(BADINDEX) %!d(BADINDEX) %!(NOVERB)",
        ),
        (
            "%*d|%-*d|",
            &[Arg::Int(4), Arg::Int(1), Arg::Int(-3), Arg::Int(2)],
            "   1|2  |",
        ),
        ("%*d", &[text("x"), Arg::Int(1)], "%!(BADWIDTH)1"),
        ("%.*f", &[Arg::Int(1), Arg::Float(1.25)], "1.2"),
        (
            "%[3]*.[2]*[1]f",
            &[Arg::Float(12.0), Arg::Int(2), Arg::Int(6)],
            " 12.00",
        ),
        ("100%% %s", &[Arg::Nil], "100% %!s(<nil>)"),
    ];
    for (format, arguments, printed) in cases {
        assert_eq!(print_all(format, arguments), printed, "{format}");
    }
}

#[test]
fn a_text_beyond_the_limit_is_not_printed() {
    assert_eq!(sprintf("%99999d", &[Arg::Int(1)], 1000), None);
    let wide = Arg::List(vec![text("x"); 1000]);
    assert_eq!(sprintf("%999999v", &[wide], 1000), None);
}
