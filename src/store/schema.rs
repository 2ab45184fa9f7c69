//! The tables, as diesel sees them. A test compares this file with the migrations of both databases.

diesel::table! {
    processes (node) {
        node -> BigInt,
        started_at -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    signals (id) {
        id -> BigInt,
        topic -> Text,
        subject -> Text,
    }
}

diesel::table! {
    actors (id) {
        id -> BigInt,
        uri -> Text,
        kind -> Text,
        local -> Bool,
        handle -> Text,
        host -> Text,
        handle_confirmed -> Bool,
        name -> Text,
        summary -> Text,
        summary_source -> Nullable<Text>,
        url -> Nullable<Text>,
        inbox -> Text,
        shared_inbox -> Nullable<Text>,
        outbox -> Nullable<Text>,
        followers -> Nullable<Text>,
        following -> Nullable<Text>,
        featured -> Nullable<Text>,
        icon -> Nullable<Text>,
        image -> Nullable<Text>,
        manually_approves -> Bool,
        discoverable -> Bool,
        indexable -> Bool,
        accepts_joins -> Bool,
        out_seq -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        fetched_at -> BigInt,
        suspended_at -> Nullable<BigInt>,
        gone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    handles (handle) {
        handle -> Text,
        actor_id -> BigInt,
    }
}

diesel::table! {
    actor_keys (id) {
        id -> BigInt,
        actor_id -> BigInt,
        uri -> Text,
        algorithm -> Text,
        public -> Binary,
        private -> Nullable<Binary>,
    }
}

diesel::table! {
    profile_fields (actor_id, position) {
        actor_id -> BigInt,
        position -> BigInt,
        kind -> Text,
        name -> Text,
        value -> Text,
        audience -> Text,
    }
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        actor_id -> BigInt,
        email -> Text,
        password -> Nullable<Text>,
        role -> Text,
        created_at -> BigInt,
        suspended_at -> Nullable<BigInt>,
        seen_on -> Nullable<BigInt>,
    }
}

diesel::table! {
    tokens (id) {
        id -> BigInt,
        account_id -> BigInt,
        hash -> Binary,
        scopes -> Text,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        client_app_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    follows (id) {
        id -> BigInt,
        follower_id -> BigInt,
        target_id -> BigInt,
        uri -> Text,
        asked_by -> Text,
        state -> Text,
        role -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        uri -> Text,
        url -> Nullable<Text>,
        local -> Bool,
        kind -> Text,
        actor_id -> BigInt,
        boost_of_id -> Nullable<BigInt>,
        in_reply_to_id -> Nullable<BigInt>,
        in_reply_to_uri -> Nullable<Text>,
        thread_id -> BigInt,
        event_id -> Nullable<BigInt>,
        group_id -> Nullable<BigInt>,
        title -> Text,
        content -> Text,
        source -> Nullable<Text>,
        warning -> Text,
        sensitive -> Bool,
        language -> Nullable<Text>,
        audience -> Text,
        attachments -> Nullable<Text>,
        policy -> Nullable<Text>,
        likes_count -> BigInt,
        boosts_count -> BigInt,
        replies_count -> BigInt,
        quotes_count -> BigInt,
        published_at -> BigInt,
        edited_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    quotes (id) {
        id -> BigInt,
        post_uri -> Text,
        post_id -> Nullable<BigInt>,
        actor_id -> BigInt,
        quoted_uri -> Text,
        quoted_id -> Nullable<BigInt>,
        state -> Text,
        authorization_uri -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    post_recipients (post_id, actor_id) {
        post_id -> BigInt,
        actor_id -> BigInt,
        mentioned -> Bool,
    }
}

diesel::table! {
    post_tags (post_id, name) {
        post_id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    likes (id) {
        id -> BigInt,
        uri -> Text,
        actor_id -> BigInt,
        post_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    pins (actor_id, post_id) {
        actor_id -> BigInt,
        post_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        uri -> Text,
        url -> Nullable<Text>,
        local -> Bool,
        host_id -> BigInt,
        organizer_id -> Nullable<BigInt>,
        title -> Text,
        summary -> Text,
        content -> Text,
        source -> Nullable<Text>,
        language -> Nullable<Text>,
        starts_at -> BigInt,
        ends_at -> Nullable<BigInt>,
        timezone -> Text,
        place -> Nullable<Text>,
        online_url -> Nullable<Text>,
        capacity -> Nullable<BigInt>,
        seats_taken -> BigInt,
        going_count -> BigInt,
        join_mode -> Text,
        visibility -> Text,
        status -> Text,
        published_at -> BigInt,
        edited_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invitations (id) {
        id -> BigInt,
        uri -> Text,
        event_id -> BigInt,
        inviter_id -> BigInt,
        invitee_id -> BigInt,
        state -> Text,
        message -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    participations (id) {
        id -> BigInt,
        event_id -> BigInt,
        actor_id -> BigInt,
        standing -> Text,
        guests -> BigInt,
        uri -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    notifications (id) {
        id -> BigInt,
        actor_id -> BigInt,
        kind -> Text,
        from_id -> BigInt,
        post_id -> Nullable<BigInt>,
        event_id -> Nullable<BigInt>,
        created_at -> BigInt,
        filtered -> Bool,
    }
}

diesel::table! {
    tombstones (uri) {
        uri -> Text,
        former_type -> Text,
        public -> Bool,
        deleted_at -> BigInt,
        open -> Bool,
    }
}

diesel::table! {
    activities (id) {
        id -> BigInt,
        uri -> Text,
        actor_id -> BigInt,
        kind -> Text,
        object_uri -> Text,
        listed -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    activity_bodies (activity_id, variant) {
        activity_id -> BigInt,
        variant -> Text,
        body -> Text,
    }
}

diesel::table! {
    activity_subjects (activity_id, actor_id) {
        activity_id -> BigInt,
        actor_id -> BigInt,
    }
}

diesel::table! {
    lanes (id) {
        id -> BigInt,
        actor_id -> BigInt,
        inbox -> Text,
        host -> Text,
        wake_at -> BigInt,
        leased_until -> BigInt,
        holder -> BigInt,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        lane_id -> BigInt,
        seq -> BigInt,
        activity_id -> BigInt,
        variant -> Text,
        attempts -> BigInt,
        blocking -> Bool,
        due_at -> BigInt,
        created_at -> BigInt,
        parked_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    hosts (host) {
        host -> Text,
        generation -> Nullable<Text>,
        generation_tried_at -> BigInt,
        software -> Nullable<Text>,
        software_version -> Nullable<Text>,
        software_at -> BigInt,
        failures -> BigInt,
        failing_since -> Nullable<BigInt>,
        paused_until -> BigInt,
        dead_at -> Nullable<BigInt>,
        seen_at -> BigInt,
    }
}

diesel::table! {
    receipts (object_uri, inbox) {
        object_uri -> Text,
        inbox -> Text,
        host -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    inbox_items (id) {
        id -> BigInt,
        actor_uri -> Text,
        key -> Text,
        host -> Text,
        received_at -> BigInt,
        attempts -> BigInt,
        due_at -> BigInt,
        leased_until -> BigInt,
        holder -> BigInt,
        done_at -> Nullable<BigInt>,
        parked_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    inbox_bodies (item_id) {
        item_id -> BigInt,
        body -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
        leased_until -> BigInt,
        created_at -> BigInt,
        parked_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    domain_rules (domain) {
        domain -> Text,
        action -> Text,
        public_comment -> Text,
        private_comment -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    blocks (id) {
        id -> BigInt,
        actor_id -> BigInt,
        target_id -> BigInt,
        uri -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    mutes (id) {
        id -> BigInt,
        actor_id -> BigInt,
        target_id -> BigInt,
        notifications -> Bool,
        ends_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    domain_blocks (id) {
        id -> BigInt,
        actor_id -> BigInt,
        domain -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    account_notes (actor_id, target_id) {
        actor_id -> BigInt,
        target_id -> BigInt,
        note -> Text,
    }
}

diesel::table! {
    follow_options (actor_id, target_id) {
        actor_id -> BigInt,
        target_id -> BigInt,
        reblogs -> Bool,
        notify -> Bool,
        languages -> Nullable<Text>,
    }
}

diesel::table! {
    endorsements (id) {
        id -> BigInt,
        actor_id -> BigInt,
        target_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        uri -> Text,
        local -> Bool,
        reporter_id -> BigInt,
        target_id -> BigInt,
        category -> Text,
        comment -> Text,
        posts -> Text,
        rules -> Text,
        forwarded -> Bool,
        created_at -> BigInt,
        resolved_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    bookmarks (id) {
        id -> BigInt,
        actor_id -> BigInt,
        post_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    thread_mutes (actor_id, thread_id) {
        actor_id -> BigInt,
        thread_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    post_versions (id) {
        id -> BigInt,
        post_id -> BigInt,
        content -> Text,
        warning -> Text,
        sensitive -> Bool,
        attachments -> Nullable<Text>,
        written_at -> BigInt,
        poll_options -> Nullable<Text>,
    }
}

diesel::table! {
    followed_tags (id) {
        id -> BigInt,
        actor_id -> BigInt,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    featured_tags (id) {
        id -> BigInt,
        actor_id -> BigInt,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    lists (id) {
        id -> BigInt,
        actor_id -> BigInt,
        title -> Text,
        replies_policy -> Text,
        exclusive -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    list_members (list_id, target_id) {
        list_id -> BigInt,
        target_id -> BigInt,
        id -> BigInt,
    }
}

diesel::table! {
    filters (id) {
        id -> BigInt,
        actor_id -> BigInt,
        title -> Text,
        contexts -> Text,
        action -> Text,
        ends_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    filter_keywords (id) {
        id -> BigInt,
        filter_id -> BigInt,
        keyword -> Text,
        whole_word -> Bool,
    }
}

diesel::table! {
    filter_posts (id) {
        id -> BigInt,
        filter_id -> BigInt,
        post_id -> BigInt,
    }
}

diesel::table! {
    markers (actor_id, timeline) {
        actor_id -> BigInt,
        timeline -> Text,
        last_read -> BigInt,
        version -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    preferences (actor_id) {
        actor_id -> BigInt,
        visibility -> Text,
        sensitive -> Bool,
        language -> Nullable<Text>,
        quote_policy -> Nullable<Text>,
    }
}

diesel::table! {
    conversations (id) {
        id -> BigInt,
        actor_id -> BigInt,
        thread_id -> BigInt,
        last_post_id -> BigInt,
        unread -> Bool,
    }
}

diesel::table! {
    notification_policies (actor_id) {
        actor_id -> BigInt,
        not_following -> Text,
        not_followers -> Text,
        new_accounts -> Text,
        private_mentions -> Text,
        limited_accounts -> Text,
    }
}

diesel::table! {
    notification_requests (id) {
        id -> BigInt,
        actor_id -> BigInt,
        from_id -> BigInt,
        last_post_id -> Nullable<BigInt>,
        state -> Text,
        count -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    scheduled_posts (id) {
        id -> BigInt,
        actor_id -> BigInt,
        due_at -> BigInt,
        params -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    media (id) {
        id -> BigInt,
        owner_id -> BigInt,
        role -> Text,
        post_id -> Nullable<BigInt>,
        scheduled_id -> Nullable<BigInt>,
        file -> Text,
        width -> BigInt,
        height -> BigInt,
        bytes -> BigInt,
        preview_file -> Nullable<Text>,
        preview_width -> BigInt,
        preview_height -> BigInt,
        preview_bytes -> BigInt,
        blurhash -> Text,
        alt -> Text,
        focus_x -> Double,
        focus_y -> Double,
        given_up -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    client_apps (id) {
        id -> BigInt,
        client_id -> Text,
        secret_hash -> Binary,
        name -> Text,
        website -> Nullable<Text>,
        redirect_uris -> Text,
        scopes -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    authorization_codes (id) {
        id -> BigInt,
        hash -> Binary,
        client_app_id -> BigInt,
        account_id -> BigInt,
        redirect_uri -> Text,
        scopes -> Text,
        challenge -> Nullable<Text>,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
        token_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    client_app_tokens (id) {
        id -> BigInt,
        client_app_id -> BigInt,
        hash -> Binary,
        scopes -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        account_id -> BigInt,
        hash -> Binary,
        agent -> Text,
        address -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    throttles (key) {
        key -> Text,
        since -> BigInt,
        count -> BigInt,
    }
}

diesel::table! {
    account_secrets (account_id, purpose) {
        account_id -> BigInt,
        purpose -> Text,
        hash -> Binary,
        detail -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sign_up_links (id) {
        id -> BigInt,
        hash -> Binary,
        account_id -> Nullable<BigInt>,
        uses_left -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sign_up_tokens (id) {
        id -> BigInt,
        sign_up_id -> BigInt,
        client_app_id -> BigInt,
        hash -> Binary,
        scopes -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    sign_ups (id) {
        id -> BigInt,
        handle -> Text,
        email -> Text,
        password -> Text,
        reason -> Text,
        link_id -> Nullable<BigInt>,
        hash -> Binary,
        confirmed_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    second_factors (account_id) {
        account_id -> BigInt,
        secret -> Binary,
        confirmed_at -> Nullable<BigInt>,
        last_step -> BigInt,
    }
}

diesel::table! {
    recovery_codes (id) {
        id -> BigInt,
        account_id -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    polls (post_id) {
        post_id -> BigInt,
        multiple -> Bool,
        closes_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        voters_count -> Nullable<BigInt>,
        hide_totals -> Bool,
        told -> Bool,
        fetched_at -> BigInt,
    }
}

diesel::table! {
    poll_options (post_id, position) {
        post_id -> BigInt,
        position -> BigInt,
        title -> Text,
        votes -> BigInt,
    }
}

diesel::table! {
    poll_votes (post_id, actor_id, position) {
        post_id -> BigInt,
        position -> BigInt,
        actor_id -> BigInt,
        uri -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    push_subscriptions (id) {
        id -> BigInt,
        token_id -> BigInt,
        account_id -> BigInt,
        actor_id -> BigInt,
        endpoint -> Text,
        p256dh -> Binary,
        auth -> Binary,
        standard -> Bool,
        alerts -> Text,
        policy -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    instance_keys (purpose) {
        purpose -> Text,
        public -> Binary,
        private -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    passkeys (id) {
        id -> BigInt,
        account_id -> BigInt,
        name -> Text,
        credential_id -> Binary,
        user_handle -> Binary,
        credential -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkey_ceremonies (id) {
        id -> BigInt,
        hash -> Binary,
        account_id -> Nullable<BigInt>,
        state -> Text,
        expires_at -> BigInt,
    }
}

diesel::joinable!(accounts -> actors (actor_id));
diesel::joinable!(handles -> actors (actor_id));
diesel::joinable!(pins -> posts (post_id));
diesel::joinable!(tokens -> accounts (account_id));
diesel::joinable!(account_secrets -> accounts (account_id));
diesel::joinable!(passkeys -> accounts (account_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(authorization_codes -> client_apps (client_app_id));
diesel::joinable!(client_app_tokens -> client_apps (client_app_id));
diesel::joinable!(push_subscriptions -> tokens (token_id));

/// Names which tables stand in one query. Only the pairs that some query needs: with all pairs of all tables, checking
/// the implementations against each other takes the compiler minutes.
macro_rules! together {
    ($($left:ident: $($right:ident),+;)+) => {
        $($(diesel::allow_tables_to_appear_in_same_query!($left, $right);)+)+
    };
}

together! {
    accounts: account_secrets, passkeys, sessions, tokens;
    activities: activity_bodies, deliveries, lanes;
    actors: accounts, follow_options, follows, handles, invitations, participations, poll_votes, posts;
    client_apps: authorization_codes, client_app_tokens, tokens;
    filters: filter_keywords, filter_posts;
    followed_tags: post_tags;
    follows: list_members, lists;
    inbox_items: inbox_bodies;
    lanes: deliveries, hosts;
    list_members: lists;
    posts: followed_tags, follows, list_members, lists, pins, poll_votes, post_recipients, post_tags, quotes;
    push_subscriptions: tokens;
    sign_up_tokens: sign_ups;
    tombstones: activities, deliveries;
}
