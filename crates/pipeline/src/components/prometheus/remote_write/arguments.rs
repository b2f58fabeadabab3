//! What `prometheus.remote_write` takes.

use std::collections::BTreeMap;

use outpost_alloy_syntax::{Duration, Fields, Secret, arguments};

use crate::arguments::{PushClientArguments, RuleArguments, defaults};

/// The message of remote write 1.0.
pub(crate) const MESSAGE_1: &str = "prometheus.WriteRequest";

/// The message of remote write 2.0.
pub(crate) const MESSAGE_2: &str = "io.prometheus.write.v2.Request";

arguments! {
    /// Keeps samples on disk and pushes them.
    pub(crate) struct RemoteWriteArguments {
        /// Labels added to series that do not have them.
        attr external_labels: BTreeMap<String, String> = BTreeMap::new(),
        /// Where to push.
        block endpoint: Vec<EndpointArguments>,
        /// What is kept on disk.
        block wal: WalArguments = defaults(),
    }
    check = Self::check;
}

arguments! {
    /// Where to push, and how.
    pub(crate) struct EndpointArguments {
        /// The name in metrics; a hash of the endpoint if empty.
        attr name: String = String::new(),
        /// The address.
        attr url: String,
        /// How long an answer may take.
        attr remote_timeout: Duration = Duration::from_secs(30),
        /// Headers added to every request.
        attr headers: BTreeMap<String, String> = BTreeMap::new(),
        /// Whether exemplars are sent.
        attr send_exemplars: bool = true,
        /// Whether native histograms are sent.
        attr send_native_histograms: bool = false,
        /// The message: of remote write 1.0 or 2.0.
        attr protobuf_message: String = MESSAGE_1.to_owned(),
        /// Spread connections over all addresses of the host's name.
        attr round_robin_dns: bool = false,
        /// The HTTP client.
        flatten client: PushClientArguments,
        /// How samples are batched and retried.
        block queue_config: QueueArguments = defaults(),
        /// How metadata is sent.
        block metadata_config: MetadataArguments = defaults(),
        /// Rules for series on their way to this endpoint.
        block write_relabel_config: Vec<RuleArguments>,
        /// Signing for AWS.
        block sigv4: Option<Sigv4Arguments>,
        /// Authentication with Azure.
        block azuread: Option<AzureArguments>,
        /// Authentication with Google.
        block google_iam: Option<GoogleArguments>,
    }
    check = Self::check;
}

arguments! {
    /// How samples are batched and retried.
    pub(crate) struct QueueArguments {
        /// Samples that one shard may hold.
        attr capacity: i64 = 10_000,
        /// The most requests under way at once.
        attr max_shards: i64 = 50,
        /// The fewest.
        attr min_shards: i64 = 1,
        /// The most samples of a request.
        attr max_samples_per_send: i64 = 2_000,
        /// How long a sample waits for others.
        attr batch_send_deadline: Duration = Duration::from_secs(5),
        /// The first wait before a retry.
        attr min_backoff: Duration = Duration::from_millis(30),
        /// The longest wait before a retry.
        attr max_backoff: Duration = Duration::from_secs(5),
        /// Whether a 429 is retried.
        attr retry_on_http_429: bool = true,
        /// Samples older than this are dropped; 0 keeps all.
        attr sample_age_limit: Duration = Duration::from_secs(0),
    }
}

arguments! {
    /// How metadata is sent.
    pub(crate) struct MetadataArguments {
        /// Whether it is.
        attr send: bool = true,
        /// How often.
        attr send_interval: Duration = Duration::from_secs(60),
        /// The most entries of a request.
        attr max_samples_per_send: i64 = 2_000,
    }
}

arguments! {
    /// What is kept on disk.
    pub(crate) struct WalArguments {
        /// How often old data is looked for.
        attr truncate_frequency: Duration = Duration::from_secs(7_200),
        /// Data younger than this is never dropped.
        attr min_keepalive_time: Duration = Duration::from_secs(300),
        /// Unsent data older than this is dropped.
        attr max_keepalive_time: Duration = Duration::from_secs(28_800),
    }
    check = Self::check;
}

arguments! {
    /// Signing for AWS.
    pub(crate) struct Sigv4Arguments {
        /// The region.
        attr region: String = String::new(),
        /// The access key.
        attr access_key: String = String::new(),
        /// The secret key.
        attr secret_key: Option<Secret>,
        /// A profile of the shared configuration.
        attr profile: String = String::new(),
        /// A role to assume.
        attr role_arn: String = String::new(),
        /// The id that the role asks for.
        attr external_id: String = String::new(),
        /// Use the FIPS endpoint.
        attr use_fips_sts_endpoint: bool = false,
        /// The service to sign for.
        attr service_name: String = "aps".to_owned(),
    }
}

arguments! {
    /// Authentication with Azure.
    pub(crate) struct AzureArguments {
        /// The cloud.
        attr cloud: String = "AzurePublic".to_owned(),
        /// The scope asked for.
        attr scope: String = String::new(),
        /// A managed identity.
        block managed_identity: Option<AzureIdentityArguments>,
        /// An application.
        block oauth: Option<AzureOAuthArguments>,
        /// The SDK's way.
        block sdk: Option<AzureSdkArguments>,
        /// A workload identity.
        block workload_identity: Option<AzureWorkloadArguments>,
    }
}

arguments! {
    /// A managed identity.
    pub(crate) struct AzureIdentityArguments {
        /// Its id.
        attr client_id: String = String::new(),
    }
}

arguments! {
    /// An application.
    pub(crate) struct AzureOAuthArguments {
        /// Its id.
        attr client_id: String,
        /// Its secret.
        attr client_secret: Secret,
        /// Its tenant.
        attr tenant_id: String,
    }
}

arguments! {
    /// The SDK's way.
    pub(crate) struct AzureSdkArguments {
        /// The tenant.
        attr tenant_id: String,
    }
}

arguments! {
    /// A workload identity.
    pub(crate) struct AzureWorkloadArguments {
        /// Its id.
        attr client_id: String,
        /// Its tenant.
        attr tenant_id: String,
        /// The file with its token.
        attr token_file_path: String = String::new(),
    }
}

arguments! {
    /// Authentication with Google.
    pub(crate) struct GoogleArguments {
        /// The file with the credentials.
        attr credentials_file: String = String::new(),
    }
}

// === impl RemoteWriteArguments ===

impl RemoteWriteArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        for (at, endpoint) in self.endpoint.iter().enumerate() {
            let before = || self.endpoint.iter().take(at);
            if endpoint.name.is_empty() && before().any(|other| endpoint.same_as(other)) {
                fields.object_to_block(format!(
                    "two endpoints are the same, {}; give them names or remove one",
                    endpoint.url
                ));
            }
        }
    }
}

// === impl EndpointArguments ===

impl EndpointArguments {
    /// Whether the two differ in nothing.
    fn same_as(&self, other: &Self) -> bool {
        use outpost_alloy_syntax::Arguments as _;
        self.encode() == other.encode()
    }

    fn check(&self, fields: &mut Fields<'_, '_>) {
        if ![MESSAGE_1, MESSAGE_2].contains(&self.protobuf_message.as_str()) {
            fields.object(
                "protobuf_message",
                format!(
                    "unknown message {:?}; there are {MESSAGE_1:?} and {MESSAGE_2:?}",
                    self.protobuf_message
                ),
            );
        }
        let others = [
            ("sigv4", self.sigv4.is_some()),
            ("azuread", self.azuread.is_some()),
            ("google_iam", self.google_iam.is_some()),
        ];
        let given: Vec<&str> = others
            .into_iter()
            .filter(|(_, given)| *given)
            .map(|(name, _)| name)
            .collect();
        if given.len() + usize::from(self.client.has_credentials()) > 1 {
            fields.object_to_block(
                "at most one of sigv4, azuread, google_iam, basic_auth, authorization, oauth2, bearer_token and \
                 bearer_token_file may be given",
            );
        } else if let Some(name) = given.first() {
            fields.object_to_block(format!(
                "{name} is not supported by this version of outpost; put a proxy that signs in between"
            ));
        }
    }
}

// === impl WalArguments ===

impl WalArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.truncate_frequency.as_nanos() == 0 {
            fields.object("truncate_frequency", "truncate_frequency must not be 0");
        }
        if self.max_keepalive_time <= self.min_keepalive_time {
            fields.object(
                "max_keepalive_time",
                format!(
                    "max_keepalive_time ({}) must be longer than min_keepalive_time ({})",
                    self.max_keepalive_time, self.min_keepalive_time
                ),
            );
        }
    }
}
