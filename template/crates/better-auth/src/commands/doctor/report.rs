use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::{commands::doctor::described_key::DescribedKey, trouble::Trouble};

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    Ok,
    /// Cannot be checked from here.
    Hint,
    /// May be wrong.
    Warning,
    /// Is wrong: the command fails.
    Failed,
}

/// One line of the report. `check` names what was checked.
#[derive(Serialize)]
struct Finding {
    check: &'static str,
    #[serde(rename = "level")]
    severity: Severity,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

/// All findings, in order.
#[derive(Default)]
pub(crate) struct Report {
    findings: Vec<Finding>,
    pub(crate) keys: Vec<DescribedKey>,
}

impl Report {
    pub(crate) fn add(
        &mut self,
        severity: Severity,
        check: &'static str,
        trouble: Option<Trouble>,
        message: impl ToString,
    ) {
        self.findings.push(Finding {
            check,
            severity,
            message: message.to_string(),
            trouble: trouble.map(|trouble| trouble.name),
            remedy: trouble.map(|trouble| trouble.remedy),
        });
    }

    pub(crate) fn ok(&mut self, check: &'static str, message: impl ToString) {
        self.add(Severity::Ok, check, None, message);
    }

    pub(crate) fn warning(
        &mut self,
        check: &'static str,
        trouble: Trouble,
        message: impl ToString,
    ) {
        self.add(Severity::Warning, check, Some(trouble), message);
    }

    /// A possible problem whose message holds the remedy.
    pub(crate) fn doubt(&mut self, check: &'static str, message: impl ToString) {
        self.add(Severity::Warning, check, None, message);
    }

    /// A problem without a remedy in the troubleshooting guide.
    pub(crate) fn failed(&mut self, check: &'static str, message: impl ToString) {
        self.add(Severity::Failed, check, None, message);
    }

    pub(crate) fn trouble(
        &mut self,
        check: &'static str,
        trouble: Trouble,
        message: impl ToString,
    ) {
        self.add(Severity::Failed, check, Some(trouble), message);
    }

    pub(crate) fn is_ok(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.all(|finding| finding.severity != Severity::Failed)
    }

    pub(crate) fn print_json(&self, out: &mut impl Write) -> io::Result<()> {
        let report = json!({"ok": self.is_ok(), "checks": self.findings, "keys": self.keys});
        writeln!(out, "{report:#}")
    }

    pub(crate) fn print_text(&self, out: &mut impl Write) -> io::Result<()> {
        for finding in &self.findings {
            let severity = match finding.severity {
                Severity::Ok => "ok",
                Severity::Hint => "hint",
                Severity::Warning => "warning",
                Severity::Failed => "failed",
            };
            writeln!(out, "{severity:8} {:10} {}", finding.check, finding.message)?;
            if let Some(remedy) = finding.remedy {
                writeln!(out, "{:20}{remedy}", "")?;
            }
        }
        Ok(())
    }
}
