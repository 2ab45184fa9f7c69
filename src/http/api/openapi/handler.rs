//! Handlers, by their arguments and their answer.

use std::future::Future;

use super::{Answers, Asks, Operation};

/// A function whose arguments and answer are described.
pub(in crate::http::api) trait Handles<Arguments> {
    fn describe(operation: &mut Operation<'_>);
}

macro_rules! handles {
    ($($argument:ident),*) => {
        impl<F, Answer, $($argument),*> Handles<($($argument,)*)> for F
        where
            F: FnOnce($($argument),*) -> Answer,
            Answer: Future,
            Answer::Output: Answers,
            $($argument: Asks),*
        {
            fn describe(operation: &mut Operation<'_>) {
                $(<$argument as Asks>::describe(operation);)*
                <Answer::Output as Answers>::describe(operation);
            }
        }
    };
}

handles!();
handles!(A);
handles!(A, B);
handles!(A, B, C);
handles!(A, B, C, D);
handles!(A, B, C, D, E);
handles!(A, B, C, D, E, G);
