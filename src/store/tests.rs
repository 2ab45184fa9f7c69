use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::signals;
use super::{Conn, Error, Store};

async fn sqlite() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!(
        "sqlite:{}",
        folder.path().join("kith.db").display()
    ))
    .await
    .unwrap();
    (folder, store)
}

async fn put(tx: &mut Conn, id: i64) -> Result<(), Error> {
    diesel::insert_into(signals::table)
        .values((
            signals::id.eq(id),
            signals::topic.eq("t"),
            signals::subject.eq("s"),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

async fn count(store: &Store) -> i64 {
    signals::table
        .count()
        .get_result(&mut store.reader().await.unwrap())
        .await
        .unwrap()
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test(flavor = "multi_thread")]
async fn units_of_many_tasks_are_each_kept_or_lost_whole() {
    let (_folder, store) = sqlite().await;
    let store = Arc::new(store);
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..200_i64 {
        let store = store.clone();
        tasks.spawn(assert_send(async move {
            let done: Result<(), Error> = store
                .transaction(async |tx| {
                    put(tx, i * 10).await?;
                    put(tx, if i % 4 == 0 { i * 10 } else { i * 10 + 1 }).await
                })
                .await;
            done.is_ok()
        }));
    }
    let kept = tasks.join_all().await.into_iter().filter(|ok| *ok).count();
    assert_eq!(kept, 150);
    assert_eq!(count(&store).await, 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_unit_leaves_nothing_and_does_not_hold_up_others() {
    let (_folder, store) = sqlite().await;
    let abandoned = store.transaction(async |tx| -> Result<(), Error> {
        put(tx, 1).await?;
        std::future::pending::<()>().await;
        Ok(())
    });
    assert!(
        tokio::time::timeout(Duration::from_millis(50), abandoned)
            .await
            .is_err()
    );
    let done: Result<(), Error> = store.transaction(async |tx| put(tx, 2).await).await;
    done.unwrap();
    assert_eq!(count(&store).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_of_a_dropped_waiter_does_not_stay_uncommitted() {
    let (_folder, store) = sqlite().await;
    let slow = store.transaction(async |tx| -> Result<(), Error> {
        put(tx, 1).await?;
        tokio::time::sleep(Duration::from_millis(30)).await;
        Ok(())
    });
    let waiter = tokio::time::timeout(
        Duration::from_millis(10),
        store.transaction(async |tx| -> Result<(), Error> { put(tx, 2).await }),
    );
    let (slow, waiter) = tokio::join!(slow, waiter);
    slow.unwrap();
    assert!(waiter.is_err());
    assert_eq!(count(&store).await, 1);
}
