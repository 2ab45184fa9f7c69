//! Accounts and groups.

use crate::kit::{TestKit, some_pairs};
use kith::domain::account::Account;
use kith::domain::actor::{Actor, ActorKind, Role};
use kith::domain::follow::{FollowState, MemberRole};
use kith::services::accounts::{self, AccountError, JoinMode, NewGroup, NewPerson};
use kith::store;

async fn create(
    kit: &TestKit,
    handle: &str,
    email: &str,
) -> Result<(Actor, Account), AccountError> {
    let person = NewPerson {
        handle: handle.to_owned(),
        email: email.to_owned(),
        password_hash: None,
        role: Role::Member,
        name: String::new(),
    };
    accounts::create_person(&kit.app.ctx, person, some_pairs()).await
}

both_backends! {
    async fn a_handle_and_an_address_are_given_once(kit: TestKit) {
        create(&kit, "Ada", "ada@people.test").await.unwrap();
        let taken = create(&kit, "ada", "other@people.test").await;
        assert!(matches!(taken, Err(AccountError::HandleTaken)));
        let taken = create(&kit, "grace", "ada@PEOPLE.test").await;
        assert!(matches!(taken, Err(AccountError::EmailTaken)));
        // The failed attempt did not use up the handle.
        create(&kit, "grace", "grace@people.test").await.unwrap();
        assert!(matches!(create(&kit, "kith.test", "x@people.test").await, Err(AccountError::Handle(_))));
    }

    async fn people_and_groups_share_one_name_space(kit: TestKit) {
        let ada = kit.person("ada").await;
        let group = NewGroup {
            handle: "ADA".to_owned(),
            name: "Ada's".to_owned(),
            organizer: ada.id,
            join: JoinMode::Open,
        };
        let taken = accounts::create_group(&kit.app.ctx, group, some_pairs()).await;
        assert!(matches!(taken, Err(AccountError::HandleTaken)));
    }

    async fn a_new_person_has_all_addresses_and_both_keys(kit: TestKit) {
        let ada = kit.person("ada").await;
        assert_eq!(ada.uri, "https://kith.test/people/ada");
        assert_eq!(ada.inbox, "https://kith.test/people/ada/inbox");
        assert_eq!(ada.shared_inbox.as_deref(), Some("https://kith.test/inbox"));
        assert_eq!(ada.featured.as_deref(), Some("https://kith.test/people/ada/collections/featured"));
        let mut reader = kit.app.ctx.store.reader().await.unwrap();
        let keys = store::actor_keys::list_public(&mut reader, ada.id).await.unwrap();
        let uris: Vec<_> = keys.iter().map(|key| key.uri.as_str()).collect();
        assert_eq!(uris, ["https://kith.test/people/ada#main-key", "https://kith.test/people/ada#ed25519-key"]);
        assert!(kit.app.federation.keyring.signer(ada.id).await.is_ok());
    }

    async fn the_founder_of_a_group_organizes_it(kit: TestKit) {
        let ada = kit.person("ada").await;
        let club = kit.group("club", &ada).await;
        assert_eq!((club.kind, club.uri.as_str()), (ActorKind::Group, "https://kith.test/groups/club"));
        let mut reader = kit.app.ctx.store.reader().await.unwrap();
        let membership = store::follows::find(&mut reader, ada.id, club.id).await.unwrap().unwrap();
        assert_eq!((membership.state, membership.role), (FollowState::Accepted, MemberRole::Organizer));
    }

    async fn suspension_and_a_new_password_end_all_logins(kit: TestKit) {
        let (ada, account) = create(&kit, "ada", "ada@people.test").await.unwrap();
        let ctx = &kit.app.ctx;
        let scopes = "read write".parse().unwrap();
        let token = accounts::create_token(ctx, account.id, &scopes).await.unwrap();
        let (found, held) = accounts::authenticate(ctx, token.expose()).await.unwrap().unwrap();
        assert_eq!((found.actor, held.scopes.as_str()), (ada.id, "read write"));
        assert!(accounts::authenticate(ctx, "kith_nonsense").await.unwrap().is_none());

        accounts::set_password(ctx, ada.id, "$argon2id$new".to_owned()).await.unwrap();
        assert!(accounts::authenticate(ctx, token.expose()).await.unwrap().is_none());

        let token = accounts::create_token(ctx, account.id, &scopes).await.unwrap();
        accounts::suspend(ctx, ada.id).await.unwrap();
        assert!(accounts::authenticate(ctx, token.expose()).await.unwrap().is_none());
        accounts::unsuspend(ctx, ada.id).await.unwrap();
        assert!(accounts::authenticate(ctx, token.expose()).await.unwrap().is_none());
    }

    async fn a_second_start_finds_the_instance_as_it_was(kit: TestKit) {
        let config = kit.app.config.clone();
        let again = kith::app::App::with_store(config, kit.app.ctx.store.clone(), kith::app::Surroundings::default());
        let again = again.await.unwrap();
        assert_eq!(again.ctx.instance, kit.app.ctx.instance);
        assert_ne!(again.process, kit.app.process);
    }
}
