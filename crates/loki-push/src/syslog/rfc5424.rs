//! RFC 5424: `<165>1 2026-03-04T05:06:07.1Z host app 4711 ID7 [id key="value"] text`.

use jiff::Timestamp as Moment;

use super::SyslogError;
use super::message::{Message, Rest};
use crate::Timestamp;

/// Digits after the seconds.
const FRACTION: usize = 6;

pub(super) fn read<'a>(mut rest: Rest<'a>, whole: &'a [u8]) -> Result<Message<'a>, SyslogError> {
    let priority = rest.priority()?;
    let failed = rest.no("version");
    let version = rest.take_while(|byte| byte.is_ascii_digit());
    if version.is_empty() || version.len() > 3 || version.starts_with(b"0") {
        return Err(failed);
    }
    rest.byte(b' ', "blank")?;
    let time = time(&mut rest)?;
    let hostname = field(&mut rest, 255, "hostname")?;
    let app_name = field(&mut rest, 48, "application")?;
    let proc_id = field(&mut rest, 128, "process")?;
    let msg_id = field(&mut rest, 32, "message id")?;
    rest.byte(b' ', "blank")?;
    let header = whole
        .get(..whole.len() - rest.bytes.len())
        .unwrap_or_default();
    let data = data(&mut rest)?;
    let text = if rest.bytes.is_empty() {
        Vec::new()
    } else {
        rest.byte(b' ', "blank")?;
        rest.bytes.to_vec()
    };
    Ok(Message {
        priority: Some(priority),
        time,
        hostname,
        app_name,
        proc_id,
        msg_id,
        data,
        text,
        header,
    })
}

/// The message as it is sent on whole: its structured data in the order of the names.
pub(super) fn whole(message: &Message<'_>) -> Vec<u8> {
    let mut out = message.header.to_vec();
    let mut data = message.data.clone();
    data.sort();
    if data.is_empty() {
        out.push(b'-');
    }
    for (id, parameters) in &mut data {
        parameters.sort();
        out.push(b'[');
        out.extend_from_slice(id.as_bytes());
        for (name, value) in parameters {
            out.push(b' ');
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"=\"");
            for byte in value.bytes() {
                if matches!(byte, b'"' | b'\\' | b']') {
                    out.push(b'\\');
                }
                out.push(byte);
            }
            out.push(b'"');
        }
        out.push(b']');
    }
    if !message.text.is_empty() {
        out.push(b' ');
        out.extend_from_slice(&message.text);
    }
    out
}

fn time(rest: &mut Rest<'_>) -> Result<Option<Timestamp>, SyslogError> {
    let failed = rest.no("time");
    let text = rest.word(64, "time")?;
    if text == "-" {
        return Ok(None);
    }
    let fraction = text.split_once('.').map_or(0, |(_, after)| {
        after.bytes().take_while(u8::is_ascii_digit).count()
    });
    let shape = text.as_bytes();
    let sound = shape.get(10) == Some(&b'T')
        && shape.get(4) == Some(&b'-')
        && shape.get(13) == Some(&b':')
        && fraction <= FRACTION;
    if !sound {
        return Err(failed);
    }
    let moment: Moment = text.parse().map_err(|_| failed)?;
    let nanos = moment.as_nanosecond();
    let nanos = i64::try_from(nanos).map_err(|_| failed)?;
    Ok(Some(Timestamp::from_unix_nanos(nanos)))
}

/// A blank and a word; `-` is empty.
fn field<'a>(
    rest: &mut Rest<'a>,
    longest: usize,
    part: &'static str,
) -> Result<&'a str, SyslogError> {
    rest.byte(b' ', "blank")?;
    let word = rest.word(longest, part)?;
    Ok(if word == "-" { "" } else { word })
}

type Data<'a> = Vec<(&'a str, Vec<(&'a str, String)>)>;

fn data<'a>(rest: &mut Rest<'a>) -> Result<Data<'a>, SyslogError> {
    let mut data = Data::new();
    if rest.byte(b'-', "structured data").is_ok() {
        return Ok(data);
    }
    while rest.bytes.starts_with(b"[") {
        rest.byte(b'[', "structured data")?;
        let id = name(rest)?;
        let mut parameters = Vec::new();
        while rest.byte(b' ', "blank").is_ok() {
            let name = name(rest)?;
            rest.byte(b'=', "equals sign")?;
            parameters.push((name, value(rest)?));
        }
        rest.byte(b']', "end of the structured data")?;
        data.push((id, parameters));
    }
    if data.is_empty() {
        return Err(rest.no("structured data"));
    }
    Ok(data)
}

fn name<'a>(rest: &mut Rest<'a>) -> Result<&'a str, SyslogError> {
    let failed = rest.no("name");
    let name = rest.take_while(|b| b.is_ascii_graphic() && !matches!(b, b'=' | b']' | b'"'));
    if name.is_empty() || name.len() > 32 {
        return Err(failed);
    }
    std::str::from_utf8(name).map_err(|_| failed)
}

fn value(rest: &mut Rest<'_>) -> Result<String, SyslogError> {
    rest.byte(b'"', "quote")?;
    let failed = rest.no("value");
    let mut value = Vec::new();
    loop {
        value.extend_from_slice(rest.take_while(|byte| !matches!(byte, b'"' | b'\\' | b']')));
        match rest.bytes {
            [b'"', left @ ..] => {
                rest.bytes = left;
                return String::from_utf8(value).map_err(|_| failed);
            }
            [b'\\', escaped @ (b'"' | b'\\' | b']'), left @ ..] => {
                value.push(*escaped);
                rest.bytes = left;
            }
            [b'\\', left @ ..] => {
                value.push(b'\\');
                rest.bytes = left;
            }
            _ => return Err(failed),
        }
    }
}
