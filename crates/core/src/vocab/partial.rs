//! What was found, and the gap that may hide more.

use crate::vocab::fact::Gap;

/// What was found, and the first gap that may hide more of it.
///
/// A gap never turns a verdict around: a yes that was found stands, whatever else could not be read, and a
/// no waits for the gap. What was found is therefore open to look at, and to answer yes by; a judge says no
/// by [`complete`](Partial::complete) or [`otherwise`](Partial::otherwise), which ask for the gap first. Of
/// several gaps the first is kept: it is the one that reports name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Partial<T> {
    /// What was found.
    pub found: T,
    gap: Option<Gap>,
}

impl<T> Partial<T> {
    /// All there is.
    #[must_use]
    pub fn whole(found: T) -> Self {
        Partial { found, gap: None }
    }

    /// Nothing, for this gap.
    #[must_use]
    pub fn unread(gap: Gap) -> Self
    where
        T: Default,
    {
        Partial { found: T::default(), gap: Some(gap) }
    }

    /// What may hide more.
    pub fn gap(&self) -> Option<&Gap> {
        self.gap.as_ref()
    }

    /// Something could not be read. Only the first gap is kept.
    pub fn add_gap(&mut self, gap: impl Into<Option<Gap>>) {
        self.gap = self.gap.take().or(gap.into());
    }

    /// What an answer tells; where it tells nothing its gap is kept here.
    pub fn learn<X>(&mut self, answer: Result<X, Gap>) -> Option<X> {
        answer.map_err(|gap| self.add_gap(gap)).ok()
    }

    /// What was found elsewhere; the gap there may hide something here too.
    pub fn absorb<U>(&mut self, other: Partial<U>) -> U {
        self.add_gap(other.gap);
        other.found
    }

    /// Something that follows from what was found.
    pub fn map<U>(self, derive: impl FnOnce(T) -> U) -> Partial<U> {
        Partial { found: derive(self.found), gap: self.gap }
    }

    /// What was found, if that is all there is.
    pub fn complete(self) -> Result<T, Gap> {
        self.gap.map_or(Ok(self.found), Err)
    }

    /// The answer where what was found does not decide: that there is no more must be known.
    pub fn otherwise<A>(&self, answer: A) -> Result<A, Gap> {
        self.gap.clone().map_or(Ok(answer), Err)
    }
}

impl<T: IntoIterator> Partial<T> {
    /// Whether this is so of any: one is enough, and where there is none, one that is not known may be.
    pub fn any(self, is_so: impl Fn(T::Item) -> Result<bool, Gap>) -> Result<bool, Gap> {
        let Partial { found, gap } = self;
        let mut none = Partial { found: false, gap };
        for one in found {
            if none.learn(is_so(one)) == Some(true) {
                return Ok(true);
            }
        }
        none.complete()
    }

    /// What becomes of those that this is so of. One that is not known may be one of them.
    pub fn filter_map<X>(
        self,
        derive: impl Fn(T::Item) -> Result<Option<X>, Gap>,
    ) -> Partial<Vec<X>> {
        let Partial { found, gap } = self;
        let mut kept = Partial { found: Vec::new(), gap };
        kept.extend(found.into_iter().filter_map(|one| derive(one).transpose()));
        kept
    }
}

impl<T: IntoIterator + Extend<T::Item>> Partial<T> {
    /// Both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let more = self.absorb(other);
        self.found.extend(more);
        self
    }
}

impl<C: Extend<X>, X> Extend<Result<X, Gap>> for Partial<C> {
    fn extend<I: IntoIterator<Item = Result<X, Gap>>>(&mut self, answers: I) {
        for answer in answers {
            if let Some(one) = self.learn(answer) {
                self.found.extend([one]);
            }
        }
    }
}

impl<C: Default + Extend<X>, X> FromIterator<Result<X, Gap>> for Partial<C> {
    fn from_iter<I: IntoIterator<Item = Result<X, Gap>>>(answers: I) -> Self {
        let mut partial = Partial::whole(C::default());
        partial.extend(answers);
        partial
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::call::Call;
    use crate::vocab::fact::Reason;

    fn gap(of: &str) -> Gap {
        Gap::new(Call::ElbV2DescribeRules, Reason::Throttled).of(of)
    }

    fn with_gap<T>(found: T, of: &str) -> Partial<T> {
        let mut partial = Partial::whole(found);
        partial.add_gap(gap(of));
        partial
    }

    #[test]
    fn keeps_the_first_gap() {
        let mut partial = Partial::whole(7);
        assert_eq!(partial.gap(), None);
        partial.add_gap(None);
        assert_eq!(partial.gap(), None);
        partial.add_gap(gap("first"));
        partial.add_gap(gap("second"));
        partial.add_gap(None);
        assert_eq!(partial.gap(), Some(&gap("first")));
        assert_eq!(partial.found, 7);
    }

    #[test]
    fn is_empty_where_nothing_was_read() {
        let partial: Partial<Vec<u8>> = Partial::unread(gap("list"));
        assert_eq!(partial, with_gap(Vec::new(), "list"));
    }

    #[test]
    fn learns_an_answer_or_its_gap() {
        let mut partial = Partial::whole(());
        assert_eq!(partial.learn(Ok(1)), Some(1));
        assert_eq!(partial.gap(), None);
        assert_eq!(partial.learn::<u8>(Err(gap("first"))), None);
        assert_eq!(partial.learn::<u8>(Err(gap("second"))), None);
        assert_eq!(partial.learn(Ok(2)), Some(2));
        assert_eq!(partial.gap(), Some(&gap("first")));
    }

    #[test]
    fn absorbs_the_gap_of_another() {
        let mut partial = Partial::whole('a');
        assert_eq!(partial.absorb(Partial::whole('b')), 'b');
        assert_eq!(partial.gap(), None);
        assert_eq!(partial.absorb(with_gap('c', "first")), 'c');
        assert_eq!(partial.absorb(with_gap('d', "second")), 'd');
        assert_eq!(partial, with_gap('a', "first"));
    }

    #[test]
    fn maps_what_was_found_alone() {
        assert_eq!(with_gap(2, "own").map(|two| two + 1), with_gap(3, "own"));
        assert_eq!(Partial::whole(2).map(|two| two + 1), Partial::whole(3));
    }

    #[test]
    fn says_no_only_without_a_gap() {
        assert_eq!(Partial::whole(1).complete(), Ok(1));
        assert_eq!(with_gap(1, "own").complete(), Err(gap("own")));
        assert_eq!(Partial::whole(1).otherwise("no"), Ok("no"));
        assert_eq!(with_gap(1, "own").otherwise("no"), Err(gap("own")));
    }

    /// 0 is no, 1 is yes, and what is greater is not known.
    fn is_one(number: u8) -> Result<bool, Gap> {
        if number > 1 { Err(gap(&number.to_string())) } else { Ok(number == 1) }
    }

    #[test]
    fn finds_any_past_a_gap() {
        assert_eq!(Partial::whole([0, 0]).any(is_one), Ok(false));
        assert_eq!(Partial::whole([0, 2, 3, 0]).any(is_one), Err(gap("2")));
        assert_eq!(Partial::whole([0, 2, 1]).any(is_one), Ok(true));
        assert_eq!(with_gap([0, 1], "own").any(is_one), Ok(true));
        assert_eq!(with_gap([0, 2], "own").any(is_one), Err(gap("own")));
        let no_further = |number| if number == 9 { panic!("asked on") } else { is_one(number) };
        assert_eq!(Partial::whole([1, 9]).any(no_further), Ok(true));
    }

    #[test]
    fn keeps_those_that_are_known_and_the_first_gap() {
        let ones = |number| Ok(is_one(number)?.then_some('1'));
        assert_eq!(Partial::whole([1, 0, 1]).filter_map(ones), Partial::whole(vec!['1', '1']));
        assert_eq!(Partial::whole([2, 1, 3]).filter_map(ones), with_gap(vec!['1'], "2"));
        assert_eq!(with_gap([2, 1], "own").filter_map(ones), with_gap(vec!['1'], "own"));
    }

    #[test]
    fn joins_two_and_keeps_the_first_gap() {
        let both = with_gap(vec![1], "first").and(with_gap(vec![2], "second"));
        assert_eq!(both, with_gap(vec![1, 2], "first"));
        assert_eq!(Partial::whole(vec![1]).and(with_gap(vec![2], "own")).gap(), Some(&gap("own")));
    }

    #[test]
    fn collects_answers_and_the_first_gap() {
        let answers = [Ok('a'), Err(gap("first")), Ok('b'), Err(gap("second"))];
        let mut collected: Partial<Vec<char>> = answers.into_iter().collect();
        assert_eq!(collected, with_gap(vec!['a', 'b'], "first"));
        collected.extend([Err(gap("third")), Ok('c')]);
        assert_eq!(collected, with_gap(vec!['a', 'b', 'c'], "first"));
        let known: Partial<String> = [Ok('a'), Ok('b')].into_iter().collect();
        assert_eq!(known, Partial::whole("ab".to_owned()));
    }
}
