//! The labels of a message: `__syslog_*` for the rules, and what the rules make of them.

use outpost_model::{Decision, Labels, LabelsBuilder};

use super::SyslogSettings;
use super::message::Message;
use super::words::{facility, severity};

/// Who sent a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Sender {
    pub(super) address: String,
    pub(super) names: String,
}

/// The labels of a message's line. A rule that drops takes the labels, not the line.
pub(super) fn labels(message: &Message<'_>, sender: &Sender, settings: &SyslogSettings) -> Labels {
    let mut labels = LabelsBuilder::default();
    for (name, value) in &settings.labels {
        labels.set(name, value);
    }
    let mut set = |name: &str, value: &str| {
        if !value.is_empty() {
            labels.set(format!("__syslog_{name}"), value);
        }
    };
    set("connection_ip_address", &sender.address);
    set("connection_hostname", &sender.names);
    if let Some(priority) = message.priority {
        set("message_severity", severity(priority));
        set("message_facility", facility(priority));
    }
    set("message_hostname", message.hostname);
    set("message_app_name", message.app_name);
    set("message_proc_id", message.proc_id);
    set("message_msg_id", message.msg_id);
    if settings.label_structured_data {
        for (id, parameters) in &message.data {
            for (name, value) in parameters {
                let name = format!("message_sd_{id}_{name}").replace('@', "_");
                set(&name, value);
            }
        }
    }
    if settings.rules.apply(&mut labels) == Decision::Drop {
        return Labels::default();
    }
    let labels = labels.build();
    let shown = labels.iter().filter(|(name, _)| !name.starts_with("__"));
    Labels::from_pairs(shown)
}
