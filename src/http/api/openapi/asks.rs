//! What the arguments of handlers take from a request.

use std::any::TypeId;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{MatchedPath, State};
use axum::http::HeaderMap;
use serde_json::json;
use utoipa::ToSchema;

use super::super::Api;
use super::super::auth::{SignedIn, Viewer};
use super::super::body::{Anywhere, Body, Id, Ids, Query, Upload, WithFiles};
use super::super::paging::Paged;
use super::Operation;
use crate::http::extract::client::ClientAddress;

/// Something that a handler is given.
pub(in crate::http::api) trait Asks {
    /// Says what of the request it reads, and with which error it ends the request.
    fn describe(operation: &mut Operation<'_>);
}

/// What is not read from the request, or is no part of what clients are told.
macro_rules! asks_nothing {
    ($($kind:ty),+ $(,)?) => {$(
        impl Asks for $kind {
            fn describe(_: &mut Operation<'_>) {}
        }
    )+};
}

asks_nothing!(
    State<Api>,
    ClientAddress,
    HeaderMap,
    MatchedPath,
    Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
);

impl Asks for SignedIn {
    fn describe(operation: &mut Operation<'_>) {
        operation.signs_in();
    }
}

impl Asks for Viewer {
    fn describe(operation: &mut Operation<'_>) {
        operation.may_sign_in();
    }
}

fn takes_key<T: 'static>(operation: &mut Operation<'_>) {
    if TypeId::of::<T>() == TypeId::of::<String>() {
        operation.takes_key(&json!({ "type": "string", "minLength": 1 }));
    } else {
        operation.takes_key(&json!({ "type": "string", "pattern": "^[0-9]+$" }));
    }
}

impl<T: 'static> Asks for Id<T> {
    fn describe(operation: &mut Operation<'_>) {
        takes_key::<T>(operation);
    }
}

impl<A: 'static, B: 'static> Asks for Ids<A, B> {
    fn describe(operation: &mut Operation<'_>) {
        takes_key::<A>(operation);
        takes_key::<B>(operation);
    }
}

impl<T: ToSchema> Asks for Query<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_query::<T>();
    }
}

impl<T: ToSchema> Asks for Anywhere<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_query::<T>();
    }
}

impl Asks for Paged {
    fn describe(operation: &mut Operation<'_>) {
        for name in ["max_id", "since_id", "min_id", "limit"] {
            operation.takes_shared(name);
        }
    }
}

impl<T: ToSchema> Asks for Body<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_body::<T>();
    }
}

impl<T: ToSchema + WithFiles> Asks for Upload<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_files::<T>(T::FILES, T::NEEDED);
    }
}
