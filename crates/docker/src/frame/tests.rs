use super::*;

fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short");
    [&[kind, 0, 0, 0], &length.to_be_bytes()[..], payload].concat()
}

/// Everything a decoder gives for `wire` in pieces.
fn decode(format: Format, pieces: &[&[u8]]) -> Result<Vec<(LogStream, Vec<u8>, bool)>, FrameError> {
    let mut decoder = FrameDecoder::new(format);
    let mut frames = Vec::new();
    for piece in pieces {
        let mut input = Bytes::copy_from_slice(piece);
        while let Some(frame) = decoder.next(&mut input)? {
            frames.push((frame.stream, frame.payload.to_vec(), frame.cut));
        }
        assert!(input.is_empty(), "None means that all was taken");
        assert!(decoder.partial.len() <= MAX_FRAME_BYTES);
    }
    if let Some(frame) = decoder.finish() {
        frames.push((frame.stream, frame.payload.to_vec(), frame.cut));
    }
    Ok(frames)
}

#[test]
fn frames_cut_at_every_byte_are_the_same_frames() {
    let wire = [
        frame(1, b"out\n"),
        frame(2, b"err without newline"),
        frame(1, b""),
        frame(0, b"\n"),
        frame(3, b"Error grabbing logs: EOF"),
    ]
    .concat();
    let wanted = vec![
        (LogStream::Stdout, b"out\n".to_vec(), false),
        (LogStream::Stderr, b"err without newline".to_vec(), false),
        (LogStream::Stdout, Vec::new(), false),
        (LogStream::Stdout, b"\n".to_vec(), false),
        (
            LogStream::SystemError,
            b"Error grabbing logs: EOF".to_vec(),
            false,
        ),
    ];
    for cut in 0..=wire.len() {
        let (before, after) = wire.split_at(cut);
        assert_eq!(
            decode(Format::Framed, &[before, after]),
            Ok(wanted.clone()),
            "cut at {cut}"
        );
    }
    let bytes: Vec<&[u8]> = wire.chunks(1).collect();
    assert_eq!(decode(Format::Framed, &bytes), Ok(wanted));
}

#[test]
fn a_terminals_lines_cut_at_every_byte_are_the_same_lines() {
    let wire = b"one\r\n\ntwo \x01\x00\x00\x00 bytes\nno newline";
    let line = |text: &[u8]| (LogStream::Stdout, text.to_vec(), false);
    let wanted = vec![
        line(b"one\r\n"),
        line(b"\n"),
        line(b"two \x01\x00\x00\x00 bytes\n"),
        line(b"no newline"),
    ];
    for cut in 0..=wire.len() {
        let (before, after) = wire.split_at(cut);
        assert_eq!(
            decode(Format::Raw, &[before, after]),
            Ok(wanted.clone()),
            "cut at {cut}"
        );
    }
}

#[test]
fn an_overlong_record_is_cut_and_the_next_one_is_whole() {
    let long = vec![b'x'; MAX_FRAME_BYTES + 100_000];
    let with_headers = [frame(2, &long), frame(1, b"next\n")].concat();
    let raw = [long.as_slice(), b"\nnext\n"].concat();
    for (format, wire, stream) in [
        (Format::Framed, with_headers, LogStream::Stderr),
        (Format::Raw, raw, LogStream::Stdout),
    ] {
        for step in [4096, 1_000_003, wire.len()] {
            let pieces: Vec<&[u8]> = wire.chunks(step).collect();
            let frames = decode(format, &pieces).expect("valid");
            let told: Vec<_> = frames
                .iter()
                .map(|(stream, payload, cut)| (*stream, payload.len(), *cut))
                .collect();
            let wanted = [
                (stream, MAX_FRAME_BYTES, true),
                (LogStream::Stdout, 5, false),
            ];
            assert_eq!(told, wanted, "{format:?} in pieces of {step}");
        }
    }
}

#[test]
fn a_frame_that_lies_whole_in_the_input_is_not_copied() {
    let mut input = Bytes::from(frame(1, b"payload"));
    let at = input[HEADER_BYTES..].as_ptr();
    let mut decoder = FrameDecoder::new(Format::Framed);
    let frame = decoder.next(&mut input).expect("valid").expect("whole");
    assert_eq!(frame.payload.as_ptr(), at);
}

#[test]
fn a_stream_without_frames_is_an_error_and_a_cut_frame_is_none() {
    assert_eq!(
        decode(Format::Framed, &[b"plain text"]),
        Err(FrameError::Kind { kind: b'p' })
    );
    assert_eq!(
        decode(Format::Framed, &[b"\x01\x00\x07\x00\x00\x00\x00\x01x"]),
        Err(FrameError::Header)
    );
    assert_eq!(
        decode(Format::Framed, &[&frame(1, b"whole")[..10]]),
        Ok(Vec::new())
    );
}
