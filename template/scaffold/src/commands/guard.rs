use std::str::FromStr;

use super::Outcome;
use crate::{
    plan::Plan,
    project::Project,
    wiring::{Edit, List, Place, Wiring},
};

/// What a guard asks for: a role such as `editor`, or a permission such as `notes:delete`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    text: String,
    is_permission: bool,
}

impl FromStr for Guard {
    type Err = String;

    /// What has a colon is a permission.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<_> = text.split([':', '-', '_']).collect();
        let is_part = |part: &&str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        match parts.iter().all(is_part) && text.matches(':').count() < 2 {
            true => Ok(Self {
                text: text.to_owned(),
                is_permission: text.contains(':'),
            }),
            false => Err(format!(
                "\"{text}\" is neither a role such as editor nor a permission such as notes:delete"
            )),
        }
    }
}

impl Guard {
    fn kind(&self) -> &'static str {
        if self.is_permission {
            "Permission"
        } else {
            "Role"
        }
    }

    /// `NotesDelete`.
    fn type_name(&self) -> String {
        let capitalized = |part: &str| part[..1].to_uppercase() + &part[1..];
        self.text.split([':', '-', '_']).map(capitalized).collect()
    }

    /// `notes_delete_guard`.
    fn module(&self) -> String {
        format!("{}_guard", self.text.replace([':', '-'], "_"))
    }
}

/// The name of a role or a permission, and a test of the guard that asks for it.
///
/// # Errors
/// Everything that speaks against it.
pub fn guard(project: &Project, guard: &Guard) -> Result<Outcome, Vec<String>> {
    let (text, kind, name) = (&guard.text, guard.kind(), guard.type_name());
    let mut plan = Plan::new(project);
    plan.make(format!("tests/api/{}.rs", guard.module()), test(guard));
    for (file, edit) in [
        (
            "src/types/access.rs",
            Edit::Element {
                list: List::Macro("declare".to_owned()),
                place: Place::Last,
                element: format!("/// `{text}`.\n    {kind} {name} = \"{text}\""),
            },
        ),
        (
            "src/types/mod.rs",
            Edit::Reexport {
                module: "access".to_owned(),
                names: vec![name.clone()],
            },
        ),
        (
            "tests/api/main.rs",
            Edit::Module {
                public: false,
                name: guard.module(),
            },
        ),
    ] {
        let file = file.into();
        plan.wire(&Wiring { file, edit });
    }
    Ok(Outcome {
        changes: plan.finish()?,
        next: vec![
            format!("put Require{kind}<{name}> first among a handler's arguments (docs/guards.md)"),
            "cargo test".to_owned(),
        ],
    })
}

fn test(guard: &Guard) -> String {
    let (text, kind, name) = (&guard.text, guard.kind().to_lowercase(), guard.type_name());
    let (guard_type, held) = match guard.is_permission {
        true => (
            "RequirePermission",
            format!("permissions: vec![\"{text}\".to_owned()]"),
        ),
        false => ("RequireRole", format!("role: \"{text}\".to_owned()")),
    };
    format!(
        r#"//! The guard of the {kind} {text}.

use actix_web::{{
    HttpResponse,
    middleware::from_fn,
    web::{{self, ServiceConfig}},
}};
use app::{{
    auth::{{{guard_type}, authenticate}},
    types::{name},
}};
use mock_auth::User;

use crate::support::TestApp;

const GUARDED: &str = "/guarded";

/// Mounts a route that the guard closes.
fn guarded(config: &mut ServiceConfig) {{
    let handler = async |_: {guard_type}<{name}>| HttpResponse::Ok();
    let resource = web::resource(GUARDED).wrap(from_fn(authenticate));
    config.service(resource.route(web::get().to(handler)));
}}

#[actix_web::test]
async fn who_does_not_hold_the_{kind}_is_refused() {{
    let app = TestApp::start_with_routes(guarded).await;
    let nobody = app.anonymous();
    nobody.get(GUARDED).await.refused(401, "token_missing");
    let bob = app.user("bob").await;
    bob.get(GUARDED).await.refused(403, "forbidden");
}}

#[actix_web::test]
async fn who_holds_the_{kind}_passes() {{
    let app = TestApp::start_with_routes(guarded).await;
    let alice = User {{
        {held},
        ..User::named("alice")
    }};
    let alice = app.bearer(&app.token(&alice).sign());
    assert_eq!(alice.get(GUARDED).await.status, 200);
}}
"#
    )
}
