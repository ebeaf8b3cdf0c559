#!/bin/sh
# Run once by the PostgreSQL image when its volume is empty: the warehouse and Airflow's metadata, each a database of
# its own login. Passwords come from the mounted secrets.
set -eu

secrets=${MOUNTED_SECRETS:-/run/secrets}

make_database() {
    # psql quotes the values (:'…', :"…"); the password comes by the environment, so that no list of processes shows it.
    PASSWORD=$(cat "$secrets/$2") psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
        --dbname postgres --set login="$1" --set rights="$3" <<'SQL'
\getenv password PASSWORD
create role :"login" login :rights password :'password';
create database :"login" owner :"login";
SQL
}

# The warehouse's migrations make the group roles loader, transformer, reviewer and bi_reader.
make_database khuyencong warehouse_password createrole
make_database airflow airflow_database_password nocreaterole
