DROP INDEX tokens_by_app;
ALTER TABLE tokens DROP COLUMN client_app_id;
DROP TABLE client_app_tokens;
DROP TABLE authorization_codes;
DROP TABLE client_apps;
