//! Pushes as a sender writes them, by a hand of their own: the receiver's decoder has no part in it.

/// A protobuf message under construction.
#[derive(Default)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    pub(crate) fn varint(mut self, field: u64, value: u64) -> Self {
        self.raw(field << 3);
        self.raw(value);
        self
    }

    pub(crate) fn double(mut self, field: u64, value: f64) -> Self {
        self.raw(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.raw(field << 3 | 2);
        self.raw(value.len() as u64);
        self.0.extend(value);
        self
    }

    pub(crate) fn text(self, field: u64, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    pub(crate) fn message(self, field: u64, value: &Message) -> Self {
        self.bytes(field, &value.0)
    }

    pub(crate) fn each<T>(self, all: &[T], add: impl Fn(Self, &T) -> Self) -> Self {
        all.iter().fold(self, add)
    }

    pub(crate) fn snappy(self) -> Vec<u8> {
        snap::raw::Encoder::new()
            .compress_vec(&self.0)
            .expect("memory")
    }

    fn raw(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0
                .push(u8::try_from(value & 0x7f).expect("seven bits") | 0x80);
            value >>= 7;
        }
        self.0.push(u8::try_from(value).expect("seven bits"));
    }
}

pub(crate) fn signed(value: i64) -> u64 {
    value.cast_unsigned()
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

pub(crate) type Series<'a> = (&'a [(&'a str, &'a str)], &'a [(i64, f64)]);

fn sample(time: i64, value: f64) -> Message {
    Message::default().double(1, value).varint(2, signed(time))
}

/// Remote write 1.0.
pub(crate) fn v1(all: &[Series<'_>]) -> Message {
    Message::default().each(all, |request, (labels, samples)| {
        let series = Message::default()
            .each(labels, |series, (name, value)| {
                series.message(1, &Message::default().text(1, name).text(2, value))
            })
            .each(samples, |series, (time, value)| {
                series.message(2, &sample(*time, *value))
            });
        request.message(1, &series)
    })
}

/// Remote write 2.0.
pub(crate) fn v2(all: &[Series<'_>]) -> Message {
    let mut symbols = vec![""];
    let mut request = Message::default();
    let mut lists = Vec::new();
    for (labels, samples) in all {
        let mut references = Message::default();
        for (name, value) in *labels {
            for text in [name, value] {
                references.raw(symbols.len() as u64);
                symbols.push(text);
            }
        }
        let series = Message::default()
            .bytes(1, &references.0)
            .each(samples, |series, (time, value)| {
                series.message(2, &sample(*time, *value))
            });
        lists.push(series);
    }
    for symbol in symbols {
        request = request.text(4, symbol);
    }
    lists
        .into_iter()
        .fold(request, |request, series| request.message(5, &series))
}

/// A native histogram as a series of 1.0: integer buckets on both sides of zero, between powers
/// of two (the bounds of finer ones differ from Prometheus' in the last digit).
pub(crate) fn histogram(name: &str, time: i64) -> Message {
    let span = |offset: i64, length: u64| {
        Message::default()
            .varint(1, zigzag(offset))
            .varint(2, length)
    };
    let deltas = |all: &[i64]| {
        let mut packed = Message::default();
        for delta in all {
            packed.raw(zigzag(*delta));
        }
        packed.0
    };
    let histogram = Message::default()
        .varint(1, 12)
        .double(3, 18.4)
        .varint(4, zigzag(0))
        .double(5, 0.001)
        .varint(6, 2)
        .message(8, &span(0, 2))
        .bytes(9, &deltas(&[1, 1]))
        .message(11, &span(-1, 2))
        .message(11, &span(1, 2))
        .bytes(12, &deltas(&[1, 1, -1, 2]))
        .varint(15, signed(time));
    let label = Message::default().text(1, "__name__").text(2, name);
    let series = Message::default().message(1, &label).message(4, &histogram);
    Message::default().message(1, &series)
}

/// One of a push's streams: label set, then time and line.
pub(crate) type Stream<'a> = (&'a str, &'a [(i64, &'a str)]);

/// A push to Loki.
pub(crate) fn push(all: &[Stream<'_>]) -> Message {
    Message::default().each(all, |request, (labels, lines)| {
        let stream = Message::default()
            .text(1, labels)
            .each(lines, |stream, (time, line)| {
                let stamp = Message::default()
                    .varint(1, signed(time / 1_000_000_000))
                    .varint(2, signed(time % 1_000_000_000));
                stream.message(2, &Message::default().message(1, &stamp).text(2, line))
            });
        request.message(1, &stream)
    })
}
