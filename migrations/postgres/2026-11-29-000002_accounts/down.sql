DROP TABLE recovery_codes;
DROP TABLE second_factors;
DROP TABLE sign_ups;
DROP TABLE sign_up_links;
DROP TABLE account_secrets;
DROP TABLE throttles;
DROP TABLE sessions;
DROP INDEX accounts_by_email;
