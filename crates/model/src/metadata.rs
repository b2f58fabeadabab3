//! What a metric family says about itself.

/// A family's type; the numbers are those of both remote-write messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MetricType {
    /// Not said.
    #[default]
    Unknown = 0,
    /// Only goes up.
    Counter = 1,
    /// Goes up and down.
    Gauge = 2,
    /// Buckets, sum and count.
    Histogram = 3,
    /// Buckets that go up and down.
    GaugeHistogram = 4,
    /// Quantiles, sum and count.
    Summary = 5,
    /// Constant 1 with labels that tell.
    Info = 6,
    /// One series per state.
    StateSet = 7,
}

/// A family's type, help and unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Metadata {
    /// The family's name, as in the `# TYPE` line.
    pub family: String,
    /// The type.
    pub kind: MetricType,
    /// The help text, unescaped.
    pub help: String,
    /// The unit, `""` where there is none.
    pub unit: String,
}
