//! The well-known addresses: WebFinger, NodeInfo, host-meta.

mod host_meta;
mod nodeinfo;
mod webfinger;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::get;

use super::AppState;

/// The routes of this folder.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/.well-known/webfinger", get(webfinger::find_resource))
        .route("/.well-known/nodeinfo", get(nodeinfo::list_documents))
        .route("/nodeinfo/2.1", get(nodeinfo::show_document))
        .route("/.well-known/host-meta", get(host_meta::show_host_meta))
        .layer(axum::middleware::map_response(open_to_pages))
}

/// Pages of other sites may read these (RFC 7033 §5): they hold nothing that depends on who asks.
async fn open_to_pages(mut response: Response) -> Response {
    response.headers_mut().insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    response
}
