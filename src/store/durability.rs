//! Whether the database keeps its promises over a power cut (R1).

use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use super::Conn;
use super::backend::PerDb;
use super::error::Result;

#[derive(diesel::QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    value: String,
}

/// Settings of the database under which an acknowledged commit may be lost, each as `name = value`; none is well.
///
/// # Errors
/// When the database fails.
pub async fn weaknesses(c: &mut Conn) -> Result<Vec<String>> {
    let settings: Vec<Setting> = PerDb {
        sqlite: diesel::sql_query(
            "SELECT 'synchronous' AS name, CAST(synchronous AS TEXT) AS value FROM pragma_synchronous",
        ),
        pg: diesel::sql_query(
            "SELECT name, setting AS value FROM pg_settings \
             WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name",
        ),
    }
    .load(c)
    .await?;
    let is_weak = |setting: &Setting| match setting.name.as_str() {
        // 2 is FULL, 3 EXTRA.
        "synchronous" => !matches!(setting.value.as_str(), "2" | "3"),
        _ => setting.value == "off",
    };
    Ok(settings
        .into_iter()
        .filter(is_weak)
        .map(|setting| format!("{} = {}", setting.name, setting.value))
        .collect())
}
