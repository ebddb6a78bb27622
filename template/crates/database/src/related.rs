//! Lists whose rows come with related rows of another table, in one statement that joins them to
//! the page.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic,
    Iterable, JoinType, Order, QueryResult, QueryTrait, Related, Select,
    sea_query::{Asterisk, Query, SelectStatement},
};
use serde::Serialize;

use crate::{
    Error, ListRequest, Page,
    keyset::{Keyset, TOTAL},
    rows::{ReadAccess, Table, visible_rows},
};

/// The alias of the page in the statement; no table has this name.
const PAGE: &str = "#page";
/// The prefix of the related rows' columns; no column of the page begins with it.
const PREFIX: &str = "#";

/// Which related rows a list shows, and in which order.
///
/// ```ignore
/// let labels = RelatedRows::new(owner, label::Column::Name);
/// let page = keyset.page_with(notes, labels, &list, request, db).await?;
/// ```
pub struct RelatedRows<R: EntityTrait> {
    visible: Condition,
    order: R::Column,
}

impl<R: Table> RelatedRows<R> {
    /// The live rows that the reader may see, in the order of a column.
    pub fn new(reader: impl ReadAccess<R>, order: R::Column) -> Self {
        Self {
            visible: visible_rows(reader, false),
            order,
        }
    }
}

/// A row with its related rows.
type WithRelated<E, R> = (<E as EntityTrait>::Model, Vec<<R as EntityTrait>::Model>);

impl<E: Table> Keyset<E> {
    /// Like [`Keyset::page`], with the `related` rows of each row.
    ///
    /// # Errors
    /// [`Error::InvalidCursor`].
    pub async fn page_with<R: Table>(
        &self,
        rows: Select<E>,
        related: RelatedRows<R>,
        list: &impl Serialize,
        request: &ListRequest,
        db: &impl ConnectionTrait,
    ) -> Result<Page<WithRelated<E, R>>, Error>
    where
        E: Related<R>,
    {
        let (plan, rows) = self.plan(rows, list, request)?;
        let found = db.query_all(&self.joined(rows, related)).await?;
        let total = found
            .first()
            .filter(|_| plan.is_counted())
            .map(|row| row.try_get("", TOTAL))
            .transpose()?;
        let items = group::<E, R>(&found)?;
        self.page_of(plan, items, |(row, _)| row, total, list, db)
            .await
    }

    fn joined<R: Table>(&self, rows: Select<E>, related: RelatedRows<R>) -> SelectStatement
    where
        E: Related<R>,
    {
        let mut query = Query::select();
        query
            .column((PAGE, Asterisk))
            .from_subquery(rows.into_query(), PAGE);
        for column in R::Column::iter() {
            let alias = format!("{PREFIX}{}", column.as_str());
            query.expr_as(column.select_as(column.into_expr()), alias);
        }
        let mut hops = E::via().into_iter().chain([E::to()]);
        let first = hops.next().map(|hop| hop.from_alias(PAGE));
        let mut hops = first.into_iter().chain(hops).peekable();
        while let Some(hop) = hops.next() {
            let table = hop.to_tbl.clone();
            let is_last = hops.peek().is_none();
            let visible = is_last.then(|| related.visible.clone());
            let condition = Condition::from(hop).add_option(visible);
            query.join(JoinType::LeftJoin, table, condition);
        }
        self.sort(&mut query, PAGE);
        query.order_by((R::default(), related.order), Order::Asc);
        query
    }
}

/// Groups joined rows by the row that they repeat; a row without related rows appears once.
fn group<E: Table, R: Table>(found: &[QueryResult]) -> Result<Vec<WithRelated<E, R>>, DbErr> {
    let mut items = Vec::<WithRelated<E, R>>::new();
    let mut last = None;
    for row in found {
        let id = row.try_get::<E::Id>("", E::ID.as_str())?;
        if last != Some(id) {
            items.push((E::Model::from_query_result(row, "")?, Vec::new()));
            last = Some(id);
        }
        let is_related = row.try_get::<Option<R::Id>>(PREFIX, R::ID.as_str())?;
        if let (Some(_), Some((_, related))) = (is_related, items.last_mut()) {
            related.push(R::Model::from_query_result(row, PREFIX)?);
        }
    }
    Ok(items)
}
