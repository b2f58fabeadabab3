//! Numbers as Go reads them, minus what Prometheus forbids: no hexadecimal, no underscores.

/// The canonical NaN of Prometheus' pages (`model/value`: `NormalNaN`).
pub(crate) const NORMAL_NAN: u64 = 0x7ff8_0000_0000_0001;

/// Powers of ten that a float holds exactly.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Fewer digits than this make a whole number below 2^53, which a float holds exactly.
const EXACT_DIGITS: usize = 16;

/// The number at the start of `text` if it is a plain one (`12`, `-3.25`), and how many bytes it has.
///
/// Both the digits and the power of ten are exact, so one division gives the nearest float. Anything else is
/// [`value`]'s.
#[inline]
pub(super) fn simple(text: &[u8]) -> Option<(f64, usize)> {
    let negative = text.first() == Some(&b'-');
    let start = usize::from(negative);
    let mut mantissa = 0_u64;
    let mut at = start;
    let mut point = None;
    loop {
        match text.get(at) {
            Some(byte @ b'0'..=b'9') => {
                mantissa = mantissa
                    .wrapping_mul(10)
                    .wrapping_add(u64::from(byte - b'0'));
            }
            Some(b'.') if point.is_none() => point = Some(at),
            _ => break,
        }
        at += 1;
    }
    let digits = at - start - usize::from(point.is_some());
    if digits == 0 || digits >= EXACT_DIGITS {
        return None;
    }
    let decimals = point.map_or(0, |point| at - point - 1);
    let size = mantissa as f64 / EXACT.get(decimals)?;
    Some((if negative { -size } else { size }, at))
}

/// The number that `token` is as a whole.
pub(super) fn value(token: &[u8]) -> Option<f64> {
    if let Some((value, length)) = simple(token)
        && length == token.len()
    {
        return Some(value);
    }
    let (sign, size) = match token.split_first()? {
        (b'+', size) => (Some(1.0), size),
        (b'-', size) => (Some(-1.0), size),
        _ => (None, token),
    };
    if size.eq_ignore_ascii_case(b"nan") {
        return sign.is_none().then(|| f64::from_bits(NORMAL_NAN));
    }
    if size.eq_ignore_ascii_case(b"inf") || size.eq_ignore_ascii_case(b"infinity") {
        return Some(sign.unwrap_or(1.0) * f64::INFINITY);
    }
    if !is_decimal(size) {
        return None;
    }
    let value: f64 = fast_float2::parse(size).ok()?;
    // Go refuses what is too large for a float; what is too small becomes zero.
    value.is_finite().then(|| sign.unwrap_or(1.0) * value)
}

/// Digits with at most one point among them, and perhaps an exponent.
pub(super) fn is_decimal(text: &[u8]) -> bool {
    let exponent = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = match exponent {
        None => (text, None),
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
    };
    let (points, digits) = mantissa
        .iter()
        .fold((0, 0), |(points, digits), byte| match byte {
            b'.' => (points + 1, digits),
            _ => (points, digits + usize::from(byte.is_ascii_digit())),
        });
    let whole_exponent = exponent.is_none_or(|exponent| {
        let signs = usize::from(matches!(exponent.first(), Some(b'+' | b'-')));
        let digits = exponent.get(signs..).unwrap_or_default();
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    });
    points <= 1 && digits > 0 && points + digits == mantissa.len() && whole_exponent
}
