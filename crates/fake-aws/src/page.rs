//! Cutting lists into pages, with tokens that only the call that made them accepts.

use crate::answer::Refusal;
use crate::api::Context;
use crate::call::Family;

/// How an operation pages.
#[derive(Clone, Copy)]
pub(crate) struct Paging {
    /// The parameter with the wanted size.
    pub(crate) size: &'static str,
    /// The parameter with the token.
    pub(crate) token: &'static str,
    /// The smallest size that may be asked for.
    pub(crate) least: usize,
    /// The largest size that may be asked for.
    pub(crate) most: usize,
    /// The size when none is asked for.
    pub(crate) default: usize,
}

/// How both load-balancer generations page.
pub(crate) const MARKER: Paging =
    Paging { size: "PageSize", token: "Marker", least: 1, most: 400, default: 400 };

/// How most of EC2 pages.
pub(crate) const EC2: Paging =
    Paging { size: "MaxResults", token: "NextToken", least: 5, most: 1000, default: usize::MAX };

/// A page.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

impl Context<'_> {
    /// Cuts the page that was asked for.
    pub(crate) fn page<T>(&self, items: Vec<T>, paging: Paging) -> Result<Page<T>, Refusal> {
        let asked = self.page_size(paging)?;
        let size = self.largest_page.map_or(asked, |largest| asked.min(largest)).max(1);
        let total = items.len();
        let from = match self.call.get(paging.token) {
            None => 0,
            Some(token) => self
                .offset(token)
                .filter(|from| *from <= total)
                .ok_or_else(|| Refusal::bad_token(self.call.family))?,
        };
        let items: Vec<T> = items.into_iter().skip(from).take(size).collect();
        let upto = from + items.len();
        let next = (upto < total).then(|| format!("{}.{upto}", self.token_prefix()));
        Ok(Page { items, next })
    }

    /// Cuts the page that was asked for as AWS WAF does: its last page has a token too, which gives a page
    /// without an item.
    ///
    /// Source: <https://github.com/boto/boto3/issues/3715>.
    pub(crate) fn page_with_token<T>(
        &self,
        items: Vec<T>,
        paging: Paging,
    ) -> Result<Page<T>, Refusal> {
        let total = items.len();
        let page = self.page(items, paging)?;
        let last = || (!page.items.is_empty()).then(|| format!("{}.{total}", self.token_prefix()));
        let next = page.next.clone().or_else(last);
        Ok(Page { next, ..page })
    }

    /// A page without an item that is not the last.
    pub(crate) fn empty_page<T>(&self) -> Page<T> {
        Page { items: Vec::new(), next: Some(format!("{}.0", self.token_prefix())) }
    }

    fn page_size(&self, paging: Paging) -> Result<usize, Refusal> {
        let Some(text) = self.call.get(paging.size) else {
            return Ok(paging.default);
        };
        match text.parse::<usize>() {
            Ok(size) if (paging.least..=paging.most).contains(&size) => Ok(size),
            _ => Err(self.bad_size(text, paging)),
        }
    }

    fn bad_size(&self, text: &str, paging: Paging) -> Refusal {
        let name = paging.size;
        let message = if self.call.family == Family::Ec2 {
            let (least, most) = (paging.least, paging.most);
            format!(
                "Value ( {text} ) for parameter {name} is invalid. Expecting a value between {least} and {most}."
            )
        } else {
            let (than, limit) = match text.parse::<usize>() {
                Ok(size) if size > paging.most => ("less", paging.most),
                _ => ("greater", paging.least),
            };
            format!(
                "1 validation error detected: Value '{text}' at '{name}' failed to satisfy constraint: Member must have value {than} than or equal to {limit}"
            )
        };
        Refusal::invalid(self.call.family, message)
    }

    fn token_prefix(&self) -> String {
        crate::model::arn::id(&["token", &self.call.action, &self.call.region])
    }

    fn offset(&self, token: &str) -> Option<usize> {
        let (prefix, offset) = token.split_once('.')?;
        (prefix == self.token_prefix()).then(|| offset.parse().ok())?
    }
}
