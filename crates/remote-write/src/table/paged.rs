//! A vector in pages: it grows without copying and without holding twice what it needs.

/// Elements of a page; the largest waste of a [`Paged`] vector.
const PAGE: usize = 1024;

/// A growing array of `T`, addressed by `u32`; elements never written are `T::default()`.
#[derive(Debug)]
pub(crate) struct Paged<T> {
    pages: Vec<Box<[T]>>,
}

// === impl Paged ===

impl<T: Default> Paged<T> {
    #[inline]
    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        let index = index as usize;
        self.pages.get(index / PAGE)?.get(index % PAGE)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        let index = index as usize;
        self.pages.get_mut(index / PAGE)?.get_mut(index % PAGE)
    }

    /// The element, which comes to be if it was not. Pages before it that were never written take no memory.
    pub(crate) fn entry(&mut self, index: u32) -> &mut T {
        let (page, at) = (index as usize / PAGE, index as usize % PAGE);
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, Box::default);
        }
        #[expect(
            clippy::indexing_slicing,
            reason = "the page was made above and `at` is below PAGE"
        )]
        {
            let page = &mut self.pages[page];
            if page.is_empty() {
                *page = std::iter::repeat_with(T::default).take(PAGE).collect();
            }
            &mut page[at]
        }
    }

    /// Bytes of the pages (not of what the elements point to).
    pub(crate) fn bytes(&self) -> usize {
        self.pages
            .iter()
            .map(|page| page.len() * size_of::<T>())
            .sum()
    }
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self { pages: Vec::new() }
    }
}
