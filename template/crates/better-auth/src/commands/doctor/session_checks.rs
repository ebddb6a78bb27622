use serde_json::Value;

use crate::{
    auth_client::AuthClient,
    commands::doctor::report::{Report, Severity},
    config::{SessionSettings, SessionVerification},
    trouble::Trouble,
};

/// Checks that Better Auth answers look-ups of sessions, where SESSION_VERIFICATION is http.
pub(crate) async fn check_sessions(report: &mut Report, settings: &SessionSettings) {
    if settings.verification != SessionVerification::Http {
        return;
    }
    let url = &settings.get_session_url;
    // Better Auth answers null where there is no session.
    let answer = match AuthClient::new(url.clone(), settings.max_lookups) {
        Ok(client) => client.get_session(Some("doctor"), b"", None).await,
        Err(error) => Err(error.to_string()),
    };
    let problem = match answer {
        Ok(Value::Null) => return report_found(report, settings),
        Ok(_) => "the response is not that of Better Auth".to_owned(),
        Err(reason) => reason,
    };
    let message = format!("{url}: {problem}");
    report.trouble("sessions", Trouble::SESSIONS_ELSEWHERE, message);
}

fn report_found(report: &mut Report, settings: &SessionSettings) {
    let url = &settings.get_session_url;
    report.ok("sessions", format!("Better Auth looks them up at {url}"));
    if settings.secret.is_none() {
        report.add(
            Severity::Hint,
            "sessions",
            None,
            "without BETTER_AUTH_SECRET, made-up cookies use up SESSION_MAX_LOOKUPS",
        );
    }
}
