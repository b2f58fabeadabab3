//! Functions on numbers; anything that is no number counts as 0.

use super::{float, int};
use crate::process::template::T;

/// None: no such function, it does not take these, or it divides by 0.
pub(super) fn call(name: &str, arguments: &[T]) -> Option<T> {
    use T::{Float, Int};
    let ints = || arguments.iter().map(int);
    let floats = || arguments.iter().map(float);
    Some(match (name, arguments) {
        ("add", _) => Int(ints().fold(0, i64::wrapping_add)),
        ("add1", [value]) => Int(int(value).wrapping_add(1)),
        ("sub", [a, b]) => Int(int(a).wrapping_sub(int(b))),
        ("mul", [_, ..]) => Int(ints().fold(1, i64::wrapping_mul)),
        ("div", [a, b]) => Int(int(a).checked_div(int(b))?),
        ("mod", [a, b]) => Int(int(a).checked_rem(int(b))?),
        ("max", [_, ..]) => Int(ints().max()?),
        ("min", [_, ..]) => Int(ints().min()?),
        ("addf", _) => Float(floats().sum()),
        ("add1f", [value]) => Float(float(value) + 1.0),
        ("subf", [first, rest @ ..]) => Float(rest.iter().fold(float(first), |a, b| a - float(b))),
        ("mulf", _) => Float(floats().product()),
        ("divf", [first, rest @ ..]) => Float(rest.iter().fold(float(first), |a, b| a / float(b))),
        ("maxf", [_, ..]) => Float(floats().fold(f64::MIN, f64::max)),
        ("minf", [_, ..]) => Float(floats().fold(f64::MAX, f64::min)),
        ("floor", [value]) => Float(float(value).floor()),
        ("ceil", [value]) => Float(float(value).ceil()),
        ("round", [value, places]) => {
            let scale = 10_f64.powi(i32::try_from(int(places)).ok()?.clamp(0, 300));
            Float((float(value) * scale).round() / scale)
        }
        _ => return None,
    })
}
