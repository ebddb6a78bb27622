use std::sync::Arc;

use actix_web::dev::Extensions;
use rest::{AppError, Code};

use crate::{access_token::OAuthClient, claims::Identity};

/// The caller of a request, identified by its credential. Middleware stores it in the request's
/// extensions.
#[derive(Clone, Debug)]
pub enum Principal {
    /// A signed-in user, with all rights.
    User(Arc<Identity>),
    /// An API key of a user, with its own permissions and no roles.
    Key(Arc<Identity>),
    /// A client that acts for a user, within the scopes of its access token.
    Delegate(Arc<Identity>, Arc<OAuthClient>),
    /// A client that acts for itself.
    Machine(Arc<OAuthClient>),
}

impl Principal {
    /// The principal that the middleware stored.
    pub(crate) fn of(extensions: &Extensions) -> Result<&Self, AppError> {
        let principal = extensions.get();
        principal.ok_or_else(|| AppError::new(Code::TOKEN_MISSING))
    }

    pub(crate) fn user(&self) -> Option<&Arc<Identity>> {
        match self {
            Self::User(user) | Self::Key(user) | Self::Delegate(user, _) => Some(user),
            Self::Machine(_) => None,
        }
    }

    /// The id of the caller: of the user, or else of the client.
    pub(crate) fn caller_id(&self) -> String {
        match self {
            Self::User(user) | Self::Key(user) | Self::Delegate(user, _) => user.uuid.to_string(),
            Self::Machine(client) => client.id.clone(),
        }
    }

    pub(crate) fn client(&self) -> Option<&Arc<OAuthClient>> {
        match self {
            Self::User(_) | Self::Key(_) => None,
            Self::Delegate(_, client) | Self::Machine(client) => Some(client),
        }
    }
}
