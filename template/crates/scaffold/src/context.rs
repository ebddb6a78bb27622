//! The variables of the templates: `templates/README.md` describes them.

use minijinja::{Value, context};

use crate::{
    names::{Names, Word},
    resource::{Field, Kind, Presence, Resource, Target, Writer},
};

/// The variables of a resource's templates.
pub fn context(resource: &Resource) -> Value {
    let (names, fields) = (&resource.names, &resource.fields);
    let targets = || fields.iter().filter_map(Field::target);
    let mut types: Vec<_> = fields.iter().map(|it| value_type(it, names)).collect();
    types.retain(|name| !["bool", "i32", "UtcDateTime"].contains(&name.as_str()));
    types.push(names.id_type());
    types.sort();
    types.dedup();
    let each = |is_in: fn(&Field) -> bool| -> Vec<_> {
        let fields = fields.iter().filter(|it| is_in(it));
        fields.map(|it| field(it, names)).collect()
    };
    context! {
        name => names.singular(),
        names => names.plural(),
        Name => names.type_name(),
        Names => names.plural_type_name(),
        migration => resource.migration.as_str(),
        path => names.segment(),
        singular => names.words(),
        plural => names.plural_words(),
        a_singular => names.with_article(),
        a_name => names.with_article().replace(' ', "_"),
        owned => resource.writer == Writer::Owner,
        admin => resource.writer == Writer::Admin,
        organization => resource.writer == Writer::Organization,
        public => resource.public_read,
        kinds => fields.iter().map(|it| it.kind.name()).collect::<Vec<_>>(),
        fields => each(|_| true),
        sort_keys => each(Field::is_sortable),
        references => each(|it| it.target().is_some()),
        filters => fields.iter().flat_map(|it| filters(it, names)).collect::<Vec<_>>(),
        refers_to_owned => targets().any(|it| it.writer != Writer::Admin),
        refers_to_shared => targets().any(|it| it.writer == Writer::Admin),
        types,
    }
}

fn value_type(field: &Field, names: &Names) -> String {
    match &field.kind {
        Kind::Bool => "bool".to_owned(),
        Kind::Int(None) => "i32".to_owned(),
        Kind::Datetime => "UtcDateTime".to_owned(),
        Kind::References(target) => target.names.id_type(),
        _ => names.type_name() + &field.name.in_pascal_case(),
    }
}

fn field(field: &Field, names: &Names) -> Value {
    let (kind, value_type) = (&field.kind, value_type(field, names));
    let [required, defaulted, nullable] =
        [Presence::Required, Presence::Defaulted, Presence::Nullable]
            .map(|it| it == field.presence);
    let is_text = matches!(kind, Kind::String | Kind::Text);
    let (min, max) = match kind {
        Kind::Int(Some(range)) => (Some(*range.start()), Some(*range.end())),
        _ => (None, None),
    };
    let (precision, scale) = match kind {
        Kind::Decimal { precision, scale } => (Some(*precision), Some(*scale)),
        _ => (None, None),
    };
    let is_range = min.zip(max).is_some_and(|it| it != (i32::MIN, i32::MAX));
    let values: &[Word] = if let Kind::Enum(values) = kind {
        values
    } else {
        &[]
    };
    context! {
        name => field.name.as_str(),
        words => field.name.words(),
        Name => field.name.in_pascal_case(),
        summary => summary(field),
        kind => kind.name(),
        type => value_type.as_str(),
        column_type => if nullable { format!("Option<{value_type}>") } else { value_type.clone() },
        required => required,
        defaulted => defaulted,
        nullable => nullable,
        not_blank => required && is_text,
        is_copy => !is_text,
        is_limited => is_text || precision.is_some() || is_range,
        is_renamed => field.name.has_part_with_digit_first(),
        min => min,
        max => max,
        precision => precision,
        scale => scale,
        values => values.iter().map(variant).collect::<Vec<_>>(),
        target => field.target().map(target),
    }
}

fn summary(field: &Field) -> String {
    let words = field.name.words();
    match &field.kind {
        Kind::Bool => format!("Whether it is {words}."),
        Kind::References(target) => format!("The {} that it belongs to.", target.names.words()),
        _ => format!("{}{}.", words[..1].to_uppercase(), &words[1..]),
    }
}

fn variant(word: &Word) -> Value {
    context! {
        name => word.as_str(),
        words => word.words(),
        Name => word.in_pascal_case(),
        is_renamed => word.has_part_with_digit_first(),
    }
}

fn target(target: &Target) -> Value {
    context! {
        name => target.names.singular(),
        names => target.names.plural(),
        path => target.names.segment(),
        a_singular => target.names.with_article(),
        owned => target.writer == Writer::Owner,
        organization => target.writer == Writer::Organization,
        shared => target.writer == Writer::Admin,
    }
}

/// The parameters by which lists are filtered. Each compares with `eq`, `gte`, `lte` or `lt`.
fn filters(it: &Field, names: &Names) -> Vec<Value> {
    let (name, words) = (&it.name, it.name.words());
    let filter = |ending: &str, comparison: &str, summary: String| {
        context! {
            name => format!("{name}{ending}"),
            summary => format!("Only those {summary}."),
            field => field(it, names),
            comparison => comparison,
        }
    };
    match &it.kind {
        Kind::String | Kind::Text => Vec::new(),
        Kind::Bool => {
            let summary = format!("that are {words}, or only those that are not");
            vec![filter("", "eq", summary)]
        }
        Kind::Enum(_) => vec![filter("", "eq", format!("with this `{name}`"))],
        Kind::References(target) => {
            vec![filter(
                "",
                "eq",
                format!("of this {}", target.names.words()),
            )]
        }
        Kind::Int(_) | Kind::Decimal { .. } => vec![
            filter("_min", "gte", format!("whose `{name}` is at least this")),
            filter("_max", "lte", format!("whose `{name}` is at most this")),
        ],
        Kind::Datetime => vec![
            filter(
                "_before",
                "lt",
                format!("whose `{name}` is before this moment"),
            ),
            filter(
                "_after",
                "gte",
                format!("whose `{name}` is this moment or later"),
            ),
        ],
    }
}
