use serde::Serialize;
use utoipa::ToSchema;

/// The requested page of a list; the first is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    number: u32,
    size: u32,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            number: 1,
            size: Self::DEFAULT_SIZE,
        }
    }
}

impl PageRequest {
    /// The default number of rows on a page.
    pub const DEFAULT_SIZE: u32 = 20;
    /// The most rows a page may hold.
    pub const MAX_SIZE: u32 = 100;

    /// A page of `size` rows; `None` unless `number` is at least 1 and `size` 1 to [`Self::MAX_SIZE`].
    #[must_use]
    pub fn new(number: u32, size: u32) -> Option<Self> {
        (number >= 1 && (1..=Self::MAX_SIZE).contains(&size)).then_some(Self { number, size })
    }

    /// The same number of rows, but another page.
    #[must_use]
    pub fn numbered(self, number: u32) -> Self {
        Self { number, ..self }
    }

    /// This page's number, from 1.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// Rows before this page.
    #[must_use]
    pub fn offset(self) -> u64 {
        u64::from(self.number - 1) * u64::from(self.size)
    }

    /// The most rows on this page.
    #[must_use]
    pub fn limit(self) -> u64 {
        u64::from(self.size)
    }
}

/// The requested part of a list: a page by its number, or the rows after a cursor.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// The page; with a cursor, only its size is used.
    pub page: PageRequest,
    /// A `next_cursor`, as it came back from a client.
    pub cursor: Option<String>,
    /// Whether the rows of the whole list are counted, if there is no cursor: the time that it takes
    /// grows with the list.
    pub total: bool,
}

impl ListRequest {
    /// Whether the rows of the whole list are counted.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.total && self.cursor.is_none()
    }
}

impl Default for ListRequest {
    fn default() -> Self {
        PageRequest::default().into()
    }
}

impl From<PageRequest> for ListRequest {
    fn from(page: PageRequest) -> Self {
        Self {
            page,
            cursor: None,
            total: true,
        }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Rows on all pages together; null in a page by `cursor`, and with `total=false`.
    pub total: Option<u64>,
    /// This page's number, from 1; with cursors, counted from where the walk began.
    #[schema(format = "uint32")]
    pub page: u32,
    /// The most rows on a page.
    #[schema(minimum = 1, maximum = 100)]
    pub page_size: u32,
    /// How many pages there are; null where `total` is.
    pub total_pages: Option<u64>,
    /// Where the list goes on after this page, whatever is added meanwhile; null at its end, and in
    /// lists that take no `cursor`.
    pub next_cursor: Option<String>,
    /// Whether rows follow this page.
    #[serde(skip)]
    pub goes_on: bool,
}

impl<T> Page<T> {
    /// A page out of `total` rows. If `items` has one more row than the page holds, the list goes
    /// on.
    #[must_use]
    pub fn new(mut items: Vec<T>, total: Option<u64>, request: PageRequest) -> Self {
        let limit = usize::try_from(request.limit()).unwrap_or(usize::MAX);
        let goes_on = items.len() > limit;
        items.truncate(limit);
        Self {
            items,
            total,
            page: request.number,
            page_size: request.size,
            total_pages: total.map(|total| total.div_ceil(request.limit())),
            next_cursor: None,
            goes_on,
        }
    }

    /// The same page with each row turned into something else.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            total: self.total,
            page: self.page,
            page_size: self.page_size,
            total_pages: self.total_pages,
            next_cursor: self.next_cursor,
            goes_on: self.goes_on,
        }
    }
}
