//! One operation while it is put together.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::parameters;
use super::routes::Route;
use super::shapes::{Schemas, refer};

/// What is known of an operation so far.
pub(in crate::http::api) struct Operation<'d> {
    route: &'d Route,
    pub(super) schemas: &'d mut Schemas,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: BTreeMap<u16, Value>,
    security: Option<Value>,
    /// How many names in the path are described.
    keys: usize,
}

impl<'d> Operation<'d> {
    pub(super) fn new(route: &'d Route, schemas: &'d mut Schemas) -> Operation<'d> {
        let mut operation = Operation {
            route,
            schemas,
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
            security: None,
            keys: 0,
        };
        operation.fails(503);
        (route.describe)(&mut operation);
        for code in route.doc.codes {
            operation.fails(*code);
        }
        operation
    }

    /// Only people with a token are answered.
    pub(in crate::http::api) fn signs_in(&mut self) {
        let scopes = self.scopes();
        self.security = Some(json!([{ "OAuth": scopes }]));
        self.fails(401);
        self.fails(403);
    }

    /// Strangers are answered too; a token that is sent has to be good.
    pub(super) fn may_sign_in(&mut self) {
        let scopes = self.scopes();
        self.security = Some(json!([{}, { "OAuth": scopes }]));
        self.fails(401);
        // Of somebody whose account is not there yet.
        self.fails(403);
    }

    /// A program may show its name and secret in the header.
    pub(in crate::http::api) fn may_show_client(&mut self) {
        self.security = Some(json!([{}, { "Client": [] }]));
    }

    fn scopes(&self) -> Vec<String> {
        let scope = self.route.doc.scope;
        scope.iter().map(ToString::to_string).collect()
    }

    /// The next name in the path.
    pub(super) fn takes_key(&mut self, schema: &Value) {
        let names = self.route.path.split('{').skip(1);
        let name = names
            .filter_map(|part| part.split('}').next())
            .nth(self.keys);
        self.keys += 1;
        self.parameters.push(json!({
            "name": name, "in": "path", "required": true, "schema": schema,
        }));
        self.fails(404);
    }

    /// A header that may be sent.
    pub(in crate::http::api) fn takes_header(&mut self, name: &str, says: &str, schema: &Value) {
        self.parameters.push(json!({
            "name": name, "in": "header", "description": says, "schema": schema,
        }));
    }

    /// The fields of `T` in the query.
    pub(in crate::http::api) fn takes_query<T: ToSchema>(&mut self) {
        let whole = self.schemas.inline::<T>();
        let found = parameters::of(&whole, self.schemas);
        self.parameters.extend(found);
        self.fails(400);
    }

    /// A parameter of the query that many operations share.
    pub(super) fn takes_shared(&mut self, name: &str) {
        let address = format!("#/components/parameters/{name}");
        self.parameters.push(json!({ "$ref": address }));
        self.fails(400);
    }

    /// A body that is a `T`, as JSON or as a form. A `DELETE` has none: what it is told stands in the query.
    pub(super) fn takes_body<T: ToSchema>(&mut self) {
        if self.route.method == Method::DELETE {
            return self.takes_query::<T>();
        }
        let schema = self.schemas.refer::<T>();
        let kinds = [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ];
        self.sends(kinds.into_iter().map(|kind| (kind, schema.clone())));
    }

    /// A body that is a `T` with files; without one there is nothing to do if `needed`.
    pub(super) fn takes_files<T: ToSchema>(&mut self, files: &[&str], needed: bool) {
        let schema = self.schemas.refer::<T>();
        let named: Map<String, Value> = files
            .iter()
            .map(|name| {
                (
                    (*name).to_owned(),
                    json!({ "type": "string", "format": "binary" }),
                )
            })
            .collect();
        let required: &[&str] = if needed { files } else { &[] };
        let form = json!({
            "allOf": [schema, { "type": "object", "properties": named, "required": required }],
        });
        let mut kinds = vec![("multipart/form-data", form)];
        if !needed {
            kinds.push(("application/json", schema.clone()));
            kinds.push(("application/x-www-form-urlencoded", schema));
        }
        self.sends(kinds.into_iter());
    }

    fn sends<'k>(&mut self, kinds: impl Iterator<Item = (&'k str, Value)>) {
        let content: Map<String, Value> = kinds
            .map(|(kind, schema)| (kind.to_owned(), json!({ "schema": schema })))
            .collect();
        self.body = Some(json!({ "content": content }));
        for code in [400, 413, 415] {
            self.fails(code);
        }
    }

    /// An error, as all of this code are answered.
    pub(in crate::http::api) fn fails(&mut self, code: u16) {
        self.answers
            .insert(code, refer("responses", &code.to_string()));
    }

    /// A good answer.
    pub(in crate::http::api) fn answers(&mut self, code: u16, answer: Value) {
        self.answers.insert(code, answer);
    }

    /// A good answer that holds JSON.
    pub(super) fn answers_json(&mut self, schema: &Value) {
        self.answers(200, ok(schema));
    }

    /// The same, of a list with addresses of its other pages.
    pub(super) fn answers_page(&mut self, schema: &Value) {
        let mut answer = ok(schema);
        if let Some(map) = answer.as_object_mut() {
            map.insert(
                "headers".into(),
                json!({ "Link": refer("headers", "Link") }),
            );
        }
        self.answers(200, answer);
    }

    /// All of it.
    pub(super) fn finish(self) -> Value {
        let doc = &self.route.doc;
        let answers: Map<String, Value> = self
            .answers
            .into_iter()
            .map(|(code, answer)| (code.to_string(), answer))
            .collect();
        let mut whole = json!({
            "operationId": self.route.name,
            "tags": [self.route.tag],
            "summary": doc.summary,
            // Nobody has to prove anything where nothing else is said.
            "security": self.security.unwrap_or_else(|| json!([])),
            "responses": answers,
        });
        if let Some(map) = whole.as_object_mut() {
            if doc.is_old {
                map.insert("deprecated".into(), json!(true));
            }
            if !self.parameters.is_empty() {
                map.insert("parameters".into(), json!(self.parameters));
            }
            if let Some(body) = self.body {
                map.insert("requestBody".into(), body);
            }
        }
        whole
    }
}

fn ok(schema: &Value) -> Value {
    json!({
        "description": "Done.",
        "content": { "application/json": { "schema": schema } },
    })
}
