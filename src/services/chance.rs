//! The chance of a [`Ctx`](super::Ctx) in the form that generators of secrets take.

use rand::RngCore;

use super::Random;

/// Lends a [`Random`] to code that wants an [`RngCore`].
#[derive(Debug, Clone, Copy)]
pub struct Chance<'a>(pub &'a dyn Random);

impl RngCore for Chance<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill(dest);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand::Error> {
        self.0.fill(dest);
        Ok(())
    }
}
