-- Logins for a shared store, once `tlsrua ship --init` made it; run by the role
-- that may make roles:  psql -d tlsrua -f roles.sql
-- None of them has a password here: \password tlsrua sets one.

-- A poller.  It adds; it cannot change or delete what is there.
CREATE ROLE tlsrua LOGIN IN ROLE tlsrua_ship;

-- Somebody who reads all of it, such as Grafana.
CREATE ROLE tlsrua_grafana LOGIN IN ROLE tlsrua_read;
ALTER ROLE tlsrua_grafana SET default_transaction_read_only = on;
ALTER ROLE tlsrua_grafana SET statement_timeout = '60s';
ALTER ROLE tlsrua_grafana SET search_path = tlsrua;
ALTER ROLE tlsrua_grafana SET jit = off; -- partitions are compiled for longer than they are read

-- Somebody who drops reports, decides between copies and mutes problems.
CREATE ROLE tlsrua_postmaster LOGIN IN ROLE tlsrua_read, tlsrua_operate;

-- A customer, who sees these domains and no other.
CREATE ROLE tlsrua_customer LOGIN IN ROLE tlsrua_tenant;
ALTER ROLE tlsrua_customer SET search_path = tlsrua;
ALTER ROLE tlsrua_customer SET jit = off;
INSERT INTO tlsrua.readers (role, domain) VALUES
    ('tlsrua_customer', 'example.com'), ('tlsrua_customer', 'example.org');
