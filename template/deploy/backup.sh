#!/usr/bin/env bash
# Backs up the database that DATABASE_URL names, and restores it. Needs sqlite3, or PostgreSQL's programs in the version of
# the server or a newer one.
#
#   bash deploy/backup.sh create
# copies it into the folder BACKUP_DIR while the API runs, prints the name of the copy, and deletes copies that are older
# than KEEP_DAYS (14) days.
#
#   bash deploy/backup.sh restore FILE
# restores a copy into a new database: an SQLite file that does not exist yet, or an empty database that `createdb` made.
# Nothing is overwritten. Start the API and Better Auth with the new DATABASE_URL; remove the old database when all is well.
set -euo pipefail
umask 077
unfinished=
trap 'rm -rf "$unfinished"' EXIT

fail() {
    echo "backup.sh: $1" >&2
    exit 1
}

# What SQLite knows the database by.
sqlite_file() {
    local file=${DATABASE_URL#sqlite:}
    file=${file#//}
    echo "${file%%\?*}"
}

# Runs a program of PostgreSQL. The password goes into the environment: every user of a machine can read the arguments of
# a process. `schema` is a parameter of the API alone.
on_postgres() {
    local url=$DATABASE_URL login=${DATABASE_URL#*://} password=
    login=${login%%[/?]*}
    if [[ $login == *:*@* ]]; then
        password=${login#*:}
        password=${password%@*}
        url=${url/":$password@"/@}
        password=${password//\\/\\\\}
        password=$(printf '%b' "${password//%/\\x}")
    fi
    url=$(sed -E 's/([?&])schema=[^&]*&?/\1/; s/[?&]$//' <<<"$url")
    PGPASSWORD=${password:-${PGPASSWORD:-}} "$1" --dbname="$url" "${@:2}"
}

copy_sqlite() {
    local file
    file=$(sqlite_file)
    [ -f "$file" ] || fail "there is no file $file"
    sqlite3 -bail -cmd '.timeout 30000' "$file" "VACUUM INTO '${1//\'/\'\'}'"
    # Search indexes refer to rows by their rowid, which VACUUM may change.
    sqlite3 -bail "$1" "SELECT printf('INSERT INTO \"%w\" (\"%w\") VALUES (''rebuild'');', name, name)
        FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'" | sqlite3 -bail "$1"
    check_sqlite "$1"
}

move_to_free_place() {
    mv --no-clobber "$1" "$2"
    [ ! -e "$1" ] || fail "$2 exists"
}

check_sqlite() {
    [ "$(sqlite3 -bail "$1" 'PRAGMA integrity_check')" = ok ] || fail "$1 is damaged"
}

copy_postgres() {
    on_postgres pg_dump --format=custom --no-owner --no-privileges --file="$1"
    pg_restore --list "$1" >/dev/null
}

restore_sqlite() {
    local file existing
    file=$(sqlite_file)
    for existing in "$file" "$file-wal" "$file-shm" "$file-journal" "$file.restoring"; do
        [ ! -e "$existing" ] || fail "$existing exists: name a new file in DATABASE_URL"
    done
    unfinished=$file.restoring
    cp "$1" "$unfinished"
    check_sqlite "$unfinished"
    # As root: for whoever the folder belongs to.
    [ "$(id -u)" -ne 0 ] || chown --reference="$(dirname "$file")" "$unfinished"
    move_to_free_place "$unfinished" "$file"
}

restore_postgres() {
    local tables
    tables=$(on_postgres psql --no-psqlrc --quiet --tuples-only --no-align --command="
        SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'")
    [ "$tables" = 0 ] || fail "the database has tables: name an empty one in DATABASE_URL"
    on_postgres pg_restore --no-owner --no-privileges --single-transaction --exit-on-error "$1"
}

create() {
    local copy
    [[ ${KEEP_DAYS:=14} =~ ^[0-9]+$ ]] || fail "KEEP_DAYS must be a number of days"
    mkdir -p "${BACKUP_DIR:?names the folder for copies}"
    unfinished=$(mktemp --directory --tmpdir="$BACKUP_DIR" .unfinished-XXXXXX)
    "copy_$engine" "$unfinished/copy"
    copy=$BACKUP_DIR/$(date --utc +%Y-%m-%dT%H%M%SZ).$extension
    move_to_free_place "$unfinished/copy" "$copy"
    find "$BACKUP_DIR" -maxdepth 1 -type f -name "????-??-??T??????Z.$extension" -mtime "+$KEEP_DAYS" -delete
    echo "$copy"
}

case ${DATABASE_URL:?names the database} in
sqlite:*) engine=sqlite extension=db ;;
postgres:* | postgresql:*) engine=postgres extension=dump ;;
*) fail "DATABASE_URL must begin with sqlite:, postgres: or postgresql:" ;;
esac
case $#:${1:-} in
1:create) create ;;
2:restore) "restore_$engine" "$2" ;;
*) fail "usage: backup.sh create, or backup.sh restore FILE" ;;
esac
