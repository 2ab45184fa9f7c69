DROP TABLE instance_keys;
DROP TABLE push_subscriptions;
