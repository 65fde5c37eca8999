//! Where the work is done: a few threads of Jalon's own for what is run_blocking, and one each for what may take minutes, so that
//! a list never waits for a download. Futures hold no runtime and no lock; whoever polls them is woken once.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use futures_channel::oneshot;
use jalon::transfer::CancelToken;

use crate::error::{JalonError, Result};
use crate::panic_guard::of_panic;

/// Threads for run_blocking work: reads go side by side, and SQLite has one writer anyway.
const THREADS: usize = 4;

type Work = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Pool {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Default)]
struct Waiting {
    work: VecDeque<Work>,
    idle: usize,
    threads: usize,
}

fn lock(pool: &Pool) -> MutexGuard<'_, Waiting> {
    pool.waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pool() -> &'static Pool {
    static POOL: OnceLock<Pool> = OnceLock::new();
    POOL.get_or_init(Pool::default)
}

impl Pool {
    fn take(&'static self, work: Work) -> Result<()> {
        let mut waiting = lock(self);
        let is_short = waiting.idle <= waiting.work.len() && waiting.threads < THREADS;
        if is_short {
            match spawn("jalon".to_owned(), move || self.run()) {
                Ok(()) => waiting.threads += 1,
                Err(error) if waiting.threads == 0 => return Err(error),
                // Those that are there will do it.
                Err(_) => {}
            }
        }
        waiting.work.push_back(work);
        self.more.notify_one();
        Ok(())
    }

    fn run(&self) {
        let mut waiting = lock(self);
        loop {
            if let Some(work) = waiting.work.pop_front() {
                drop(waiting);
                work();
                waiting = lock(self);
            } else {
                waiting.idle += 1;
                waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                waiting.idle -= 1;
            }
        }
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let spawned = std::thread::Builder::new().name(name).spawn(run);
    spawned.map(drop).map_err(|error| JalonError::Internal { detail: format!("no thread for it: {error}") })
}

/// The work with its answer on the way to who waits for it, who may be gone.
fn answering<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> (Work, oneshot::Receiver<Result<T>>) {
    let (answer, receiver) = oneshot::channel();
    let work = move || {
        let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(of_panic(&*panic)));
        let _ = answer.send(done);
    };
    (Box::new(work), receiver)
}

fn gone<T>(received: Result<Result<T>, oneshot::Canceled>) -> Result<T> {
    received.unwrap_or_else(|_| Err(JalonError::Internal { detail: "its thread is gone".to_owned() }))
}

/// Does run_blocking work on the disk.
pub(crate) async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let (work, answer) = answering(work);
    pool().take(work)?;
    gone(answer.await)
}

/// Stops what nobody waits for any more: Kotlin and Python drop the future of a task that is cancelled.
struct StopWhenDropped(CancelToken);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Does work that may take minutes, on a thread of its own, and stops it by `stop` when nobody waits for it any more.
pub(crate) async fn run_cancellable<T: Send + 'static>(
    stop: CancelToken,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (work, answer) = answering(work);
    spawn("jalon-run_cancellable".to_owned(), work)?;
    let _stop = StopWhenDropped(stop);
    gone(answer.await)
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::Thread;

    use super::*;

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(answer) => return answer,
                Poll::Pending => std::thread::park(),
            }
        }
    }

    #[test]
    fn a_panic_in_the_background_is_an_error_and_the_threads_go_on() {
        for round in 0..3 * THREADS {
            let told = block_on(run_blocking::<()>(|| panic!("on purpose")));
            assert!(matches!(told, Err(JalonError::Internal { .. })), "{round}");
        }
        assert_eq!(block_on(run_blocking(|| Ok(7))), Ok(7));
        let told = block_on(run_cancellable::<()>(CancelToken::default(), || panic!("on purpose")));
        assert!(matches!(told, Err(JalonError::Internal { .. })));
    }

    #[test]
    fn more_than_there_are_threads_for_is_all_done() {
        let answers: Vec<_> = (0..100).map(|number| Box::pin(run_blocking(move || Ok(number)))).collect();
        let sum: i32 = answers.into_iter().map(|answer| block_on(answer).unwrap()).sum();
        assert_eq!(sum, 4_950);
    }

    #[test]
    fn work_that_nobody_waits_for_any_more_is_told_to_stop() {
        let stop = CancelToken::default();
        let (told, stopped) = channel();
        let seen = stop.clone();
        let mut work = Box::pin(run_cancellable(stop, move || {
            while !seen.is_cancelled() {
                std::thread::yield_now();
            }
            let _ = told.send(());
            Ok(())
        }));
        assert!(work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(work);
        stopped.recv().unwrap();
    }
}
