//! Registering routes.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, get, on};

use super::super::Api;
use super::Operation;
use super::handler::Handles;
use crate::auth::scope::{Area, Scope};

/// What the types of a handler do not tell.
#[derive(Debug, Clone)]
pub(in crate::http::api) struct Doc {
    pub(super) summary: &'static str,
    pub(super) scope: Option<Scope>,
    /// Codes of errors that services give, besides those of reading the request.
    pub(super) codes: &'static [u16],
    pub(super) name: Option<&'static str>,
    pub(super) is_old: bool,
}

/// A line about a route.
pub(in crate::http::api) const fn doc(summary: &'static str) -> Doc {
    Doc {
        summary,
        scope: None,
        codes: &[],
        name: None,
        is_old: false,
    }
}

impl Doc {
    /// The scope that a token needs; where strangers are answered too, what it needs to be answered more.
    pub(in crate::http::api) const fn needs(self, scope: Scope) -> Doc {
        Doc {
            scope: Some(scope),
            ..self
        }
    }

    pub(in crate::http::api) const fn reads(self, area: Area) -> Doc {
        self.needs(Scope::Read(area))
    }

    pub(in crate::http::api) const fn writes(self, area: Area) -> Doc {
        self.needs(Scope::Write(area))
    }

    /// Errors besides those that follow from the types.
    pub(in crate::http::api) const fn fails(self, codes: &'static [u16]) -> Doc {
        Doc { codes, ..self }
    }

    /// The name of the operation where it is not that of the handler, because several routes share it.
    pub(in crate::http::api) const fn named(self, name: &'static str) -> Doc {
        Doc {
            name: Some(name),
            ..self
        }
    }

    /// There is a newer one.
    pub(in crate::http::api) const fn old(self) -> Doc {
        Doc {
            is_old: true,
            ..self
        }
    }
}

/// One route as it is described.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) tag: &'static str,
    pub(super) name: &'static str,
    pub(super) doc: Doc,
    pub(super) describe: fn(&mut Operation<'_>),
}

/// Routes and what is to be said of them.
#[derive(Debug)]
pub(in crate::http::api) struct Routes {
    tag: &'static str,
    router: Router<Api>,
    all: Vec<Route>,
}

impl Routes {
    /// None yet; `tag` is the heading they stand under.
    pub(in crate::http::api) fn of(tag: &'static str) -> Routes {
        Routes {
            tag,
            router: Router::new(),
            all: Vec::new(),
        }
    }

    pub(in crate::http::api) fn get<H, T, A>(self, path: &str, handler: H, doc: Doc) -> Routes
    where
        H: Handler<T, Api> + Handles<A>,
        T: 'static,
    {
        self.add(Method::GET, path, (handler, doc))
    }

    pub(in crate::http::api) fn post<H, T, A>(self, path: &str, handler: H, doc: Doc) -> Routes
    where
        H: Handler<T, Api> + Handles<A>,
        T: 'static,
    {
        self.add(Method::POST, path, (handler, doc))
    }

    pub(in crate::http::api) fn put<H, T, A>(self, path: &str, handler: H, doc: Doc) -> Routes
    where
        H: Handler<T, Api> + Handles<A>,
        T: 'static,
    {
        self.add(Method::PUT, path, (handler, doc))
    }

    pub(in crate::http::api) fn patch<H, T, A>(self, path: &str, handler: H, doc: Doc) -> Routes
    where
        H: Handler<T, Api> + Handles<A>,
        T: 'static,
    {
        self.add(Method::PATCH, path, (handler, doc))
    }

    pub(in crate::http::api) fn delete<H, T, A>(self, path: &str, handler: H, doc: Doc) -> Routes
    where
        H: Handler<T, Api> + Handles<A>,
        T: 'static,
    {
        self.add(Method::DELETE, path, (handler, doc))
    }

    fn add<H, T, A>(mut self, method: Method, path: &str, (handler, doc): (H, Doc)) -> Routes
    where
        H: Handler<T, Api> + Handles<A>,
        T: 'static,
    {
        let filter = match method {
            Method::POST => MethodFilter::POST,
            Method::PUT => MethodFilter::PUT,
            Method::PATCH => MethodFilter::PATCH,
            Method::DELETE => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        self.router = self.router.route(path, on(filter, handler));
        self.all.push(Route {
            method,
            path: path.to_owned(),
            tag: self.tag,
            name: doc.name.unwrap_or_else(name_of::<H>),
            doc,
            describe: H::describe,
        });
        self
    }

    /// The same as `GET` at the address with a slash at its end, as some programs ask. That is not told to others.
    pub(in crate::http::api) fn slashed<H, T>(mut self, path: &str, handler: H) -> Routes
    where
        H: Handler<T, Api>,
        T: 'static,
    {
        self.router = self.router.route(&format!("{path}/"), get(handler));
        self
    }

    pub(in crate::http::api) fn merge(mut self, other: Routes) -> Routes {
        self.router = self.router.merge(other.router);
        self.all.extend(other.all);
        self
    }

    pub(in crate::http::api) fn into_router(self) -> Router<Api> {
        self.router
    }

    pub(super) fn all(&self) -> &[Route] {
        &self.all
    }
}

/// What a function is called.
fn name_of<H>() -> &'static str {
    let path = std::any::type_name::<H>();
    path.rsplit("::").next().unwrap_or(path)
}
