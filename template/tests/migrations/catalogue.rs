//! The schema as text, one line per fact, read from the database's catalogue.

use crate::test_database::TestDatabase;

pub const NONE: [String; 0] = [];

pub fn belongs_to(line: &str, table: &str) -> bool {
    line.strip_prefix(table)
        .is_some_and(|rest| rest.starts_with(['.', ' ']))
}

pub fn differences(actual: &[String], expected: &[String]) -> Vec<String> {
    let surplus = actual.iter().filter(|line| !expected.contains(line));
    let missing = expected.iter().filter(|line| !actual.contains(line));
    surplus
        .map(|line| format!("surplus: {line}"))
        .chain(missing.map(|line| format!("missing: {line}")))
        .collect()
}

/// Columns, unique constraints, foreign keys and indexes, a line for each.
pub async fn catalogue(database: &TestDatabase) -> Vec<String> {
    let queries = if database.is_sqlite() {
        SQLITE
    } else {
        POSTGRES
    };
    let mut lines = Vec::new();
    for query in queries {
        lines.extend(database.list(query).await);
    }
    lines
}

const POSTGRES: [&str; 3] = [
    "SELECT relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
         || CASE WHEN attnotnull THEN ' not null' ELSE '' END
         || CASE WHEN adbin IS NULL THEN '' WHEN attgenerated = '' THEN ' default '
                 ELSE ' always ' END
         || coalesce(pg_get_expr(adbin, adrelid), '')
         || CASE WHEN attnum = ANY (indkey) THEN ' primary key' ELSE '' END
     FROM pg_attribute
         JOIN pg_class ON pg_class.oid = attrelid
         JOIN pg_index ON indrelid = attrelid AND indisprimary
         LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
         AND relname <> 'api_migrations'
     ORDER BY relname, attnum",
    "SELECT source.relname || ' (' || a.attname || ') references ' || target.relname
         || ' (' || b.attname || ')' 
         || CASE confdeltype WHEN 'c' THEN ' on delete cascade' ELSE '' END
         -- Only Better Auth's names are fixed from outside.
         || CASE WHEN conname ~ '_userId_' THEN ' as ' || conname ELSE '' END
     FROM pg_constraint
         JOIN pg_class source ON source.oid = conrelid
         JOIN pg_class target ON target.oid = confrelid
         JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
         JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = confkey[1]
     WHERE contype = 'f' ORDER BY 1",
    "SELECT source.relname || ' ('
         || (SELECT string_agg(coalesce(attname, pg_get_expr(indexprs, indrelid)), ',' ORDER BY place)
             FROM unnest(indkey) WITH ORDINALITY AS keys (key, place)
                 LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = key)
         || ')' || CASE WHEN indisunique THEN ' unique' ELSE '' END || ' index ' || index.relname
         || coalesce(' where ' || trim(pg_get_expr(indpred, indrelid), '()'), '')
         || CASE WHEN conname IS NOT NULL THEN ' of a constraint' ELSE '' END
     FROM pg_index
         JOIN pg_class source ON source.oid = indrelid
         JOIN pg_class index ON index.oid = indexrelid
         LEFT JOIN pg_constraint ON conindid = indexrelid AND contype = 'u'
     WHERE source.relnamespace = 'public'::regnamespace AND NOT indisprimary ORDER BY 1",
];

const SQLITE: [&str; 3] = [
    "SELECT tables.name || '.' || columns.name || ' ' || lower(columns.type)
         || CASE WHEN \"notnull\" THEN ' not null' ELSE '' END
         || CASE WHEN hidden = 3 THEN ' always ...'
                 WHEN length(dflt_value) > 20 THEN ' default ...'
                 ELSE coalesce(' default ' || dflt_value, '') END
         || CASE WHEN pk THEN ' primary key' ELSE '' END
     FROM sqlite_master AS tables JOIN pragma_table_xinfo(tables.name) AS columns
     WHERE tables.type = 'table' AND tables.name <> 'api_migrations'
         AND tables.name NOT GLOB '*_search*'
     ORDER BY tables.name, columns.cid",
    "SELECT tables.name || ' (' || \"from\" || ') references ' || \"table\"
         || ' (' || \"to\" || ') on delete ' || lower(on_delete)
     FROM sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name) AS keys
     WHERE tables.type = 'table' ORDER BY 1",
    "SELECT tables.name || ' ('
         || (SELECT group_concat(name) FROM pragma_index_info(indexes.name))
         || ')' || CASE WHEN \"unique\" THEN ' unique' ELSE '' END
         || CASE WHEN origin = 'c' THEN ' index ' || indexes.name ELSE ' constraint' END
         || coalesce((SELECT ' where ' || substr(sql, instr(sql, 'WHERE ') + 6)
                      FROM sqlite_master WHERE name = indexes.name AND partial), '')
     FROM sqlite_master AS tables JOIN pragma_index_list(tables.name) AS indexes
     WHERE tables.type = 'table' AND tables.name <> 'api_migrations' AND origin <> 'pk'
         AND tables.name NOT GLOB '*_search*'
     ORDER BY 1",
];
