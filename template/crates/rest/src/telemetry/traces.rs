//! Traces for OpenTelemetry, in builds with the feature `otel`.

#[cfg_attr(feature = "otel", path = "traces/otel.rs")]
#[cfg_attr(not(feature = "otel"), path = "traces/off.rs")]
mod spans;

use database::EnvReader;
use secrecy::SecretString;
use url::Url;

pub(crate) use spans::RequestSpan;
pub(super) use spans::layer;
pub use spans::{in_span, shut_down, statement_hook, traceparent};

/// Where traces are sent, and which requests are traced. The names of the settings are
/// OpenTelemetry's.
#[derive(Clone, Debug)]
pub struct TraceSettings {
    /// OTEL_EXPORTER_OTLP_ENDPOINT: the collector, which takes traces at `/v1/traces` below it
    /// (OTLP over HTTP); unset = no traces.
    pub endpoint: Option<Url>,
    /// OTEL_EXPORTER_OTLP_HEADERS: headers that the collector requires, as `name=value,name=value`.
    pub headers: Option<SecretString>,
    /// OTEL_SERVICE_NAME: the name of this service in traces.
    pub service_name: Option<String>,
    /// OTEL_TRACES_SAMPLER: which requests are traced.
    pub sampler: TraceSampler,
    /// OTEL_TRACES_SAMPLER_ARG: the share of requests, for samplers by ratio; 0 to 1.
    pub ratio: f64,
}

/// Which requests are traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceSampler {
    /// Requests that their caller samples, and all whose caller sends no trace.
    ParentBasedAlwaysOn,
    /// Requests that their caller samples, and no others.
    ParentBasedAlwaysOff,
    /// Requests that their caller samples, and a share of those whose caller sends no trace.
    ParentBasedRatio,
    /// All.
    AlwaysOn,
    /// None.
    AlwaysOff,
    /// A share of all.
    Ratio,
}

impl TraceSettings {
    /// Reads the settings; wrong ones are noted in `env`.
    pub fn read(env: &mut EnvReader<'_>) -> Self {
        let share = |text: &str| {
            text.parse()
                .ok()
                .filter(|share| (0.0..=1.0).contains(share))
        };
        Self {
            endpoint: env.parsed(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "an http or https URL such as http://localhost:4318",
                collector,
            ),
            headers: env.secret("OTEL_EXPORTER_OTLP_HEADERS", 1),
            service_name: env.raw("OTEL_SERVICE_NAME"),
            sampler: env.choice(
                "OTEL_TRACES_SAMPLER",
                &[
                    ("parentbased_always_on", TraceSampler::ParentBasedAlwaysOn),
                    ("parentbased_always_off", TraceSampler::ParentBasedAlwaysOff),
                    ("parentbased_traceidratio", TraceSampler::ParentBasedRatio),
                    ("always_on", TraceSampler::AlwaysOn),
                    ("always_off", TraceSampler::AlwaysOff),
                    ("traceidratio", TraceSampler::Ratio),
                ],
            ),
            ratio: env
                .parsed("OTEL_TRACES_SAMPLER_ARG", "a number from 0 to 1", share)
                .unwrap_or(1.0),
        }
    }
}

fn collector(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (["http", "https"].contains(&url.scheme()) && url.has_host()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(given: &[(&str, &str)]) -> Result<TraceSettings, String> {
        let lookup = |name: &str| {
            let (_, value) = given.iter().find(|(given, _)| *given == name)?;
            Some((*value).to_owned())
        };
        database::read_settings(lookup, TraceSettings::read).map_err(|error| error.to_string())
    }

    #[test]
    fn wrong_settings_are_named_and_headers_are_not_shown() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"),
            ("OTEL_TRACES_SAMPLER", "sometimes"),
            ("OTEL_TRACES_SAMPLER_ARG", "1.5"),
            ("OTEL_TRACES_SAMPLER_ARG", "NaN"),
        ] {
            let error = settings(&[(name, value)]).expect_err(value);
            assert!(error.contains(name), "{error}");
        }
        let secret = [("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2")];
        let settings = settings(&secret).expect("good settings");
        assert!(!format!("{settings:?}").contains("hunter2"));
        assert_eq!(settings.endpoint, None);
    }
}
