//! Numbered places for values: the numbers of those taken out are given again.

use super::paged::Paged;

/// Values by number.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    values: Paged<T>,
    free: Vec<u32>,
    next: u32,
}

// === impl Slots ===

impl<T: Default> Slots<T> {
    /// Puts a value in and tells its number.
    pub(crate) fn insert(&mut self, value: T) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            let id = self.next;
            self.next += 1;
            id
        });
        *self.values.entry(id) = value;
        id
    }

    /// Takes a value out; its number is free.
    pub(crate) fn remove(&mut self, id: u32) -> T {
        self.free.push(id);
        self.values
            .get_mut(id)
            .map(std::mem::take)
            .unwrap_or_default()
    }

    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<&T> {
        self.values.get(id)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        self.values.get_mut(id)
    }

    /// Bytes held (not what the values point to).
    pub(crate) fn bytes(&self) -> usize {
        self.values.bytes() + self.free.capacity() * size_of::<u32>()
    }
}

impl<T: Default> Default for Slots<T> {
    fn default() -> Self {
        Self {
            values: Paged::default(),
            free: Vec::new(),
            next: 0,
        }
    }
}
