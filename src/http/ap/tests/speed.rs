//! How fast the most read document is served. Ignored by default: a figure of a busy machine says nothing.

use std::time::Instant;

use super::kit::{app, ask, router};
use crate::services::documents::kit::Kit;

#[tokio::test]
#[ignore = "measures; run it with --release on a quiet machine"]
async fn actor_documents_a_second() {
    const COUNT: u32 = 20_000;
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    kit.fields_of_every_audience(&maria).await;
    let router = router(app(&kit, false).await);
    for forgotten in [false, true] {
        let start = Instant::now();
        for _ in 0..COUNT {
            if forgotten {
                crate::services::documents::forget(&kit.ctx, &maria.uri);
            }
            assert_eq!(ask(&router, "/people/maria", None).await.status, 200);
        }
        let rate = f64::from(COUNT) / start.elapsed().as_secs_f64();
        println!("built anew each time: {forgotten}; {rate:.0} a second");
    }
}
